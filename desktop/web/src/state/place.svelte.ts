/** Where the person is: the path under /desk, kept in the address bar. */
export type Page = 'home' | 'search' | 'care' | 'knowledge' | 'floor' | 'queues' | 'rules'

const ROOT = '/desk'
const PAGES: readonly Page[] = ['home', 'search', 'care', 'knowledge', 'floor', 'queues', 'rules']

class Place {
  page = $state<Page>('care')
  /** What is open on the page: a case, an article. */
  item = $state<string | null>(null)

  start(): void {
    this.read()
    addEventListener('popstate', () => this.read())
  }

  go(page: Page, item: string | null = null): void {
    if (page === this.page && item === this.item) return
    history.pushState(null, '', href(page, item))
    this.read()
  }

  private read(): void {
    const [page, item] = location.pathname.slice(ROOT.length + 1).split('/')
    this.page = PAGES.find((known) => known === page) ?? 'care'
    this.item = item ? decodeURIComponent(item) : null
  }
}

export const place = new Place()

export const href = (page: Page, item: string | null = null): string =>
  `${ROOT}/${page}${item === null ? '' : `/${encodeURIComponent(item)}`}`
