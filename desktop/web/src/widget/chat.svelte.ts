// The widget's state: one client, one socket, the conversations, the guided form.

import type { LinkState } from '../protocol/connection'
import { Connection, ProtocolError } from '../protocol/connection'
import { newId } from '../protocol/ids'
import type {
  Answer,
  AnyCommand,
  AnyEvent,
  AnyOutbound,
  BotChoice,
  BotQuestion,
  FileRef,
  SendMessage,
  WidgetOpening,
  Wait,
  WidgetProfile,
} from '../protocol/schema'
import { Memory } from './memory'
import { Server } from './server'
import { chime } from './sound'
import type { Language } from './texts'
import { textsIn } from './texts'
import type { Line, Thread, Threads } from './thread'
import { openThread, fromHistory, without, withEvent, withPending, withRefused } from './thread'

const TYPING_EVERY_MS = 3_000
const TYPING_FADES_MS = 5_000
const RETRY_MS = 3_000
const LARGEST_BYTES = 10 * 1024 * 1024

export class Chat {
  isOpen = $state(false)
  profile = $state.raw<WidgetProfile | null>(null)
  link = $state<LinkState>('connecting')
  isOnline = $state(navigator.onLine)
  threads = $state.raw<Threads>(new Map())
  problem = $state('')
  // The guided form: the question asked, the answers given, the subject found.
  question = $state.raw<BotQuestion | null>(null)
  answers = $state.raw<readonly Answer[]>([])
  subject = $state<string | null>(null)
  offered = $state.raw<BotChoice | null>(null)
  isSolved = $state(false)
  rated = $state.raw<ReadonlySet<string>>(new Set())
  typing = $state('')
  // Where each waiting case is in its queue, as the server last said.
  waits = $state.raw<ReadonlyMap<string, Wait>>(new Map())
  isNew = $state(false)
  /** What is typed and not sent yet. */
  draft = $state('')
  /** Whether the queue of the subject takes cases; null until it is known. */
  opening = $state.raw<WidgetOpening | null>(null)

  private readonly server: Server
  private readonly memory: Memory
  private connection: Connection | null = null
  private client = ''
  private typingTimer = 0
  private typedMs = 0
  /** Since the last reload: what an older answer of the server may lack. */
  private happened: AnyEvent[] = []

  constructor(
    origin: string,
    private readonly identity: string,
    readonly language: Language,
  ) {
    this.server = new Server(origin)
    this.memory = new Memory(`aiguilleur.${new URL(origin).host}`)
    window.addEventListener('online', () => (this.isOnline = true))
    window.addEventListener('offline', () => (this.isOnline = false))
  }

  get texts() {
    return textsIn(this.language)
  }

  get thread(): Thread | null {
    if (this.isNew) return null
    return openThread(this.threads) ?? [...this.threads.values()].at(-1) ?? null
  }

  get former(): readonly Thread[] {
    return [...this.threads.values()].filter((thread) => thread !== this.thread)
  }

  get unread(): number {
    return [...this.threads.values()].reduce((total, thread) => total + thread.unread, 0)
  }

  get isBehind(): boolean {
    return !this.isOnline || this.link === 'lost'
  }

  async start(): Promise<void> {
    try {
      this.profile = await this.server.profile()
      this.askFirst()
      // A page that was talking goes on talking; another loads nothing more until it is opened.
      if (this.memory.kept.token) await this.connect()
      this.resumeDraft()
      if (this.memory.kept.isOpen) await this.open()
    } catch {
      this.problem = this.texts.failed
      window.setTimeout(() => void this.start(), RETRY_MS)
    }
  }

  async open(): Promise<void> {
    this.isOpen = true
    this.memory.keep({ isOpen: true })
    try {
      await this.connect()
      this.problem = ''
      this.markRead()
    } catch {
      this.problem = this.texts.failed
      window.setTimeout(() => void (this.isOpen && this.open()), RETRY_MS)
    }
  }

  close(): void {
    this.isOpen = false
    this.memory.keep({ isOpen: false })
  }

  // The guided form.

  askFirst(): void {
    this.question = this.profile?.bot.questions[0] ?? null
    this.subject = this.question === null ? 'other' : null
    this.answers = []
    this.offered = null
    this.isSolved = false
    this.opening = null
  }

  /** Go on where a page that was left had come to, when something was typed there. */
  private resumeDraft(): void {
    const { text, subject, answers } = this.memory.draftOf(this.client)
    if (this.client === '' || text === '') return
    this.draft = text
    if (subject === null || openThread(this.threads) !== null) return
    this.isNew = true
    this.question = null
    this.answers = answers
    this.become(subject)
  }

  private become(subject: string): void {
    this.subject = subject
    void this.askOpening()
  }

  /** Ask whether anybody is there for the subject; without an answer nothing is said of it. */
  async askOpening(): Promise<void> {
    try {
      this.opening = await this.server.opening(this.subject ?? 'other')
    } catch {
      this.opening = null
    }
  }

  write(text: string): void {
    this.draft = text
    const { subject, answers } = this
    if (this.client) this.memory.keepDraft(this.client, { text, subject, answers })
  }

  choose(choice: BotChoice): void {
    if (this.question === null) return
    const answer = {
      question: this.question.text[this.language],
      choice: choice.label[this.language],
    }
    this.answers = [...this.answers, answer]
    const next = this.profile?.bot.questions.find(({ key }) => key === choice.next_question)
    this.question = next ?? null
    if (next !== undefined) return
    if (choice.articles.length > 0) this.offered = choice
    else this.become(choice.subject ?? 'other')
  }

  /** What the articles said was enough, or was not. */
  solve(isSolved: boolean): void {
    this.isSolved = isSolved
    if (!isSolved) this.become(this.offered?.subject ?? 'other')
    this.offered = null
  }

  begin(): void {
    this.isNew = true
    this.askFirst()
  }

  // The conversation.

  async say(text: string, files: readonly FileRef[] = []): Promise<void> {
    const connection = this.connection
    if (connection === null) return
    const thread = this.isNew ? null : openThread(this.threads)
    const key = thread?.case ?? newId('case')
    const line = this.pending(key, text, files)
    this.isNew = false
    this.threads = withPending(this.threads, line)
    try {
      if (thread === null) {
        const opening = connection.ask({
          type: 'open_case',
          case: key,
          channel: 'chat',
          subject: this.subject ?? 'other',
          language: this.language,
          answers: this.answers,
        })
        const saying = this.send(connection, line)
        // Refused with its case: that is said once.
        saying.catch(() => undefined)
        await opening
        this.askFirst()
        await saying
      } else {
        await this.send(connection, line)
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      if (error.code === 'queue_closed' && thread === null) this.takeBack(line)
      else this.threads = withRefused(this.threads, line.id, error.message)
    }
  }

  /** The queue was closed while this was typed: nothing was opened, and nothing is lost. */
  private takeBack(line: Line): void {
    this.threads = without(this.threads, line.case)
    this.isNew = true
    this.write(line.text)
    this.opening = { is_in_hours: true, opens: null, notice: null, ...this.opening, is_open: false }
  }

  async attach(file: File): Promise<void> {
    if (file.size > LARGEST_BYTES) {
      this.problem = this.texts.too_big
      return
    }
    try {
      this.problem = ''
      await this.say('', [await this.server.upload(file)])
    } catch (error) {
      this.problem = error instanceof ProtocolError ? error.message : this.texts.failed
    }
  }

  picture(file: string): Promise<string> {
    return this.server.picture(file)
  }

  type(): void {
    const thread = this.thread
    if (thread === null || Date.now() - this.typedMs < TYPING_EVERY_MS) return
    this.typedMs = Date.now()
    this.connection?.signal({ type: 'typing', case: thread.case })
  }

  async rate(thread: Thread, note: number, comment: string): Promise<void> {
    this.rated = new Set(this.rated).add(thread.case)
    try {
      await this.connection?.ask({ type: 'answer_survey', case: thread.case, note, comment })
    } catch {
      // Already answered in another tab: the thanks stand.
    }
  }

  private send(connection: Connection, line: Line): Promise<unknown> {
    return connection.ask({
      type: 'send_message',
      case: line.case,
      message: line.id,
      text: line.text,
      files: line.files,
    })
  }

  private pending(key: string, text: string, files: readonly FileRef[]): Line {
    return {
      id: newId('message'),
      case: key,
      author: 'client',
      name: '',
      text,
      files,
      atMs: Date.now(),
      state: 'pending',
    }
  }

  // The server.

  private async connect(): Promise<void> {
    if (this.connection !== null) return
    const session = await this.server.openSession(this.identity, this.memory.kept.token)
    this.memory.keep({ token: session.token })
    this.client = session.client
    this.threads = fromHistory(this.threads, await this.server.history())
    if (this.connection !== null) return
    this.connection = new Connection({
      url: this.server.socketUrl,
      hello: () => ({ token: this.server.token }),
      onFrame: (frame) => this.receive(frame),
      onState: (state) => this.changed(state),
      onRefused: (command, problem) => this.refuse(command, problem),
      outbox: {
        // By client: what one person wrote must never leave in the name of another.
        load: () => this.memory.loadOutbox(session.client),
        save: (commands) => this.memory.saveOutbox(session.client, commands),
      },
    })
    this.showUnsent(this.connection)
    this.connection.start()
  }

  private showUnsent(connection: Connection): void {
    const known = new Set([...this.threads.values()].flatMap(({ lines }) => lines.map((x) => x.id)))
    connection.unanswered
      .filter((command): command is SendMessage => command.type === 'send_message')
      .filter((command) => !known.has(command.message))
      .forEach((command) => {
        const { message: id, text = '', files = [] } = command
        const line = { ...this.pending(command.case, text, files), id }
        this.threads = withPending(this.threads, line)
      })
  }

  /** What was asked before the page was loaded anew is refused now. */
  private refuse(command: AnyCommand, problem: ProtocolError): void {
    const isShut = problem.code === 'queue_closed' && command.type === 'open_case'
    const line = isShut ? this.threads.get(command.case)?.lines[0] : undefined
    if (line) {
      this.subject = command.type === 'open_case' ? command.subject : null
      this.question = null
      this.takeBack(line)
    } else if (command.type === 'send_message') {
      this.threads = withRefused(this.threads, command.message, problem.message)
    }
  }

  private changed(state: LinkState): void {
    this.link = state
    if (state !== 'signed_out') return
    // The session is over: begin another, as whoever the page says.
    this.memory.keep({ token: '' })
    this.connection = null
    // Not at once: a server that goes on saying so must not be asked without end.
    window.setTimeout(() => {
      this.connect().catch(() => (this.problem = this.texts.failed))
    }, RETRY_MS)
  }

  private receive(frame: AnyOutbound): void {
    if (frame.type === 'typing') this.showTyping(frame.name)
    if (frame.type === 'awaited') this.waits = new Map(this.waits).set(frame.wait.case, frame.wait)
    if (frame.type === 'welcome' && frame.snapshot !== null) void this.reload()
    if (frame.type !== 'event') return
    this.threads = withEvent(this.threads, frame.event)
    this.happened.push(frame.event)
    if (frame.event.type !== 'message.sent' || frame.event.author === 'client') return
    this.showTyping('')
    if (this.isOpen && document.visibilityState === 'visible') this.markRead()
    else chime()
  }

  private async reload(): Promise<void> {
    this.happened = []
    const history = await this.server.history()
    const last = history.at(-1)?.seq ?? 0
    const since = this.happened.filter(({ seq }) => seq > last)
    this.threads = fromHistory(this.threads, [...history, ...since])
  }

  private showTyping(name: string): void {
    this.typing = name
    window.clearTimeout(this.typingTimer)
    if (name) this.typingTimer = window.setTimeout(() => (this.typing = ''), TYPING_FADES_MS)
  }

  markRead(): void {
    const thread = this.thread
    const last = thread?.lines.filter((line) => line.author !== 'client').at(-1)
    if (!thread || !last || thread.unread === 0) return
    this.threads = new Map(this.threads).set(thread.case, { ...thread, unread: 0 })
    if (thread.stage === 'closed') return
    this.connection
      ?.ask({ type: 'mark_read', case: thread.case, up_to: last.id })
      .catch(() => undefined)
  }
}
