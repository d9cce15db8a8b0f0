// One conversation with the server, over any number of sockets: what was seen, what is unanswered.
// No socket and no timer here: frames and the time go in, frames come out.

import type { AnyCommand, AnyInbound, AnyOutbound, Hello } from './schema'
import { PROTOCOL_VERSION } from './schema'

export const PING_MS = 20_000
export const SILENCE_MS = 30_000

export interface Answered {
  readonly command: AnyCommand
  readonly answer: Extract<AnyOutbound, { type: 'ok' | 'error' }>
}

export class Session {
  lastSeq: number | null = null
  private outbox = new Map<string, AnyCommand>()
  private readonly late = new Set<string>()
  private unansweredPingMs: number | null = null
  private pingedMs = 0

  constructor(unanswered: readonly AnyCommand[] = []) {
    for (const command of unanswered) this.outbox.set(command.ref, command)
  }

  /** Commands that the server has not answered, oldest first. */
  get unanswered(): readonly AnyCommand[] {
    return [...this.outbox.values()]
  }

  /** The first frame on a new socket. */
  hello(credentials: { token?: string; csrf?: string }, nowMs: number): Hello {
    this.unansweredPingMs = null
    this.pingedMs = nowMs
    return { type: 'hello', version: PROTOCOL_VERSION, last_seq: this.lastSeq, ...credentials }
  }

  /** Remember a command until it is answered; returns the frame that asks it. */
  ask(command: AnyCommand): AnyInbound {
    this.outbox.set(command.ref, command)
    return { type: 'ask', command }
  }

  /** What to send again once a new socket was welcomed: the same refs, so nothing happens twice. */
  again(): AnyInbound[] {
    return this.unanswered.map((command) => ({ type: 'ask', command }))
  }

  /** What the server could not answer when it was asked, to be asked once more. */
  due(): AnyInbound[] {
    const frames = this.again().filter((x) => x.type === 'ask' && this.late.has(x.command.ref))
    this.late.clear()
    return frames
  }

  /** Take a frame; false when it brings nothing new and nobody should see it. */
  receive(frame: AnyOutbound): boolean {
    this.unansweredPingMs = null
    switch (frame.type) {
      case 'welcome':
        if (frame.snapshot !== null) this.lastSeq = frame.seq
        return true
      case 'event':
        if (this.lastSeq !== null && frame.event.seq <= this.lastSeq) return false
        this.lastSeq = frame.event.seq
        return true
      default:
        return true
    }
  }

  /** Forget an answered command. A server that could not answer yet leaves it in the outbox. */
  settle(frame: AnyOutbound): Answered | null {
    if (frame.type !== 'ok' && frame.type !== 'error') return null
    const command = frame.ref === null ? undefined : this.outbox.get(frame.ref)
    if (command === undefined) return null
    if (frame.type === 'error' && RETRIED.has(frame.code)) {
      this.late.add(command.ref)
      return null
    }
    this.outbox.delete(command.ref)
    return { command, answer: frame }
  }

  /** Give up a command that the person took back. */
  forget(ref: string): void {
    this.outbox.delete(ref)
  }

  /** Whether a heartbeat is due; at most one an interval. */
  shouldPing(nowMs: number): boolean {
    if (nowMs - this.pingedMs < PING_MS) return false
    this.pingedMs = nowMs
    this.unansweredPingMs ??= nowMs
    return true
  }

  /** Whether the server has been silent for too long after a heartbeat. */
  isSilent(nowMs: number): boolean {
    return this.unansweredPingMs !== null && nowMs - this.unansweredPingMs > SILENCE_MS
  }
}

const RETRIED: ReadonlySet<string> = new Set(['unavailable', 'too_fast'])
