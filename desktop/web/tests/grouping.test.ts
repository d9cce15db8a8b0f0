import { describe, expect, it } from 'vitest'
import type { CaseView } from '../src/protocol/schema'
import { agentLoads, casesOf, queueLoads } from '../src/state/grouping'
import { merge } from '../src/state/history.svelte'

function row(id: string, changes: Partial<CaseView>): CaseView {
  return {
    case: `case_${id}`,
    status: 'handled',
    holder: 'agent_1',
    offer: null,
    queue: 'queue_1',
    enqueued_at_ms: 0,
    opened_at_ms: 0,
    unread_agent: 0,
    closes_at_ms: null,
    ...changes,
  } as CaseView
}

const ids = (rows: CaseView[]): string[] => rows.map((each) => each.case)

describe("an agent's cases", () => {
  const rows = [
    row('young', { opened_at_ms: 20 }),
    row('old', { opened_at_ms: 10 }),
    row('unread', { opened_at_ms: 30, unread_agent: 2 }),
    row('waiting', { status: 'waiting_client' }),
    row('closed', { status: 'closed' }),
    row('other', { holder: 'agent_2' }),
    row('offered', {
      status: 'offered',
      holder: null,
      offer: { offer: 'offer_1', agent: 'agent_1', deadline_ms: 1 },
    }),
  ]

  it('put unread first, then the oldest, and the waiting apart', () => {
    const mine = casesOf('agent_1', rows)
    expect(ids(mine.active)).toEqual(['case_unread', 'case_old', 'case_young'])
    expect(ids(mine.waiting)).toEqual(['case_waiting'])
    expect(ids(mine.offered)).toEqual(['case_offered'])
  })

  it('count in the load unless they wait for their client', () => {
    expect(agentLoads(rows)).toEqual(
      new Map([
        ['agent_1', 3],
        ['agent_2', 1],
      ]),
    )
  })
})

describe('the load of a queue', () => {
  it('counts waiting cases and finds the oldest', () => {
    const waiting = { status: 'queued', holder: null } as const
    const rows = [
      row('a', { ...waiting, enqueued_at_ms: 9 }),
      row('b', { ...waiting, enqueued_at_ms: 5 }),
    ]
    expect(queueLoads(rows).get('queue_1')).toEqual({ waiting: 2, oldest_ms: 5 })
  })
})

describe('a history', () => {
  it('holds each event once, in order', () => {
    const known = [{ seq: 2 }, { seq: 5 }]
    expect(merge(known, [{ seq: 6 }])).toEqual([{ seq: 2 }, { seq: 5 }, { seq: 6 }])
    expect(merge(known, [{ seq: 1 }, { seq: 5 }])).toEqual([{ seq: 1 }, { seq: 2 }, { seq: 5 }])
  })
})
