import { expect, test } from 'vitest'
import type { AnyEvent } from '../src/protocol/schema'
import type { Line, Threads } from '../src/widget/thread'
import {
  fromHistory,
  openThread,
  without,
  withEvent,
  withPending,
  withRefused,
} from '../src/widget/thread'

let seq = 0

type CaseEvent = Extract<AnyEvent, { case: string }>
type Told<T extends CaseEvent['type']> = Extract<CaseEvent, { type: T }>
type Common = 'type' | 'seq' | 'at_ms' | 'by' | 'case' | 'client' | 'holder'

function told<T extends CaseEvent['type']>(
  type: T,
  fields: Omit<Told<T>, Common>,
  of = 'case_1',
): AnyEvent {
  seq += 1
  const common = { seq, at_ms: 1000 * seq, by: 'system', case: of, client: 'client_1' }
  // The compiler cannot see that the parts of a generic make the whole.
  return { type, ...common, holder: null, ...fields } as unknown as AnyEvent
}

function said(message: string, author: 'client' | 'agent' = 'agent', of = 'case_1'): AnyEvent {
  const fields = { message, author, author_name: 'Léa', text: message, files: [] }
  return told('message.sent', fields, of)
}

function pending(id: string, of = 'case_1'): Line {
  const common = { author: 'client', name: '', text: id, files: [] } as const
  return { id, case: of, ...common, atMs: 0, state: 'pending' }
}

function after(...events: AnyEvent[]): Threads {
  return events.reduce<Threads>(withEvent, new Map())
}

const ids = (threads: Threads, of = 'case_1') => threads.get(of)?.lines.map((line) => line.id)
const queued = () =>
  told('case.queued', {
    queue: 'queue_1',
    enqueued_at_ms: 0,
    key: 0,
    cause: 'opened',
    former: null,
    is_held: false,
  })
const assigned = () =>
  told('case.assigned', {
    agent_name: 'Léa',
    cause: 'automatic',
    is_over_capacity: false,
    former: null,
    starts_by_ms: null,
  })

test('the stages of a conversation follow the events', () => {
  let threads = after(queued())
  expect(threads.get('case_1')?.stage).toBe('queued')
  threads = withEvent(threads, assigned())
  expect(threads.get('case_1')).toMatchObject({ stage: 'answering', agent: 'Léa' })
  threads = withEvent(threads, told('case.waiting', { closes_at_ms: 9 }))
  expect(threads.get('case_1')?.stage).toBe('waiting')
  threads = withEvent(threads, told('case.resumed', {}))
  expect(threads.get('case_1')?.stage).toBe('answering')
  threads = withEvent(threads, queued())
  expect(threads.get('case_1')).toMatchObject({ stage: 'queued', agent: '' })
  const closed = told('case.closed', { cause: 'closed', former: null, asks_survey: true })
  threads = withEvent(threads, closed)
  expect(threads.get('case_1')).toMatchObject({ stage: 'closed', asksSurvey: true })
})

test('a pending line takes the place the server gave it', () => {
  let threads = withPending(after(said('m1')), pending('mine'))
  threads = withEvent(threads, said('m2'))
  expect(ids(threads)).toEqual(['m1', 'm2', 'mine'])
  threads = withEvent(threads, said('mine', 'client'))
  expect(ids(threads)).toEqual(['m1', 'm2', 'mine'])
  expect(threads.get('case_1')?.lines.at(-1)?.state).toBe('sent')
})

test('a message told twice is one line', () => {
  const event = said('m1', 'client')
  expect(ids(after(event, event))).toEqual(['m1'])
})

test('a refused line says why and stays; other conversations are untouched', () => {
  const before = withPending(after(said('m1', 'agent', 'case_2')), pending('mine'))
  const threads = withRefused(before, 'mine', 'case_closed')
  expect(threads.get('case_1')?.lines[0]).toMatchObject({
    state: 'refused',
    problem: 'case_closed',
  })
  expect(threads.get('case_2')).toBe(before.get('case_2'))
})

test('what staff says is unread until the client has read it', () => {
  let threads = after(said('m1'), said('m2'), said('m3', 'client'))
  expect(threads.get('case_1')?.unread).toBe(2)
  threads = withEvent(threads, told('message.read', { reader: 'agent', up_to: 'm3' }))
  expect(threads.get('case_1')).toMatchObject({ unread: 2, readByStaff: 'm3' })
  threads = withEvent(threads, told('message.read', { reader: 'client', up_to: 'm2' }))
  expect(threads.get('case_1')?.unread).toBe(0)
})

test('a merged conversation goes on in the other, in the order of time', () => {
  const first = said('m1')
  const other = said('m2', 'agent', 'case_2')
  const last = said('m3')
  const threads = after(first, other, last, told('case.merged', { into: 'case_1' }, 'case_2'))
  expect([...threads.keys()]).toEqual(['case_1'])
  expect(ids(threads)).toEqual(['m1', 'm2', 'm3'])
  expect(threads.get('case_1')?.unread).toBe(3)
})

test('a merged conversation stays one after its own closing is told', () => {
  const closed = told(
    'case.closed',
    { cause: 'merged', former: null, asks_survey: false },
    'case_2',
  )
  const merged = told('case.merged', { into: 'case_1' }, 'case_2')
  const threads = after(said('m1'), said('m2', 'agent', 'case_2'), merged, closed)
  expect(openThread(threads)?.case).toBe('case_1')
  expect([...threads.keys()]).toEqual(['case_1'])
})

test('the open conversation is the last that is not closed', () => {
  const closed = told(
    'case.closed',
    { cause: 'closed', former: null, asks_survey: false },
    'case_2',
  )
  expect(openThread(new Map())).toBeNull()
  expect(openThread(after(said('m1'), said('m2', 'agent', 'case_2'), closed))?.case).toBe('case_1')
})

test('events that are not for clients make no new threads object', () => {
  const threads = after(said('m1'))
  expect(withEvent(threads, told('case.tagged', { tags: [] }))).toBe(threads)
  const floor: AnyEvent = {
    type: 'agent.connected',
    seq: 99,
    joins_at_ms: null,
    at_ms: 0,
    by: 'system',
    agent: 'agent_1',
  }
  expect(withEvent(threads, floor)).toBe(threads)
})

test('history that is read again says nothing twice, and keeps what is unsent', () => {
  const events = [
    said('m1'),
    said('m2', 'agent', 'case_2'),
    told('case.merged', { into: 'case_1' }, 'case_2'),
    said('mine', 'client'),
  ]
  let threads = fromHistory(after(...events), events)
  expect(ids(threads)).toEqual(['m1', 'm2', 'mine'])
  expect(threads.get('case_1')?.unread).toBe(2)
  threads = fromHistory(withPending(withPending(threads, pending('late')), pending('mine')), events)
  expect(ids(threads)).toEqual(['m1', 'm2', 'mine', 'late'])
})

test('a conversation outside the hours is held, and forgotten when its queue refused it', () => {
  const queued = { queue: 'queue_1', enqueued_at_ms: 2, key: 2, former: null } as const
  const held = withEvent(
    new Map(),
    told('case.queued', { ...queued, cause: 'opened', is_held: true }),
  )
  expect(held.get('case_1')?.isHeld).toBe(true)
  const again = told('case.queued', { ...queued, cause: 'transferred', is_held: false })
  expect(withEvent(held, again).get('case_1')?.isHeld).toBe(false)
  expect(without(held, 'case_1').size).toBe(0)
  expect(held.size).toBe(1)
})
