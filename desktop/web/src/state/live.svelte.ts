/** The one live store: frames in, rows out, applied once per animation frame. */
import { label as labelIn } from '../i18n/language.svelte'
import { Connection, ProtocolError, type LinkState } from '../protocol/connection'
import type {
  AgentView,
  AnyCaseEvent,
  AnyEvent,
  AnyOutbound,
  CaseView,
  Label,
  QueueView,
  Welcome,
  Workbench,
} from '../protocol/schema'
import { applyEvent, rowsFrom, type Rows } from './apply'
import { NO_FIGURES, withFigures, type Figures } from './figures'
import { History, isOfCase } from './history.svelte'
import { ticking } from './ticking.svelte'

export interface Writer {
  name: string
  until_ms: number
}

type Ask = Parameters<Connection['ask']>[0]

// A hidden page has no animation frames, but its sounds must not wait.
const HIDDEN_FRAME_MS = 50
const TYPING_MS = 5000

class Live {
  link = $state<LinkState>('connecting')
  agents = $state.raw<ReadonlyMap<string, AgentView>>(new Map())
  queues = $state.raw<ReadonlyMap<string, QueueView>>(new Map())
  cases = $state.raw<ReadonlyMap<string, CaseView>>(new Map())
  writers = $state.raw<ReadonlyMap<string, Writer>>(new Map())
  bench = $state.raw<Workbench | null>(null)
  /** Of the day; supervisors only. */
  figures = $state.raw<Figures>(NO_FIGURES)

  private connection: Connection | null = null
  private rows: Rows = rowsFrom({ seq: 0, agents: [], queues: [], cases: [] })
  private frames: AnyOutbound[] = []
  private isScheduled = false
  private histories = new Map<string, History>()
  private listeners: ((event: AnyEvent) => void)[] = []

  /** Open the socket and keep it open. */
  start(csrf: string): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    this.connection = new Connection({
      url: `${scheme}://${location.host}/ws`,
      hello: () => ({ csrf }),
      onFrame: (frame) => this.receive(frame),
      onState: (state) => {
        this.link = state
      },
    })
    this.connection.start()
  }

  stop(): void {
    this.connection?.stop()
    this.connection = null
    this.histories.clear()
    this.figures = NO_FIGURES
    this.show(rowsFrom({ seq: 0, agents: [], queues: [], cases: [] }))
  }

  /** Send a command; resolves when it is stored. Only commands.ts calls this. */
  async ask(command: Ask): Promise<void> {
    if (!this.connection) throw new ProtocolError('unavailable', 'not signed in')
    await this.connection.ask(command)
  }

  signal(frame: Parameters<Connection['signal']>[0]): void {
    this.connection?.signal(frame)
  }

  retry(): void {
    this.connection?.retryNow()
  }

  /** Call back for every live event, after the rows show it. */
  onEvent(listener: (event: AnyEvent) => void): void {
    this.listeners.push(listener)
  }

  /** A row that was read over HTTP; a newer live one stays. */
  place(row: CaseView): void {
    const known = this.rows.cases.get(row.case)
    if (known && known.updated_seq >= row.updated_seq) return
    this.rows.cases.set(row.case, row)
    this.cases = new Map(this.rows.cases)
  }

  equip(bench: Workbench): void {
    this.bench = bench
  }

  history(caseId: string): History {
    const known = this.histories.get(caseId)
    if (known) return known
    const fresh = new History(caseId)
    this.histories.set(caseId, fresh)
    void fresh.load()
    return fresh
  }

  agentName(agent: string | null | undefined): string {
    if (!agent) return '—'
    const found =
      this.agents.get(agent) ?? this.bench?.agents.find((known) => known.agent === agent)
    return found?.name ?? agent
  }

  queueLabel(queue: string | null | undefined): Label {
    if (!queue) return { fr: '—', en: '—' }
    const found =
      this.queues.get(queue) ?? this.bench?.queues.find((known) => known.queue === queue)
    return found?.label ?? { fr: queue, en: queue }
  }

  /** A skill by the queue that it opens, when that is one; else by its own name. */
  skillName(skill: string): string {
    const opened = [...this.queues.values()].filter((row) =>
      row.required.some((needed) => needed.skill === skill),
    )
    const [only] = opened
    if (only && opened.length === 1) return labelIn(only.label)
    const words = skill.replace(/^skill_/, '').replaceAll('_', ' ')
    return words.charAt(0).toUpperCase() + words.slice(1)
  }

  subjectLabel(subject: string): Label {
    const rule = this.bench?.subjects.find((known) => known.subject === subject)
    return rule?.label ?? { fr: subject, en: subject }
  }

  private receive(frame: AnyOutbound): void {
    this.frames.push(frame)
    if (this.isScheduled) return
    this.isScheduled = true
    if (document.hidden) setTimeout(() => this.flush(), HIDDEN_FRAME_MS)
    else requestAnimationFrame(() => this.flush())
  }

  private flush(): void {
    this.isScheduled = false
    const frames = this.frames
    this.frames = []
    const happened: AnyEvent[] = []
    for (const frame of frames) this.take(frame, happened)
    this.show(this.rows)
    this.tellHistories(happened.filter(isOfCase))
    for (const event of happened) for (const listener of this.listeners) listener(event)
  }

  private take(frame: AnyOutbound, happened: AnyEvent[]): void {
    switch (frame.type) {
      case 'welcome':
        return this.welcome(frame)
      case 'event':
        applyEvent(this.rows, frame.event)
        happened.push(frame.event)
        return
      case 'shown':
        this.rows.cases.set(frame.case.case, frame.case)
        this.reload(frame.case.case)
        return
      case 'counted':
        this.figures = withFigures(this.figures, frame.figures)
        return
      case 'typing':
        this.writers = new Map(this.writers).set(frame.case, {
          name: frame.name,
          until_ms: ticking.now + TYPING_MS,
        })
    }
  }

  private welcome(frame: Welcome): void {
    ticking.agree(frame.now_ms)
    if (!frame.snapshot) return
    this.rows = rowsFrom(frame.snapshot)
    for (const caseId of this.histories.keys()) this.reload(caseId)
  }

  private show(rows: Rows): void {
    this.rows = rows
    this.agents = new Map(rows.agents)
    this.queues = new Map(rows.queues)
    this.cases = new Map(rows.cases)
  }

  /** What was said before the case was ours may be missing. */
  private reload(caseId: string): void {
    void this.histories.get(caseId)?.load()
  }

  private tellHistories(events: readonly AnyCaseEvent[]): void {
    for (const [caseId, history] of this.histories) {
      const own = events.filter((event) => event.case === caseId)
      if (own.length === 0) continue
      history.add(own)
      if (own.some((event) => event.type === 'message.sent')) this.stopWriting(caseId)
    }
  }

  private stopWriting(caseId: string): void {
    const writers = new Map(this.writers)
    writers.delete(caseId)
    this.writers = writers
  }
}

export const live = new Live()
