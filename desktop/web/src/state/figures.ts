/** The figures of the day as they are kept, and what is read off them. */
import type {
  AgentFigures,
  AgentView,
  FloorFigures,
  QueueFigures,
  WaitRange,
} from '../protocol/schema'

export interface Figures {
  readonly day_ms: number
  readonly site: QueueFigures | null
  readonly queues: ReadonlyMap<string, QueueFigures>
  readonly agents: ReadonlyMap<string, AgentFigures>
}

export const NO_FIGURES: Figures = { day_ms: 0, site: null, queues: new Map(), agents: new Map() }

/** What a queue promises: this share within its target. Below it, somebody should look. */
export const SERVICE_GOAL = 0.8

/** Take over what changed. */
export function withFigures(before: Figures, news: FloorFigures): Figures {
  const queues = new Map(before.queues)
  const agents = new Map(before.agents)
  for (const row of news.queues) if (row.queue !== null) queues.set(row.queue, row)
  for (const row of news.agents) agents.set(row.agent, row)
  return { day_ms: news.day_ms, site: news.site, queues, agents }
}

/** The share of the time meant for the queue that was work, as of now; null without any. */
export function occupancy(rows: Iterable<AgentFigures>, nowMs: number): number | null {
  let occupied = 0
  let onQueue = 0
  for (const row of rows) {
    const since = Math.max(0, nowMs - row.as_of_ms)
    occupied += row.occupied_ms + (row.is_occupied ? since : 0)
    onQueue += row.on_queue_ms + (row.is_on_queue ? since : 0)
  }
  return onQueue > 0 ? occupied / onQueue : null
}

/** How long in each status today, the running one included, the longest first. */
export function timesOf(row: AgentFigures, nowMs: number): [AgentView['presence'], number][] {
  const times = new Map(row.times.map((each) => [each.presence, each.spent_ms]))
  if (row.presence !== null) {
    const since = Math.max(0, nowMs - row.as_of_ms)
    times.set(row.presence, (times.get(row.presence) ?? 0) + since)
  }
  return [...times].filter(([, spent]) => spent > 0).sort((a, b) => b[1] - a[1])
}

export const mean = (sum: number, count: number): number | null => (count > 0 ? sum / count : null)

/** How often announced waits held today; null before any ended. */
export const coverage = (row: QueueFigures): number | null => mean(row.kept, row.announced)

const MINUTE_MS = 60_000

/** A range in whole minutes. */
export const minutes = (range: WaitRange): [number, number] => [
  Math.floor(range.low_ms / MINUTE_MS),
  Math.ceil(range.high_ms / MINUTE_MS),
]
