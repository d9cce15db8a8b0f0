// A client's conversations built from the events that the client may see. Pure.

import type { AnyEvent, Author, FileRef } from '../protocol/schema'

export interface Line {
  readonly id: string
  readonly case: string
  readonly author: Author
  readonly name: string
  readonly text: string
  readonly files: readonly FileRef[]
  readonly atMs: number
  readonly state: 'pending' | 'sent' | 'refused'
  readonly problem?: string
}

export type Stage = 'queued' | 'answering' | 'waiting' | 'closed'

export interface Thread {
  readonly case: string
  readonly stage: Stage
  readonly agent: string
  readonly lines: readonly Line[]
  /** The last message that staff has read. */
  readonly readByStaff: string | null
  readonly unread: number
  readonly asksSurvey: boolean
  /** It came outside the hours, and waits for them. */
  readonly isHeld: boolean
}

export type Threads = ReadonlyMap<string, Thread>

const EMPTY: Omit<Thread, 'case'> = {
  stage: 'queued',
  agent: '',
  lines: [],
  readByStaff: null,
  unread: 0,
  asksSurvey: false,
  isHeld: false,
}

export function withEvent(threads: Threads, event: AnyEvent): Threads {
  if (!('case' in event)) return threads
  const before = threads.get(event.case) ?? { ...EMPTY, case: event.case }
  // The conversation went on elsewhere: its own end is not one to show.
  if (event.type === 'case.closed' && event.cause === 'merged') return threads
  if (event.type === 'case.merged') return merged(threads, before, event.into)
  const after = threadAfter(before, event)
  return after === before ? threads : new Map(threads).set(event.case, after)
}

/** Begin again from what the server has; what is not sent yet stays. */
export function fromHistory(before: Threads, events: readonly AnyEvent[]): Threads {
  const threads = events.reduce<Threads>(withEvent, new Map())
  const known = new Set([...threads.values()].flatMap(({ lines }) => lines.map(({ id }) => id)))
  return [...before.values()]
    .flatMap(({ lines }) => lines)
    .filter((line) => line.state !== 'sent' && !known.has(line.id))
    .reduce(withPending, threads)
}

/** Show what is being sent before the server has it. */
export function withPending(threads: Threads, line: Line): Threads {
  const before = threads.get(line.case) ?? { ...EMPTY, case: line.case }
  return new Map(threads).set(line.case, { ...before, lines: [...before.lines, line] })
}

/** Mark a message that the server refused. */
export function withRefused(threads: Threads, id: string, problem: string): Threads {
  const changed = new Map(threads)
  for (const [key, thread] of threads) {
    if (!thread.lines.some((line) => line.id === id)) continue
    const lines = thread.lines.map((line) =>
      line.id === id ? { ...line, state: 'refused' as const, problem } : line,
    )
    changed.set(key, { ...thread, lines })
  }
  return changed
}

function threadAfter(thread: Thread, event: AnyEvent): Thread {
  switch (event.type) {
    case 'case.queued':
      return { ...thread, stage: 'queued', agent: '', isHeld: event.is_held }
    case 'case.assigned':
      return { ...thread, stage: 'answering', agent: event.agent_name }
    case 'case.waiting':
      return { ...thread, stage: 'waiting' }
    case 'case.resumed':
      return { ...thread, stage: 'answering' }
    case 'case.closed':
      return { ...thread, stage: 'closed', asksSurvey: event.asks_survey }
    case 'message.read':
      return event.reader === 'client'
        ? { ...thread, unread: 0 }
        : { ...thread, readByStaff: event.up_to }
    case 'message.sent': {
      const line: Line = {
        id: event.message,
        case: event.case,
        author: event.author,
        name: event.author_name,
        text: event.text,
        files: event.files,
        atMs: event.at_ms,
        state: 'sent',
      }
      // What was pending takes the place the server gave it: the end of what is stored.
      const others = thread.lines.filter((known) => known.id !== line.id)
      const stored = others.filter((known) => known.state === 'sent')
      const unsent = others.filter((known) => known.state !== 'sent')
      const unread = thread.unread + (event.author === 'client' ? 0 : 1)
      return { ...thread, lines: [...stored, line, ...unsent], unread }
    }
    default:
      return thread
  }
}

function merged(threads: Threads, gone: Thread, into: string): Threads {
  const changed = new Map(threads)
  const kept = threads.get(into) ?? { ...EMPTY, case: into }
  const lines = [...kept.lines, ...gone.lines].sort((one, other) => one.atMs - other.atMs)
  changed.delete(gone.case)
  return changed.set(into, { ...kept, lines, unread: kept.unread + gone.unread })
}

/** Forget a conversation that the server has refused to open. */
export function without(threads: Threads, key: string): Threads {
  return new Map([...threads].filter(([known]) => known !== key))
}

/** The conversation that goes on: the last one that is not closed. */
export function openThread(threads: Threads): Thread | null {
  return [...threads.values()].filter((thread) => thread.stage !== 'closed').at(-1) ?? null
}
