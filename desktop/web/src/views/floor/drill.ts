/** What is behind a figure: which cases of the floor it counts. */
import type { CaseView } from '../../protocol/schema'

export type What = 'waiting' | 'held' | 'answered' | 'abandoned' | 'handled'

export interface Behind {
  what: What
  queue: string | null
}

/** What is live on the floor is filtered there; what has ended today is asked for. */
export const isLive = (what: What): boolean => what === 'waiting' || what === 'held'

/** Whether a case that ended belongs to the figure. */
export function belongs(row: CaseView, what: What, dayMs: number): boolean {
  if ((row.closed_at_ms ?? 0) < dayMs) return false
  return (row.close_cause === 'abandoned') === (what === 'abandoned')
}
