/** What the client has seen, and what of the outbox the log does not have yet. */
import type { AnyCaseEvent } from '../../protocol/schema'
import type { Pending } from '../../state/outbox.svelte'

/** The seq of the last message to the client that the client has seen. */
export function lastRead(
  events: readonly AnyCaseEvent[],
  readByClient: string | null,
): number | undefined {
  // By place, not by id: ids carry the clocks of different machines.
  const upTo = events.findLast(
    (event) => event.type === 'message.sent' && event.message === readByClient,
  )?.seq
  if (upTo === undefined) return undefined
  return events.findLast(
    (event) => event.type === 'message.sent' && event.author === 'agent' && event.seq <= upTo,
  )?.seq
}

const RUN_MS = 5 * 60_000

/** Whether a message goes on with what the same person has just said: no need to name them again. */
export function isRunOn(before: AnyCaseEvent | undefined, event: AnyCaseEvent): boolean {
  return (
    before?.type === 'message.sent' &&
    event.type === 'message.sent' &&
    before.author === event.author &&
    before.by === event.by &&
    event.at_ms - before.at_ms < RUN_MS
  )
}

/** What still waits in a case. A fresh start brings what was said without its live event. */
export function unsaid(
  pending: readonly Pending[],
  events: readonly AnyCaseEvent[],
  caseId: string,
): Pending[] {
  const own = pending.filter((item) => item.case === caseId)
  if (own.length === 0) return own
  const said = new Set<string>()
  for (const event of events) {
    if (event.type === 'message.sent') said.add(event.message)
    if (event.type === 'case.noted') said.add(event.note)
  }
  return own.filter((item) => !said.has(item.id))
}
