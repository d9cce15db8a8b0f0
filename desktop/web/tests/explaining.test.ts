import { describe, expect, it } from 'vitest'
import { barsOf, drawn } from '../src/views/care/explaining'
import { textsIn, waitingText } from '../src/widget/texts'

describe('the bars of a score', () => {
  it('leave out what is nothing and end with the sum', () => {
    const bars = barsOf(20_000, [
      { name: 'channel', head_start_ms: 0 },
      { name: 'segment', head_start_ms: 60_000 },
      { name: 'subject', head_start_ms: -10_000 },
    ])
    expect(bars.map((bar) => bar.ms)).toEqual([20_000, 60_000, -10_000, 70_000])
    expect(bars.map((bar) => bar.isSum)).toEqual([false, false, false, true])
  })

  it('need no sum of one', () => {
    expect(barsOf(20_000, [])).toHaveLength(1)
  })

  it('begin where the one before ended', () => {
    const [wait, up, down, sum] = drawn(
      barsOf(20, [
        { name: 'a', head_start_ms: 80 },
        { name: 'b', head_start_ms: -50 },
      ]),
    )
    expect([wait?.left, wait?.width]).toEqual([0, 20])
    expect([up?.left, up?.width]).toEqual([20, 80])
    expect([down?.left, down?.width]).toEqual([50, 50])
    expect([sum?.left, sum?.width]).toEqual([0, 50])
  })

  it('stay inside when a case is held back by more than it waited', () => {
    const bars = drawn(barsOf(10, [{ name: 'a', head_start_ms: -40 }]))
    for (const bar of bars) {
      expect(bar.left).toBeGreaterThanOrEqual(0)
      expect(bar.left + bar.width).toBeLessThanOrEqual(100)
    }
  })
})

describe('what a waiting client reads', () => {
  const wait = (place: number, low?: number, high?: number) => ({
    case: 'case_1',
    place,
    expected: high === undefined ? null : { low_ms: (low ?? 0) * 60_000, high_ms: high * 60_000 },
  })
  const fr = textsIn('fr')
  const en = textsIn('en')

  it('says the place, and the wait only when it is known', () => {
    expect(waitingText(fr, undefined, 'fr')).toBe(fr.queued)
    expect(waitingText(fr, wait(1), 'fr')).toBe('Vous êtes le prochain')
    expect(waitingText(fr, wait(3, 2, 4), 'fr')).toBe(
      'Vous êtes 3ᵉ dans la file · environ 2 à 4 minutes',
    )
    expect(waitingText(fr, wait(2, 0, 1), 'fr')).toBe('Vous êtes 2ᵉ dans la file · moins de 1 min')
  })

  it('counts as English does', () => {
    const places = [2, 3, 4, 11, 21, 22].map((place) => waitingText(en, wait(place), 'en'))
    expect(places.map((text) => text.split(' ')[2])).toEqual([
      '2nd',
      '3rd',
      '4th',
      '11th',
      '21st',
      '22nd',
    ])
  })
})
