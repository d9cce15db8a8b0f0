/** Every event of a case in one readable sentence. */
import { label, named, t } from '../../i18n/language.svelte'
import { duration, moment } from '../../i18n/times'
import type { AnyCaseEvent } from '../../protocol/schema'
import { live } from '../../state/live.svelte'
import { ticking } from '../../state/ticking.svelte'

type Values = Record<string, string | number>

export function describe(event: AnyCaseEvent): string {
  return t(`event.${event.type}`, valuesOf(event)).trim()
}

function valuesOf(event: AnyCaseEvent): Values {
  switch (event.type) {
    case 'case.opened':
      return { client: event.client_name, channel: t(`channel.${event.channel}`) }
    case 'case.scored':
      return { start: signed(event.head_start_ms) }
    case 'case.queued':
      return { queue: queue(event.queue), cause: t(`queue_cause.${event.cause}`) }
    case 'case.scheduled':
      return { queue: queue(event.queue), time: time(event.due_at_ms) }
    case 'case.earmarked':
      return { agent: agent(event.agent), cause: t(`earmark_cause.${event.cause}`) }
    case 'case.earmark_ended':
      return { agent: agent(event.agent) }
    case 'case.preferred':
      return { agent: agent(event.agent), time: time(event.until_ms), why: named('why', event.why) }
    case 'case.preference_ended':
      return { agent: agent(event.agent) }
    case 'case.offered':
      return { agent: agent(event.agent), attempt: event.attempt }
    case 'offer.ended':
      return { agent: agent(event.agent), outcome: t(`offer_outcome.${event.outcome}`) }
    case 'case.decided':
      return { agent: agent(event.agent), queue: queue(event.queue) }
    case 'case.assigned':
      return { agent: event.agent_name, cause: t(`assign_cause.${event.cause}`) }
    case 'message.sent':
      return { author: event.author_name || t(`role.${event.author}`), text: event.text }
    case 'message.read':
      return { reader: t(`role.${event.reader}`) }
    case 'case.noted':
      return { author: event.author_name, text: event.text }
    case 'case.tagged':
      return { tags: event.tags.join(', ') }
    case 'case.macro_applied':
      return { macro: macro(event.macro) }
    case 'case.waiting':
      return { time: time(event.closes_at_ms) }
    case 'case.escalated':
      return { agent: agent(event.to), reason: event.reason }
    case 'case.wrapped_up':
      return { reason: event.reason, summary: event.summary }
    case 'case.closed':
      return { cause: t(`close_cause.${event.cause}`) }
    case 'survey.answered':
      return { note: event.note, comment: event.comment }
    default:
      return {}
  }
}

/** A head start with its sign: +15 min puts a case ahead, -5 min holds it back. */
export const signed = (ms: number): string => `${ms < 0 ? '−' : '+'}${duration(Math.abs(ms))}`

const agent = (id: string | null): string => live.agentName(id)
const queue = (id: string): string => label(live.queueLabel(id))
const time = (atMs: number): string => moment(atMs, ticking.now)

function macro(id: string): string {
  const found = live.bench?.macros.find((known) => known.macro === id)
  return found ? label(found.label) : id
}
