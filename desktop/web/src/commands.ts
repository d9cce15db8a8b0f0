/** Everything this desk asks of the router. The only caller of `live.ask`. */
import { explain } from './i18n/language.svelte'
import { ProtocolError } from './protocol/connection'
import { newId } from './protocol/ids'
import type { AnyOutcome, FileRef, Presence } from './protocol/schema'
import { live } from './state/live.svelte'
import { outbox, type Pending } from './state/outbox.svelte'
import { ticking } from './state/ticking.svelte'
import { toasts } from './state/toasts.svelte'

export interface Settlement {
  macro?: string
  text?: string
  tags?: string[]
  outcome?: AnyOutcome
}

type Ask = Parameters<typeof live.ask>[0]

const TYPING_EVERY_MS = 3000
let lastTypingMs = 0

export const setPresence = (presence: Presence, agent: string | null = null): Promise<boolean> =>
  tell({ type: 'set_presence', presence, agent })

export const acceptOffer = (offer: string): Promise<boolean> =>
  tell({ type: 'accept_offer', offer })
export const refuseOffer = (offer: string): Promise<boolean> =>
  tell({ type: 'refuse_offer', offer })

export const pullCase = (id: string): Promise<boolean> => tell({ type: 'pull_case', case: id })
export const takeBack = (id: string): Promise<boolean> => tell({ type: 'take_back', case: id })
export const assignCase = (id: string, agent: string): Promise<boolean> =>
  tell({ type: 'assign_case', case: id, agent })
export const mergeCases = (id: string, into: string): Promise<boolean> =>
  tell({ type: 'merge_cases', case: id, into })
export const tagCase = (id: string, tags: string[]): Promise<boolean> =>
  tell({ type: 'tag_case', case: id, tags })
export const switchQueue = (queue: string, isOpen: boolean): Promise<boolean> =>
  tell({ type: 'switch_queue', queue, is_open: isOpen })
export const markRead = (id: string, upTo: string): Promise<boolean> =>
  quietly({ type: 'mark_read', case: id, up_to: upTo })

/** Give a case its outcome, with the text of a macro or without. */
export function settle(id: string, { macro, text = '', tags = [], outcome }: Settlement) {
  return tell({
    type: 'settle_case',
    case: id,
    macro: macro ?? null,
    message: text.trim() === '' ? null : newId('message'),
    text: text.trim(),
    tags,
    outcome: outcome ?? null,
  })
}

/** Say something to the client; drawn at once, as pending. */
export function sendMessage(id: string, text: string, files: readonly FileRef[]): Promise<void> {
  return post({ ...pending(id, text), id: newId('message'), kind: 'message', files })
}

export function takeNote(id: string, text: string, mentions: string[]): Promise<void> {
  return post({ ...pending(id, text), id: newId('note'), kind: 'note', mentions })
}

/** Try again what could not be sent: the same id, so it cannot be there twice. */
export const resend = (item: Pending): Promise<void> => post({ ...item, failure: '' })

/** Follow what is said in a case that somebody else holds. Supervisors only. */
export function watch(id: string | null): void {
  live.signal({ type: 'watch', case: id })
}

export function typing(id: string): void {
  const now = Date.now()
  if (now - lastTypingMs < TYPING_EVERY_MS) return
  lastTypingMs = now
  live.signal({ type: 'typing', case: id })
}

function pending(id: string, text: string): Omit<Pending, 'id' | 'kind'> {
  return { case: id, text, files: [], mentions: [], at_ms: ticking.now, failure: '' }
}

async function post(item: Pending): Promise<void> {
  outbox.add(item)
  const { id, text, files, mentions } = item
  try {
    if (item.kind === 'note') {
      await live.ask({
        type: 'take_note',
        case: item.case,
        note: id,
        text,
        mentions: [...mentions],
      })
    } else {
      await live.ask({
        type: 'send_message',
        case: item.case,
        message: id,
        text,
        files: [...files],
      })
    }
  } catch (error) {
    const code = codeOf(error)
    // The first try did arrive; only its answer was lost.
    if (code === 'message_exists') outbox.remove(id)
    else outbox.fail(id, code)
  }
}

/** Ask, and say aloud when it is refused. */
async function tell(command: Ask): Promise<boolean> {
  try {
    await live.ask(command)
    return true
  } catch (error) {
    toasts.say(explain(codeOf(error)), true)
    return false
  }
}

async function quietly(command: Ask): Promise<boolean> {
  try {
    await live.ask(command)
    return true
  } catch {
    return false
  }
}

function codeOf(error: unknown): string {
  if (error instanceof ProtocolError) return error.code
  throw error
}
