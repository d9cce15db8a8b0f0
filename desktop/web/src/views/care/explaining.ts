/** The score of a case as bars: what it waited, what its head start adds, and their sum. */
import { named, t } from '../../i18n/language.svelte'
import type { Term } from '../../protocol/schema'

export interface Bar {
  name: string
  ms: number
  isSum: boolean
}

/** The wait first, then each term that is not nothing, then the sum. */
export function barsOf(waitedMs: number, terms: readonly Term[]): Bar[] {
  const bars = [
    { name: t('why.waited'), ms: waitedMs, isSum: false },
    ...terms
      .filter((term) => term.head_start_ms !== 0)
      .map((term) => ({ name: named('term', term.name), ms: term.head_start_ms, isSum: false })),
  ]
  const sum = bars.reduce((total, bar) => total + bar.ms, 0)
  return bars.length > 1 ? [...bars, { name: t('why.sum'), ms: sum, isSum: true }] : bars
}

export interface Drawn extends Bar {
  /** Percent of the width: where it begins and how long it is. */
  left: number
  width: number
}

/** Each bar begins where the one before ended; the sum goes from the start. */
export function drawn(bars: readonly Bar[]): Drawn[] {
  let at = 0
  const spans = bars.map((bar) => {
    const [from, to] = bar.isSum ? [0, bar.ms] : [at, (at += bar.ms)]
    return { bar, low: Math.min(from, to), high: Math.max(from, to) }
  })
  const low = Math.min(0, ...spans.map((span) => span.low))
  const whole = Math.max(1, ...spans.map((span) => span.high)) - low
  return spans.map((span) => ({
    ...span.bar,
    left: (100 * (span.low - low)) / whole,
    width: (100 * (span.high - span.low)) / whole,
  }))
}
