// The socket: opens it, opens it again, and keeps what was asked until it is answered.

import { newId } from './ids'
import type { AnyCommand, AnyInbound, AnyOutbound, Ok } from './schema'
import { CLOSE } from './schema'
import { Session } from './session'

export type LinkState = 'connecting' | 'live' | 'lost' | 'signed_out' | 'refused'
type Distribute<T> = T extends AnyCommand ? Omit<T, 'ref'> & { ref?: string } : never
export type WithoutRef<T> = Distribute<T>

export class ProtocolError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly field = '',
  ) {
    super(message)
  }
}

export interface ConnectionOptions {
  readonly url: string
  readonly hello: () => { token?: string; csrf?: string }
  readonly onFrame: (frame: AnyOutbound) => void
  readonly onState: (state: LinkState, code?: number) => void
  /** A command of before a reload, for which nobody waits any more, was refused. */
  readonly onRefused?: (command: AnyCommand, problem: ProtocolError) => void
  /** Keeps unanswered commands through a reload of the page. */
  readonly outbox?: {
    load: () => readonly AnyCommand[]
    save: (commands: readonly AnyCommand[]) => void
  }
}

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 10_000
const BEAT_MS = 5_000
const FINAL: Readonly<Record<number, LinkState>> = {
  [CLOSE.SIGNED_OUT]: 'signed_out',
  [CLOSE.FORBIDDEN]: 'refused',
  [CLOSE.TOO_MANY_SOCKETS]: 'refused',
}

interface Waiting {
  resolve: (ok: Ok) => void
  reject: (error: ProtocolError) => void
}

export class Connection {
  private readonly session: Session
  private readonly waiting = new Map<string, Waiting>()
  private socket: WebSocket | null = null
  private isWelcomed = false
  private isWanted = false
  private failures = 0
  private retryTimer = 0
  private beatTimer = 0

  constructor(private readonly options: ConnectionOptions) {
    this.session = new Session(options.outbox?.load() ?? [])
  }

  get unanswered(): readonly AnyCommand[] {
    return this.session.unanswered
  }

  start(): void {
    if (this.isWanted) return
    this.isWanted = true
    window.addEventListener('online', this.retryNow)
    window.addEventListener('offline', this.drop)
    this.beatTimer = window.setInterval(this.beat, BEAT_MS)
    this.open()
  }

  stop(): void {
    this.isWanted = false
    window.removeEventListener('online', this.retryNow)
    window.removeEventListener('offline', this.drop)
    window.clearInterval(this.beatTimer)
    window.clearTimeout(this.retryTimer)
    this.detach()
  }

  /** Send a command now or as soon as the server is back; rejects when it is refused. */
  ask(command: WithoutRef<AnyCommand>): Promise<Ok> {
    const whole = { ...command, ref: command.ref ?? newId('r').slice(2) } as AnyCommand
    const frame = this.session.ask(whole)
    this.save()
    if (this.isWelcomed) this.socket?.send(JSON.stringify(frame))
    return new Promise((resolve, reject) => this.waiting.set(whole.ref, { resolve, reject }))
  }

  /** Send what may be lost: a typing sign, a watch. */
  signal(frame: Extract<AnyInbound, { type: 'typing' | 'watch' }>): void {
    if (this.isWelcomed) this.socket?.send(JSON.stringify(frame))
  }

  readonly retryNow = (): void => {
    if (!this.isWanted || this.socket !== null) return
    window.clearTimeout(this.retryTimer)
    this.open()
  }

  private open(): void {
    this.options.onState('connecting')
    const socket = new WebSocket(this.options.url, 'aiguilleur.v1')
    this.socket = socket
    socket.onopen = () =>
      socket.send(JSON.stringify(this.session.hello(this.options.hello(), Date.now())))
    socket.onmessage = (message) => this.receive(JSON.parse(String(message.data)) as AnyOutbound)
    socket.onclose = (event) => this.closed(event.code)
  }

  private receive(frame: AnyOutbound): void {
    const isNews = this.session.receive(frame)
    if (frame.type === 'welcome') {
      this.isWelcomed = true
      this.failures = 0
      this.options.onFrame(frame)
      for (const again of this.session.again()) this.socket?.send(JSON.stringify(again))
      this.options.onState('live')
      return
    }
    const settled = this.session.settle(frame)
    if (settled !== null) this.settle(settled.command, settled.answer)
    if (isNews) this.options.onFrame(frame)
  }

  private settle(
    command: AnyCommand,
    answer: Extract<AnyOutbound, { type: 'ok' | 'error' }>,
  ): void {
    this.save()
    const waiting = this.waiting.get(command.ref)
    this.waiting.delete(command.ref)
    if (answer.type === 'ok') return waiting?.resolve(answer)
    const problem = new ProtocolError(answer.code, answer.message, answer.field)
    if (waiting) waiting.reject(problem)
    else this.options.onRefused?.(command, problem)
  }

  private closed(code: number): void {
    this.detach()
    if (!this.isWanted) return
    const final = FINAL[code]
    if (final !== undefined) {
      this.stop()
      this.options.onState(final, code)
      return
    }
    this.options.onState('lost', code)
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.failures)
    this.failures += 1
    // Half of it at random: a thousand desktops must not all come back at the same moment.
    this.retryTimer = window.setTimeout(this.retryNow, longest * (0.5 + Math.random() / 2))
  }

  private readonly beat = (): void => {
    const nowMs = Date.now()
    if (!this.isWelcomed) return
    for (const late of this.session.due()) this.socket?.send(JSON.stringify(late))
    if (this.session.isSilent(nowMs)) this.drop()
    else if (this.session.shouldPing(nowMs)) this.socket?.send('{"type":"ping"}')
  }

  // The network is gone: waiting for the socket to notice would take minutes.
  private readonly drop = (): void => {
    if (this.socket === null) return
    this.socket.close()
    this.closed(0)
  }

  private detach(): void {
    const socket = this.socket
    this.socket = null
    this.isWelcomed = false
    if (socket === null) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  private save(): void {
    this.options.outbox?.save(this.session.unanswered)
  }
}
