import { afterEach, expect, it } from 'vitest'
import { language } from '../src/i18n/language.svelte'
import { clock, date, duration, moment } from '../src/i18n/times'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

afterEach(() => language.choose('fr'))

it('says a duration in the unit that fits', () => {
  expect([0, 59_999, MINUTE_MS, 59 * MINUTE_MS].map(duration)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '59 min',
  ])
  expect(duration(2 * HOUR_MS + 5 * MINUTE_MS)).toBe('2 h 05')
  expect(duration(49 * HOUR_MS)).toBe('2 j')
  expect(duration(-1)).toBe('0 s')
})

it('runs a clock from minutes to hours', () => {
  expect([0, 65_000, HOUR_MS + 62_000].map(clock)).toEqual(['00:00', '01:05', '1:01:02'])
})

it('leaves the day out today', () => {
  const noon = new Date(2026, 4, 12, 12).getTime()
  expect(moment(noon, noon + HOUR_MS)).toBe('12:00')
  expect(moment(noon, noon + 48 * HOUR_MS)).toContain('12 mai')
})

it('writes dates as the language does, and leaves what is none', () => {
  expect(date('2026-05-12')).toBe('12 mai 2026')
  language.choose('en')
  expect(date('2026-05-12')).toMatch(/May/)
  expect(date('bientôt')).toBe('bientôt')
})
