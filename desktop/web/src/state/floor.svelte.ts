/** The floor as the wallboard reads it: counted a few times a second, however much happens. */
import type { AgentView, CaseView, QueueView } from '../protocol/schema'
import { byKey, isHeld, isWaiting, queueLoads, type QueueLoad } from './grouping'
import { live } from './live.svelte'

const EVERY_MS = 250

class Floor {
  waiting = $state.raw<readonly CaseView[]>([])
  held = $state.raw<readonly CaseView[]>([])
  loads = $state.raw<ReadonlyMap<string, QueueLoad>>(new Map())
  /** What each agent has in hand. */
  byAgent = $state.raw<ReadonlyMap<string, readonly CaseView[]>>(new Map())
  agents = $state.raw<readonly AgentView[]>([])
  queues = $state.raw<readonly QueueView[]>([])

  private counted: unknown = null

  /** Count now and then until the returned function is called. */
  watch(): () => void {
    this.count()
    const timer = setInterval(() => this.count(), EVERY_MS)
    return () => clearInterval(timer)
  }

  private count(): void {
    // A new map each time something happened; nothing else has to be compared.
    if (this.counted === live.cases && this.agents.length === live.agents.size) return
    this.counted = live.cases
    const cases = [...live.cases.values()]
    this.waiting = cases.filter(isWaiting).sort(byKey)
    this.held = cases.filter(isHeld).sort((a, b) => a.opened_at_ms - b.opened_at_ms)
    this.loads = queueLoads(this.waiting)
    this.byAgent = inHand(this.held)
    this.agents = [...live.agents.values()].filter((row) => row.is_active)
    this.queues = [...live.queues.values()]
  }
}

function inHand(held: readonly CaseView[]): Map<string, CaseView[]> {
  const found = new Map<string, CaseView[]>()
  for (const row of held) {
    if (row.holder === null || row.status === 'waiting_client') continue
    const known = found.get(row.holder)
    if (known) known.push(row)
    else found.set(row.holder, [row])
  }
  return found
}

export const floor = new Floor()
