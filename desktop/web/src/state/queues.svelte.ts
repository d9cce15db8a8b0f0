/** One queue on its way from what it is to what an administrator wants of it. */
import * as api from '../api'
import { ProtocolError } from '../protocol/connection'
import { newId } from '../protocol/ids'
import type { ConfigureQueue, Fault, Hours, QueueView } from '../protocol/schema'
import { copyOf, isSame, type Mutable } from './mutable'

export const WORKING_DAYS = [1, 2, 3, 4, 5] as const
const NEW: QueueView = {
  queue: 'queue_',
  label: { fr: '', en: '' },
  required: [],
  rings: [],
  service_level_ms: 60_000,
  is_open: true,
  hours: null,
  is_in_hours: true,
  opens_at_ms: null,
}

export class QueueDraft {
  readonly isNew: boolean
  draft: Mutable<QueueView>
  faults = $state.raw<readonly Fault[]>([])
  problem = $state('')
  isBusy = $state(false)
  private kept = $state.raw<unknown>(null)

  constructor(row: QueueView | null) {
    this.isNew = row === null
    const draft = $state(copyOf(row ?? NEW))
    this.draft = draft
    this.kept = compared(draft)
  }

  get isChanged(): boolean {
    return !isSame(compared(this.draft), this.kept)
  }

  faultOf(field: string): Fault | undefined {
    return this.faults.find((fault) => fault.field === field)
  }

  keepHours(areKept: boolean): void {
    this.draft.hours = areKept ? usualHours() : null
    this.faults = []
  }

  addTime(weekday: number): void {
    const times = this.draft.hours?.weekly.filter((time) => time.weekday === weekday) ?? []
    const after = times.at(-1)?.closes
    const time = after ? { opens: after, closes: '24:00' } : { opens: '09:00', closes: '18:00' }
    this.draft.hours?.weekly.push({ weekday, ...time })
  }

  copyMonday(): void {
    const { hours } = this.draft
    if (hours === null) return
    const monday = hours.weekly.filter(({ weekday }) => weekday === 1)
    const others = hours.weekly.filter(({ weekday }) => weekday > WORKING_DAYS.length)
    const copies = WORKING_DAYS.flatMap((weekday) => monday.map((time) => ({ ...time, weekday })))
    hours.weekly = [...copies, ...others]
    this.faults = []
  }

  /** Returns whether it was taken; what is wrong is in `faults` or `problem`. */
  async save(): Promise<boolean> {
    this.isBusy = true
    this.faults = []
    this.problem = ''
    const wanted = asked(this.draft)
    try {
      await api.configure({ type: 'configure_queue', ref: newId('ref'), ...wanted })
      this.kept = compared(this.draft)
      return true
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      if (error instanceof api.FaultyError) this.faults = error.faults
      else this.problem = error.code
      return false
    } finally {
      this.isBusy = false
    }
  }
}

/** What the command says of a draft: all but what only the clock knows. */
function asked(row: Mutable<QueueView>): Omit<ConfigureQueue, 'type' | 'ref'> {
  const { queue, label, required, rings, service_level_ms, is_open, hours } = row
  const { notice = null } = hours ?? {}
  // A notice that was emptied in both languages is none.
  const hasNotice = notice !== null && `${notice.fr}${notice.en}`.trim() !== ''
  const kept: Hours | null = hours === null ? null : { ...hours, notice: hasNotice ? notice : null }
  return copyOf({ queue, label, required, rings, service_level_ms, is_open, hours: kept })
}

/** Opened and closed by hand apart: that is done at once. */
function compared(row: Mutable<QueueView>): unknown {
  return { ...asked(row), is_open: true }
}

function usualHours(): Mutable<Hours> {
  return {
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'Europe/Paris',
    weekly: WORKING_DAYS.map((weekday) => ({ weekday, opens: '09:00', closes: '18:00' })),
    country: '',
    region: '',
    special: [],
    notice: null,
  }
}
