/** The policy on its way from what is in force to what will be: one document, two views. */
import * as api from '../api'
import { ProtocolError } from '../protocol/connection'
import type { Fault, Policy, PolicyPage, PolicyPreview, PolicyRevision } from '../protocol/schema'
import { copyOf, isSame, type Mutable } from './mutable'

export type RulesView = 'form' | 'text' | 'history'

const drafts = new Map<string, Rules>()

/** The draft of a person: another console may be looked at meanwhile. */
export function rulesOf(agent: string): Rules {
  const known = drafts.get(agent) ?? new Rules()
  drafts.set(agent, known)
  return known
}

export class Rules {
  page = $state.raw<PolicyPage | null>(null)
  view = $state<RulesView>('form')
  draft = $state<Mutable<Policy> | null>(null)
  text = $state('')
  faults = $state.raw<readonly Fault[]>([])
  preview = $state.raw<PolicyPreview | null>(null)
  revisions = $state.raw<readonly PolicyRevision[]>([])
  /** The code of what went wrong, faults aside. */
  problem = $state('')
  isBusy = $state(false)

  /** Which of the two views has the draft. */
  private isText = $state(false)
  private asked = ''

  get isChanged(): boolean {
    if (this.page === null) return false
    return this.isText
      ? this.text !== this.page.toml
      : !isSame($state.snapshot(this.draft), this.page.policy)
  }

  /** Whether the preview is of what stands in the form or the text now. */
  get isTried(): boolean {
    return this.preview !== null && this.asked === this.document.body
  }

  faultOf(field: string): Fault | undefined {
    return this.faults.find((fault) => fault.field === field)
  }

  /** Read what is in force, unless something was changed here and not applied yet. */
  async open(): Promise<void> {
    if (!this.isChanged) await this.load()
  }

  async load(): Promise<void> {
    await this.working(async () => {
      this.take(await api.policy())
    })
  }

  /** Go to another view; the draft comes along when it can be read. */
  async show(view: RulesView): Promise<void> {
    if (view === 'history') {
      await this.working(async () => {
        this.revisions = await api.policyRevisions()
        this.view = view
      })
    } else if ((view === 'text') === this.isText) {
      this.view = view
    } else {
      await this.working(async () => {
        const tried = await api.previewPolicy(this.document)
        this.draft = copyOf(tried.policy)
        // What nobody has changed stays as it was written.
        this.text = isSame(tried.policy, this.page?.policy) ? (this.page?.toml ?? '') : tried.toml
        this.isText = view === 'text'
        this.view = view
      })
    }
  }

  /** Ask what the draft would change. */
  async try(): Promise<void> {
    const document = this.document
    await this.working(async () => {
      this.preview = await api.previewPolicy(document)
      this.asked = document.body
    })
  }

  /** Put the draft in force, unless somebody else was faster. */
  async apply(): Promise<boolean> {
    const revision = this.page?.revision ?? 0
    return this.working(async () => {
      this.take(await api.applyPolicy(this.document, revision))
    })
  }

  /** Take a former policy as the draft; it is in force only once applied. */
  async putBack(revision: PolicyRevision): Promise<void> {
    this.draft = copyOf(revision.policy)
    this.isText = false
    this.view = 'form'
    await this.try()
  }

  private get document(): api.PolicyDocument {
    return this.isText
      ? { kind: 'application/toml', body: this.text }
      : { kind: 'application/json', body: JSON.stringify(this.draft) }
  }

  /** Takes a rule out of the draft. */
  remove(list: 'channels' | 'subjects', at: number): void {
    this.draft?.[list].splice(at, 1)
    // What was said of the rows that follow is of other rows now.
    this.faults = []
  }

  private take(page: PolicyPage): void {
    this.page = page
    this.draft = copyOf(page.policy)
    this.text = page.toml
    this.preview = null
    this.asked = ''
  }

  private async working(work: () => Promise<void>): Promise<boolean> {
    this.isBusy = true
    this.problem = ''
    this.faults = []
    try {
      await work()
      return true
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.preview = null
      if (error instanceof api.FaultyError) this.faults = error.faults
      else this.problem = error.code
      return false
    } finally {
      this.isBusy = false
    }
  }
}
