// The HTTP side of the widget.

import { ProtocolError } from '../protocol/connection'
import type {
  EventPage,
  FileRef,
  Problem,
  WidgetOpening,
  WidgetProfile,
  WidgetSession,
} from '../protocol/schema'

export class Server {
  token = ''

  constructor(private readonly origin: string) {}

  get socketUrl(): string {
    return `${this.origin.replace(/^http/, 'ws')}/ws`
  }

  profile(): Promise<WidgetProfile> {
    return this.ask('/widget/profile')
  }

  opening(subject: string): Promise<WidgetOpening> {
    return this.ask(`/widget/opening?subject=${encodeURIComponent(subject)}`)
  }

  async openSession(identity: string, resume: string): Promise<WidgetSession> {
    const body = JSON.stringify({ token: identity, resume })
    const session = await this.ask<WidgetSession>('/widget/session', { method: 'POST', body })
    this.token = session.token
    return session
  }

  /** Everything said so far, oldest first. */
  async history(): Promise<EventPage['events']> {
    const events: EventPage['events'][number][] = []
    let before: number | null = null
    do {
      const query: string = before === null ? '' : `&before=${before}`
      const page: EventPage = await this.ask(`/widget/events?limit=500${query}`)
      events.unshift(...page.events)
      before = page.before
    } while (before !== null && events.length < 2000)
    return events
  }

  upload(file: File): Promise<FileRef> {
    const body = new FormData()
    body.append('file', file)
    return this.ask('/files', { method: 'POST', body })
  }

  /** A picture that only its owner may load: fetched with the token, shown from memory. */
  async picture(file: string): Promise<string> {
    const response = await fetch(`${this.origin}/api/v1/files/${file}`, { headers: this.headers() })
    if (!response.ok) throw new ProtocolError('not_found', response.statusText)
    return URL.createObjectURL(await response.blob())
  }

  private async ask<T>(path: string, options: RequestInit = {}): Promise<T> {
    const response = await fetch(`${this.origin}/api/v1${path}`, {
      ...options,
      headers: this.headers(),
      credentials: 'omit',
    })
    if (response.ok) return (await response.json()) as T
    const problem = (await response.json()) as Problem
    throw new ProtocolError(problem.code, problem.detail || problem.title, problem.field)
  }

  private headers(): Record<string, string> {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {}
  }
}
