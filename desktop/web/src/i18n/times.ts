/** Times and durations as people read them. */
import { writeDuration } from '../state/durations'
import { language, t } from './language.svelte'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** 42 s, 5 min, 2 h 05, 3 j. */
export function duration(ms: number): string {
  const whole = Math.max(0, ms)
  if (whole < MINUTE_MS) return `${Math.floor(whole / SECOND_MS)} s`
  if (whole < HOUR_MS) return `${Math.floor(whole / MINUTE_MS)} min`
  if (whole < DAY_MS) {
    const minutes = Math.floor((whole % HOUR_MS) / MINUTE_MS)
    return `${Math.floor(whole / HOUR_MS)} h ${String(minutes).padStart(2, '0')}`
  }
  return `${Math.floor(whole / DAY_MS)} ${language.code === 'fr' ? 'j' : 'd'}`
}

/** As `duration`, to the second below ten minutes: 1 min 05. */
export function fine(ms: number): string {
  if (ms < MINUTE_MS || ms >= 10 * MINUTE_MS) return duration(ms)
  const seconds = String(Math.floor((ms % MINUTE_MS) / SECOND_MS)).padStart(2, '0')
  return `${Math.floor(ms / MINUTE_MS)} min ${seconds}`
}

/** 00:42, 05:10, 1:02:03: a clock that runs. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return hours > 0 ? `${hours}:${rest}` : rest
}

/** 94 %; a dash for what there is nothing of. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return '—'
  const whole = Math.round(share * 100)
  return language.code === 'fr' ? `${whole} %` : `${whole}%`
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format costs far more than using it, and a conversation shows hundreds of times. */
function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language.code} ${Object.values(options).join(' ')}`
  const known = formats.get(key)
  if (known) return known
  // The English of the desk is European: day first, 24 hours.
  const locale = language.code === 'en' ? 'en-GB' : language.code
  const fresh = new Intl.DateTimeFormat(locale, options)
  formats.set(key, fresh)
  return fresh
}

const TIME = { hour: '2-digit', minute: '2-digit' } as const
const DAY_AND_TIME = { day: 'numeric', month: 'short', ...TIME } as const
const DAY = { weekday: 'long', day: 'numeric', month: 'long' } as const

/** The time today, else the day and the time. */
export function moment(atMs: number, nowMs: number): string {
  const isToday = new Date(atMs).toDateString() === new Date(nowMs).toDateString()
  return format(isToday ? TIME : DAY_AND_TIME).format(atMs)
}

export function day(atMs: number): string {
  return format(DAY).format(atMs)
}

/** An ISO 8601 date, or the text itself when it is not one. */
export function date(iso: string): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return iso
  return format({ dateStyle: 'medium' }).format(at)
}

/** How long ago, coarse. */
export function ago(atMs: number, nowMs: number): string {
  return nowMs - atMs < MINUTE_MS ? t('time.now') : duration(nowMs - atMs)
}

/** The day and the time by the clock of a time zone. */
export function zoned(atMs: number, timeZone: string): string {
  return format({ ...DAY, ...TIME, timeZone }).format(atMs)
}

/** A duration to the millisecond, as a form takes it. */
export function written(ms: number): string {
  return writeDuration(ms, language.code === 'fr' ? 'j' : 'd')
}
