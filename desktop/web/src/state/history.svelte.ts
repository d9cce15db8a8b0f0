/** The events of one case: pages from the server, then what happens, once each and in order. */
import * as api from '../api'
import { ProtocolError } from '../protocol/connection'
import type { AnyCaseEvent, AnyEvent } from '../protocol/schema'

export class History {
  events = $state.raw<readonly AnyCaseEvent[]>([])
  before = $state<number | null>(null)
  isLoading = $state(false)
  error = $state('')

  private isStale = false

  constructor(readonly caseId: string) {}

  /** Load the last page, or the one before what is known. */
  async load(isOlder = false): Promise<void> {
    if (this.isLoading) {
      // What is on its way may be older than what asked for this.
      this.isStale ||= !isOlder
      return
    }
    this.isLoading = true
    this.error = ''
    try {
      const page = await api.caseEvents(
        this.caseId,
        isOlder ? (this.before ?? undefined) : undefined,
      )
      this.events = merge(this.events, page.events.filter(isOfCase))
      if (isOlder || this.before === null) this.before = page.before
    } catch (error) {
      this.error = error instanceof ProtocolError ? error.code : 'unknown'
    } finally {
      this.isLoading = false
    }
    if (this.isStale) {
      this.isStale = false
      await this.load()
    }
  }

  add(events: readonly AnyCaseEvent[]): void {
    this.events = merge(this.events, events)
  }
}

/** Both lists as one, by seq, each event once. */
export function merge<T extends { seq: number }>(known: readonly T[], more: readonly T[]): T[] {
  const last = known.at(-1)?.seq ?? 0
  if (more.every((event, at) => event.seq > (more[at - 1]?.seq ?? last))) return [...known, ...more]
  const bySeq = new Map([...known, ...more].map((event) => [event.seq, event]))
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}

export const isOfCase = (event: AnyEvent): event is AnyCaseEvent => 'case' in event
