/** What an agent has begun to write, by case, kept through reloads. */
import { keep, recall } from './kept'

export type DraftKind = 'message' | 'note'

export function draftOf(caseId: string, kind: DraftKind): string {
  return recall(name(caseId, kind)) ?? ''
}

export function keepDraft(caseId: string, kind: DraftKind, text: string): void {
  keep(name(caseId, kind), text.trim() === '' ? null : text)
}

const name = (caseId: string, kind: DraftKind): string => `draft.${kind}.${caseId}`
