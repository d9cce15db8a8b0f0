import { describe, expect, it } from 'vitest'
import type { AgentFigures, FloorFigures, QueueFigures } from '../src/protocol/schema'
import {
  coverage,
  mean,
  minutes,
  NO_FIGURES,
  occupancy,
  timesOf,
  withFigures,
} from '../src/state/figures'
import { belongs, isLive } from '../src/views/floor/drill'

const agent = (change: Partial<AgentFigures> = {}): AgentFigures => ({
  agent: 'agent_a',
  as_of_ms: 1000,
  presence: 'available',
  is_on_queue: true,
  is_occupied: false,
  on_queue_ms: 600,
  occupied_ms: 300,
  handled: 0,
  handling_ms: 0,
  times: [{ presence: 'available', spent_ms: 600 }],
  ...change,
})

const queue = (change: Partial<QueueFigures> = {}): QueueFigures => ({
  queue: 'queue_a',
  waiting: 0,
  oldest_ms: null,
  offered: 0,
  answered: 0,
  in_time: 0,
  answer_ms: 0,
  longest_ms: 0,
  abandoned: 0,
  abandoned_late: 0,
  handled: 0,
  handling_ms: 0,
  service_level: null,
  abandonment: null,
  expected: null,
  announced: 0,
  kept: 0,
  ...change,
})

const news = (change: Partial<FloorFigures>): FloorFigures => ({
  seq: 1,
  at_ms: 1,
  day_ms: 0,
  site: queue({ queue: null }),
  queues: [],
  agents: [],
  ...change,
})

describe('figures', () => {
  it('keep what did not change', () => {
    const first = withFigures(
      NO_FIGURES,
      news({ queues: [queue({ offered: 1 }), queue({ queue: 'queue_b' })], agents: [agent()] }),
    )
    const second = withFigures(first, news({ day_ms: 5, queues: [queue({ offered: 2 })] }))
    expect(second.queues.get('queue_a')?.offered).toBe(2)
    expect(second.queues.get('queue_b')?.offered).toBe(0)
    expect(second.agents.size).toBe(1)
    expect(second.day_ms).toBe(5)
    expect(first.queues.get('queue_a')?.offered).toBe(1)
  })

  it('let occupancy run on as what it is', () => {
    expect(occupancy([agent()], 1000)).toBeCloseTo(0.5)
    expect(occupancy([agent()], 1400)).toBeCloseTo(0.3)
    expect(occupancy([agent({ is_occupied: true })], 1400)).toBeCloseTo(0.7)
    expect(occupancy([agent({ is_on_queue: false })], 99_000)).toBeCloseTo(0.5)
    expect(occupancy([agent(), agent({ occupied_ms: 600 })], 1000)).toBeCloseTo(0.75)
    expect(occupancy([], 1000)).toBeNull()
    // A clock a little behind the server's takes nothing back.
    expect(occupancy([agent()], 400)).toBeCloseTo(0.5)
  })

  it('let the running status run on', () => {
    const row = agent({
      presence: 'break',
      times: [
        { presence: 'available', spent_ms: 600 },
        { presence: 'lunch', spent_ms: 0 },
      ],
    })
    expect(timesOf(row, 1900)).toEqual([
      ['break', 900],
      ['available', 600],
    ])
    expect(timesOf({ ...row, presence: null }, 1900)).toEqual([['available', 600]])
  })

  it('divide by nothing without a figure', () => {
    expect(mean(10, 4)).toBe(2.5)
    expect(mean(0, 0)).toBeNull()
    expect(coverage(queue({ announced: 4, kept: 3 }))).toBe(0.75)
    expect(coverage(queue())).toBeNull()
    expect(minutes({ low_ms: 60_000, high_ms: 240_000 })).toEqual([1, 4])
  })
})

describe('what is behind a figure', () => {
  const ended = (close_cause: string, closed_at_ms: number | null) =>
    ({ close_cause, closed_at_ms }) as never

  it('is on the floor or has ended today', () => {
    expect(isLive('waiting')).toBe(true)
    expect(isLive('abandoned')).toBe(false)
    expect(belongs(ended('abandoned', 10), 'abandoned', 5)).toBe(true)
    expect(belongs(ended('closed', 10), 'abandoned', 5)).toBe(false)
    expect(belongs(ended('closed', 10), 'answered', 5)).toBe(true)
    expect(belongs(ended('abandoned', 10), 'answered', 5)).toBe(false)
    expect(belongs(ended('closed', 4), 'answered', 5)).toBe(false)
    expect(belongs(ended('closed', null), 'answered', 5)).toBe(false)
  })
})
