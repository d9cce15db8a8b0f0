// What the widget keeps in the page's own storage: its session, and what was not answered yet.

import type { AnyCommand, Answer } from '../protocol/schema'

export interface Kept {
  readonly token: string
  readonly isOpen: boolean
}

/** What was typed and not sent: the text, and where the guided form had led. */
export interface Draft {
  readonly text: string
  readonly subject: string | null
  readonly answers: readonly Answer[]
}

export class Memory {
  constructor(private readonly prefix: string) {}

  get kept(): Kept {
    return { token: '', isOpen: false, ...this.read<Partial<Kept>>('session') }
  }

  keep(change: Partial<Kept>): void {
    this.write('session', { ...this.kept, ...change })
  }

  draftOf(client: string): Draft {
    return { text: '', subject: null, answers: [], ...this.read<Partial<Draft>>(`draft.${client}`) }
  }

  keepDraft(client: string, draft: Draft): void {
    this.write(`draft.${client}`, draft)
  }

  loadOutbox(client: string): readonly AnyCommand[] {
    return this.read<readonly AnyCommand[]>(`outbox.${client}`) ?? []
  }

  saveOutbox(client: string, commands: readonly AnyCommand[]): void {
    this.write(`outbox.${client}`, commands)
  }

  private read<T>(name: string): T | null {
    try {
      return JSON.parse(localStorage.getItem(`${this.prefix}.${name}`) ?? 'null') as T | null
    } catch {
      // Storage is forbidden or holds something else: the widget works without it.
      return null
    }
  }

  private write(name: string, value: unknown): void {
    try {
      localStorage.setItem(`${this.prefix}.${name}`, JSON.stringify(value))
    } catch {
      // As above.
    }
  }
}
