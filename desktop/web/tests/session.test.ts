import { expect, test } from 'vitest'
import type { AnyCommand, AnyOutbound, Snapshot } from '../src/protocol/schema'
import { PING_MS, SILENCE_MS, Session } from '../src/protocol/session'

const SNAPSHOT: Snapshot = { seq: 7, agents: [], queues: [], cases: [] }

function welcome(snapshot: Snapshot | null, seq = 7): AnyOutbound {
  return { type: 'welcome', version: 1, seq, now_ms: 0, me: null, client: null, snapshot }
}

function happened(seq: number): AnyOutbound {
  return {
    type: 'event',
    event: {
      type: 'agent.connected',
      seq,
      at_ms: 0,
      by: 'system',
      agent: 'agent_1',
      joins_at_ms: null,
    },
  }
}

function message(ref: string): AnyCommand {
  return { type: 'send_message', ref, case: 'case_1', message: `message_${ref}`, text: 'Bonjour' }
}

function error(ref: string | null, code: string): AnyOutbound {
  return { type: 'error', ref, code, message: '', field: '' }
}

test('the first hello starts fresh and carries the credentials', () => {
  const hello = new Session().hello({ csrf: 'c' }, 0)
  expect(hello).toEqual({ type: 'hello', version: 1, last_seq: null, csrf: 'c' })
})

test('a later hello resumes after the last event seen', () => {
  const session = new Session()
  session.receive(welcome(SNAPSHOT))
  session.receive(happened(9))
  expect(session.hello({}, 1).last_seq).toBe(9)
})

test('a welcome without a snapshot leaves the place: the missed events follow', () => {
  const session = new Session()
  session.receive(welcome(SNAPSHOT))
  session.receive(welcome(null, 12))
  expect(session.lastSeq).toBe(7)
  expect(session.receive(happened(8))).toBe(true)
  expect(session.lastSeq).toBe(8)
})

test('a welcome with a snapshot starts again from it', () => {
  const session = new Session()
  session.receive(welcome(SNAPSHOT))
  session.receive(happened(30))
  session.receive(welcome({ ...SNAPSHOT, seq: 12 }, 12))
  expect(session.lastSeq).toBe(12)
})

test('an event that was seen is dropped; gaps are other people’s events', () => {
  const session = new Session()
  session.receive(welcome(SNAPSHOT))
  expect(session.receive(happened(7))).toBe(false)
  expect(session.receive(happened(10))).toBe(true)
  expect(session.receive(happened(10))).toBe(false)
  expect(session.receive(happened(9))).toBe(false)
})

test('what was not answered is asked again, oldest first, with the same refs', () => {
  const session = new Session()
  const first = session.ask(message('a'))
  const second = session.ask(message('b'))
  expect(session.again()).toEqual([first, second])
  session.settle({ type: 'ok', ref: 'a', seq: 8 })
  expect(session.again()).toEqual([second])
})

test('what a former page left unanswered is asked again', () => {
  const session = new Session([message('kept')])
  expect(session.again()).toEqual([{ type: 'ask', command: message('kept') }])
})

test('an answer settles its command once', () => {
  const session = new Session()
  session.ask(message('a'))
  const answer: AnyOutbound = { type: 'ok', ref: 'a', seq: 8 }
  expect(session.settle(answer)).toEqual({ command: message('a'), answer })
  expect(session.settle(answer)).toBeNull()
})

test('a refusal settles its command', () => {
  const session = new Session()
  session.ask(message('a'))
  expect(session.settle(error('a', 'not_holder'))?.answer.type).toBe('error')
  expect(session.unanswered).toEqual([])
})

test.each(['unavailable', 'too_fast'])('%s keeps the command for later', (code) => {
  const session = new Session()
  session.ask(message('a'))
  expect(session.settle(error('a', code))).toBeNull()
  expect(session.unanswered).toEqual([message('a')])
})

test('an error without a ref settles nothing', () => {
  const session = new Session()
  session.ask(message('a'))
  expect(session.settle(error(null, 'bad_command'))).toBeNull()
  expect(session.settle(happened(8))).toBeNull()
  expect(session.unanswered).toHaveLength(1)
})

test('a command taken back is not asked again', () => {
  const session = new Session()
  session.ask(message('a'))
  session.forget('a')
  expect(session.again()).toEqual([])
})

test('a heartbeat is due once an interval', () => {
  const session = new Session()
  session.hello({}, 1000)
  expect(session.shouldPing(1000 + PING_MS - 1)).toBe(false)
  expect(session.shouldPing(1000 + PING_MS)).toBe(true)
  expect(session.shouldPing(1000 + PING_MS)).toBe(false)
})

test('only a heartbeat without an answer is silence: a sleeping tab is not', () => {
  const session = new Session()
  session.hello({}, 0)
  expect(session.isSilent(10 * SILENCE_MS)).toBe(false)
  session.shouldPing(PING_MS)
  expect(session.isSilent(PING_MS + SILENCE_MS)).toBe(false)
  expect(session.isSilent(PING_MS + SILENCE_MS + 1)).toBe(true)
  session.receive({ type: 'pong', now_ms: 0 })
  expect(session.isSilent(10 * SILENCE_MS)).toBe(false)
})

test('what the server could not answer yet is asked once more', () => {
  const session = new Session()
  session.hello({}, 0)
  session.ask(message('a'))
  session.ask(message('b'))
  expect(session.due()).toEqual([])
  session.settle({ type: 'error', ref: 'a', code: 'unavailable', message: '', field: '' })
  expect(session.due()).toEqual([{ type: 'ask', command: message('a') }])
  expect(session.due()).toEqual([])
})

test('a new socket is not silent because the old one was', () => {
  const session = new Session()
  session.hello({}, 0)
  session.hello({}, 10 * SILENCE_MS)
  expect(session.isSilent(10 * SILENCE_MS + 1)).toBe(false)
})
