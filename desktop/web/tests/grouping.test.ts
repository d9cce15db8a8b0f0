import { describe, expect, it } from 'vitest'
import { agentLoads, byKey, casesOf, queueLoads } from '../src/state/grouping'
import { caseRow } from './support/rows'

const LEA = 'agent_lea'
const offer = { offer: 'offer_1', agent: LEA, deadline_ms: 5000 }

describe('the cases of an agent', () => {
  it('are the offered, the active and those that wait for their client', () => {
    const mine = casesOf(LEA, [
      caseRow({ case: 'case_1', holder: LEA, status: 'handled' }),
      caseRow({ case: 'case_2', holder: LEA, status: 'waiting_client' }),
      caseRow({ case: 'case_3', status: 'offered', offer }),
      caseRow({ case: 'case_4', holder: 'agent_hugo', status: 'handled' }),
      caseRow({ case: 'case_5', holder: LEA, status: 'closed' }),
      caseRow({ case: 'case_6', status: 'queued' }),
    ])
    expect(mine.active.map((row) => row.case)).toEqual(['case_1'])
    expect(mine.waiting.map((row) => row.case)).toEqual(['case_2'])
    expect(mine.offered.map((row) => row.case)).toEqual(['case_3'])
  })

  it('show the unread first, then the oldest', () => {
    const held = { holder: LEA, status: 'handled' } as const
    const mine = casesOf(LEA, [
      caseRow({ ...held, case: 'case_young', opened_at_ms: 300 }),
      caseRow({ ...held, case: 'case_old', opened_at_ms: 100 }),
      caseRow({ ...held, case: 'case_unread', opened_at_ms: 200, unread_agent: 1 }),
    ])
    expect(mine.active.map((row) => row.case)).toEqual(['case_unread', 'case_old', 'case_young'])
  })
})

describe('the floor', () => {
  it('counts what waits in a queue and since when', () => {
    const loads = queueLoads([
      caseRow({ queue: 'queue_a', status: 'queued', enqueued_at_ms: 500 }),
      caseRow({ queue: 'queue_a', status: 'offered', enqueued_at_ms: 200 }),
      caseRow({ queue: 'queue_a', status: 'handled', holder: LEA, enqueued_at_ms: 100 }),
      caseRow({ queue: null, status: 'queued' }),
    ])
    expect([...loads]).toEqual([['queue_a', { waiting: 2, oldest_ms: 200 }]])
  })

  it('counts what an agent holds, but not what waits for its client', () => {
    const loads = agentLoads([
      caseRow({ holder: LEA, status: 'assigned' }),
      caseRow({ holder: LEA, status: 'waiting_client' }),
      caseRow({ holder: LEA, status: 'closed' }),
      caseRow({ status: 'queued' }),
    ])
    expect([...loads]).toEqual([[LEA, 1]])
  })

  it('puts the lowest key first, as the router takes them', () => {
    const rows = [caseRow({ case: 'case_2', key: 20 }), caseRow({ case: 'case_1', key: -5 })]
    expect(rows.sort(byKey).map((row) => row.case)).toEqual(['case_1', 'case_2'])
  })
})
