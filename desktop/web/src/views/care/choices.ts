/** The colleagues and the queues a case can go to. */
import { label, t } from '../../i18n/language.svelte'
import { agentLoads } from '../../state/grouping'
import { live } from '../../state/live.svelte'
import { signed } from '../../state/signed.svelte'
import type { Choice } from '../../ui/Choices.svelte'

/** Active agents but one, the available first; with their load where the floor is known. */
export function colleagues(except: string | null): Choice[] {
  const known = new Map(live.bench?.agents.map((row) => [row.agent, row]))
  for (const [id, row] of live.agents) known.set(id, row)
  const loads = signed.isFloor ? agentLoads(live.cases.values()) : null
  return [...known.values()]
    .filter((row) => row.is_active && row.agent !== except)
    .sort(
      (a, b) =>
        Number(b.presence === 'available') - Number(a.presence === 'available') ||
        a.name.localeCompare(b.name),
    )
    .map((row) => {
      const load = loads && (loads.get(row.agent) ?? 0)
      const facts = [t(`presence.${row.presence}`), row.team]
      if (load !== null) facts.push(`${load} / ${row.capacity}`)
      return {
        id: row.agent,
        name: row.name,
        detail: facts.filter(Boolean).join(' · '),
        ...(load !== null && load >= row.capacity ? { warning: t('care.over') } : {}),
      }
    })
}

export function queues(except: string | null): Choice[] {
  const rows = live.bench?.queues ?? [...live.queues.values()]
  return rows
    .filter((row) => row.queue !== except && row.is_open)
    .map((row) => ({ id: row.queue, name: label(row.label) }))
}
