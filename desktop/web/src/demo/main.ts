// An insurer's page: who visits is chosen here, and the widget is included as any site would.

import { TEXTS, type Language, type Texts } from './texts'

interface DemoClient {
  readonly external: string
  readonly name: string
}

const VISITOR_KEY = 'demo.visitor'
const LANGUAGE_KEY = 'demo.language'

const language = languageKept()
const texts = TEXTS[language]
const visitor = visitorKept()

fillTexts()
void start()

async function start(): Promise<void> {
  await Promise.all([fillVisitors(), includeWidget()])
}

// A link may say who visits: /demo?client=MH-1042.
function visitorKept(): string {
  const asked = new URLSearchParams(location.search).get('client')
  if (asked !== null) sessionStorage.setItem(VISITOR_KEY, asked)
  return sessionStorage.getItem(VISITOR_KEY) ?? ''
}

function languageKept(): Language {
  const asked = new URLSearchParams(location.search).get('lang')
  const kept = asked ?? sessionStorage.getItem(LANGUAGE_KEY) ?? 'fr'
  return kept === 'en' ? 'en' : 'fr'
}

function fillTexts(): void {
  document.documentElement.lang = language
  for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
    element.textContent = texts[element.dataset['text'] as keyof Texts]
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) {
    element.setAttribute('aria-label', texts[element.dataset['label'] as keyof Texts])
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset['language'] === language))
    button.addEventListener('click', () => {
      sessionStorage.setItem(LANGUAGE_KEY, button.dataset['language'] ?? 'fr')
      location.assign(location.pathname)
    })
  }
}

async function fillVisitors(): Promise<void> {
  const select = document.querySelector<HTMLSelectElement>('#visitor')
  if (select === null) return
  select.append(new Option(texts.visitor, ''))
  const { clients } = await read<{ clients: DemoClient[] }>('/demo/clients')
  for (const { external, name } of clients) select.append(new Option(name, external))
  select.value = visitor
  select.addEventListener('change', () => {
    sessionStorage.setItem(VISITOR_KEY, select.value)
    forgetConversation()
    location.assign(location.pathname)
  })
}

// Another person must not go on in the conversation of the one before.
function forgetConversation(): void {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith('aiguilleur.')) localStorage.removeItem(key)
  }
}

async function includeWidget(): Promise<void> {
  window.aiguilleur = { language }
  if (visitor !== '') {
    // An insurer's own server signs this for whoever is signed in on its site.
    const query = encodeURIComponent(visitor)
    const { token } = await read<{ token: string }>(`/demo/identity?client=${query}`)
    window.aiguilleur.token = token
  }
  const address = '/widget.js'
  await import(/* @vite-ignore */ address)
}

async function read<T>(path: string): Promise<T> {
  const response = await fetch(path)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return (await response.json()) as T
}
