import { describe, expect, it } from 'vitest'
import { readDuration, writeDuration } from '../src/state/durations'

describe('a time with its unit', () => {
  it.each([
    ['90 s', 90_000],
    ['90s', 90_000],
    ['1 h 30 min', 5_400_000],
    ['-5 min', -300_000],
    ['- 5 min', -300_000],
    ['150 ms', 150],
    ['1 d', 86_400_000],
    ['1 j 2 h', 93_600_000],
    [' 0 s ', 0],
  ])('reads %s', (text, ms) => {
    expect(readDuration(text)).toBe(ms)
  })

  it.each(['', '-', '90', '90 sec', '1.5 min', '5 s 1 h', '1 s 1 s', '--5 s', '1 h  30 min'])(
    'refuses %j',
    (text) => {
      expect(readDuration(text)).toBeNull()
    },
  )

  it('reads what it writes', () => {
    for (const ms of [
      0, 1, 999, 90_000, 5_400_000, -300_000, 86_400_000, 90_061_001, 31_622_400_000,
    ]) {
      expect(readDuration(writeDuration(ms))).toBe(ms)
      expect(readDuration(writeDuration(ms, 'j'))).toBe(ms)
    }
  })
})
