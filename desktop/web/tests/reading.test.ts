import { describe, expect, it } from 'vitest'
import type { AnyCaseEvent } from '../src/protocol/schema'
import { merge } from '../src/state/history.svelte'
import type { Pending } from '../src/state/outbox.svelte'
import { isRunOn, lastRead, unsaid } from '../src/views/care/reading'

const said = (seq: number, message: string, author: 'client' | 'agent'): AnyCaseEvent => ({
  type: 'message.sent',
  seq,
  at_ms: seq,
  by: 'agent_lea',
  case: 'case_1',
  client: 'client_1',
  holder: 'agent_lea',
  message,
  author,
  author_name: '',
  text: message,
  files: [],
})

const waiting = (id: string): Pending => ({
  id,
  case: 'case_1',
  kind: 'message',
  text: id,
  files: [],
  mentions: [],
  at_ms: 0,
  failure: '',
})

describe('the read sign', () => {
  const events = [
    said(1, 'message_c', 'client'),
    said(2, 'message_b', 'agent'),
    said(3, 'message_a', 'agent'),
    said(4, 'message_d', 'agent'),
  ]

  it('stands at the last message of ours up to the one that was seen', () => {
    expect(lastRead(events, 'message_a')).toBe(3)
  })

  it('goes by place: ids of another clock may sort otherwise', () => {
    expect(lastRead(events, 'message_b')).toBe(2)
  })

  it('is absent while the client has seen nothing of ours', () => {
    expect(lastRead(events, null)).toBeUndefined()
    expect(lastRead(events, 'message_c')).toBeUndefined()
  })
})

describe('a message', () => {
  it('runs on from the one before when the same person wrote both within minutes', () => {
    const first = said(1, 'message_1', 'agent')
    const soon = said(2, 'message_2', 'agent')
    const late = { ...soon, at_ms: 600_000 }
    expect(isRunOn(first, soon)).toBe(true)
    expect(isRunOn(first, late)).toBe(false)
    expect(isRunOn(first, said(2, 'message_2', 'client'))).toBe(false)
    expect(isRunOn(undefined, first)).toBe(false)
  })
})

describe('a pending message', () => {
  it('is drawn until the log has it, live or by a page', () => {
    const pending = [waiting('message_1'), waiting('message_2')]
    expect(unsaid(pending, [said(9, 'message_1', 'agent')], 'case_1')).toEqual([pending[1]])
  })

  it('belongs to its case', () => {
    expect(unsaid([waiting('message_1')], [], 'case_2')).toEqual([])
  })
})

describe('the history of a case', () => {
  const one = said(1, 'message_1', 'client')
  const two = said(2, 'message_2', 'client')
  const three = said(3, 'message_3', 'client')

  it('takes what comes after it', () => {
    expect(merge([one], [two, three])).toEqual([one, two, three])
  })

  it('has every event once and in order, whatever pages and sockets bring', () => {
    expect(merge([two, three], [one, two])).toEqual([one, two, three])
    expect(merge([one, two], [two])).toEqual([one, two])
    expect(merge([], [])).toEqual([])
  })
})
