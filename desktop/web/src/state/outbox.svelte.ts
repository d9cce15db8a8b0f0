/** Messages and notes on their way: drawn as pending until the log has them. */
import type { FileRef } from '../protocol/schema'

export interface Pending {
  id: string
  case: string
  kind: 'message' | 'note'
  text: string
  files: readonly FileRef[]
  mentions: readonly string[]
  at_ms: number
  /** Why it was not sent; empty while it may still be. */
  failure: string
}

class Outbox {
  pending = $state.raw<readonly Pending[]>([])

  add(item: Pending): void {
    this.pending = [...this.pending.filter((known) => known.id !== item.id), item]
  }

  fail(id: string, failure: string): void {
    this.pending = this.pending.map((item) => (item.id === id ? { ...item, failure } : item))
  }

  remove(id: string): void {
    if (this.pending.some((item) => item.id === id)) {
      this.pending = this.pending.filter((item) => item.id !== id)
    }
  }

  clear(): void {
    this.pending = []
  }
}

export const outbox = new Outbox()
