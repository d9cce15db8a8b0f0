/** The colleagues and the queues a case can go to. */
import { label, t } from '../../i18n/language.svelte'
import { live } from '../../state/live.svelte'
import type { Choice } from '../../ui/Choices.svelte'

/** Active agents but one, the available first. */
export function colleagues(except: string | null): Choice[] {
  const known = new Map(live.bench?.agents.map((row) => [row.agent, row]))
  for (const [id, row] of live.agents) known.set(id, row)
  return [...known.values()]
    .filter((row) => row.is_active && row.agent !== except)
    .sort(
      (a, b) =>
        Number(b.presence === 'available') - Number(a.presence === 'available') ||
        a.name.localeCompare(b.name),
    )
    .map((row) => ({
      id: row.agent,
      name: row.name,
      detail: `${t(`presence.${row.presence}`)}${row.team ? ` · ${row.team}` : ''}`,
    }))
}

export function queues(except: string | null): Choice[] {
  const rows = live.bench?.queues ?? [...live.queues.values()]
  return rows
    .filter((row) => row.queue !== except && row.is_open)
    .map((row) => ({ id: row.queue, name: label(row.label) }))
}
