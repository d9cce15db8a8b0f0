/** Which of the known cases are whose, and in which order lists show them. */
import type { CaseView } from '../protocol/schema'

export interface MyCases {
  offered: CaseView[]
  active: CaseView[]
  waiting: CaseView[]
}

/** The open cases of one agent: unread first, then the oldest first. */
export function casesOf(agent: string, rows: Iterable<CaseView>): MyCases {
  const mine: MyCases = { offered: [], active: [], waiting: [] }
  for (const row of rows) {
    if (row.status === 'closed') continue
    if (row.offer?.agent === agent && row.status === 'offered') mine.offered.push(row)
    else if (row.holder !== agent) continue
    else if (row.status === 'waiting_client') mine.waiting.push(row)
    else mine.active.push(row)
  }
  mine.active.sort(byUrgency)
  mine.waiting.sort((a, b) => (a.closes_at_ms ?? 0) - (b.closes_at_ms ?? 0))
  mine.offered.sort((a, b) => (a.offer?.deadline_ms ?? 0) - (b.offer?.deadline_ms ?? 0))
  return mine
}

export interface QueueLoad {
  waiting: number
  oldest_ms: number | null
}

/** How many cases wait in each queue, and since when the oldest does. */
export function queueLoads(rows: Iterable<CaseView>): Map<string, QueueLoad> {
  const loads = new Map<string, QueueLoad>()
  for (const row of rows) {
    if (!isWaiting(row) || row.queue === null) continue
    const since = row.enqueued_at_ms ?? row.opened_at_ms
    const load = loads.get(row.queue) ?? { waiting: 0, oldest_ms: null }
    loads.set(row.queue, {
      waiting: load.waiting + 1,
      oldest_ms: Math.min(load.oldest_ms ?? since, since),
    })
  }
  return loads
}

/** How many cases each agent holds; those that wait for their client are not counted. */
export function agentLoads(rows: Iterable<CaseView>): Map<string, number> {
  const loads = new Map<string, number>()
  for (const row of rows) {
    if (!isHeld(row) || row.status === 'waiting_client' || row.holder === null) continue
    loads.set(row.holder, (loads.get(row.holder) ?? 0) + 1)
  }
  return loads
}

export const isWaiting = (row: CaseView): boolean =>
  row.status === 'queued' || row.status === 'offered'

export const isHeld = (row: CaseView): boolean => row.holder !== null && row.status !== 'closed'

/** Lowest key first, as the router takes them. */
export const byKey = (a: CaseView, b: CaseView): number => (a.key ?? 0) - (b.key ?? 0)

function byUrgency(a: CaseView, b: CaseView): number {
  const unread = Number(b.unread_agent > 0) - Number(a.unread_agent > 0)
  return unread || a.opened_at_ms - b.opened_at_ms
}
