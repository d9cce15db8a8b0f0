/** The bell: what concerns this person and happened while they looked elsewhere. */
import { t } from '../i18n/language.svelte'
import type { AnyEvent } from '../protocol/schema'
import { chime, notifyDesktop } from '../ui/attention'
import { live } from './live.svelte'
import { place } from './place.svelte'
import { preferences } from './preferences.svelte'

export interface Notice {
  seq: number
  at_ms: number
  text: string
  case: string | null
}

const KEPT = 50

class Notices {
  list = $state.raw<readonly Notice[]>([])
  unread = $state(0)

  /** Old mentions, read once at start; they make no noise. */
  recall(events: readonly AnyEvent[], me: string): void {
    this.list = events.flatMap((event) => noticeOf(event, me) ?? []).reverse()
  }

  take(event: AnyEvent, me: string): void {
    if (event.type === 'message.sent') return this.said(event.case, event.author === 'client', me)
    const notice = noticeOf(event, me)
    if (!notice) return
    this.list = [notice, ...this.list].slice(0, KEPT)
    this.unread += 1
    alert(notice.text, event.type === 'case.offered' ? 'offer' : 'assigned', notice.case)
  }

  read(): void {
    this.unread = 0
  }

  clear(): void {
    this.list = []
    this.unread = 0
  }

  /** A message makes a sound when its case is mine and not before my eyes. */
  private said(caseId: string, isFromClient: boolean, me: string): void {
    const row = live.cases.get(caseId)
    const isSeen = place.page === 'care' && place.item === caseId && document.hasFocus()
    if (!isFromClient || isSeen || row?.holder !== me) return
    alert(t('bell.message', { client: row.client_name }), 'message', caseId)
  }
}

export const notices = new Notices()

function noticeOf(event: AnyEvent, me: string): Notice | null {
  const text = textOf(event, me)
  if (text === null) return null
  const caseId = 'case' in event ? event.case : null
  return { seq: event.seq, at_ms: event.at_ms, text, case: caseId }
}

function textOf(event: AnyEvent, me: string): string | null {
  if (event.by === me) return null
  switch (event.type) {
    case 'case.noted':
      return event.mentions.includes(me as never)
        ? t('bell.mention', { name: event.author_name })
        : null
    case 'case.assigned':
      return event.holder === me ? t('bell.assigned', { client: clientOf(event.case) }) : null
    case 'case.offered':
      return event.agent === me ? t('bell.offered', { client: clientOf(event.case) }) : null
    case 'case.escalated':
      return event.to === me ? t('bell.escalated', { client: clientOf(event.case) }) : null
    case 'agent.presence':
      if (event.agent !== me || event.reason === 'chosen') return null
      return t('bell.presence', {
        presence: t(`presence.${event.presence}`),
        reason: t(`reason.${event.reason}`),
      })
    default:
      return null
  }
}

function clientOf(caseId: string): string {
  return live.cases.get(caseId)?.client_name || t('case.said_by_client')
}

function alert(text: string, kind: 'offer' | 'assigned' | 'message', caseId: string | null): void {
  if (preferences.sound) chime(kind)
  if (preferences.notify && !document.hasFocus()) {
    notifyDesktop(text, () => caseId && place.go('care', caseId))
  }
}
