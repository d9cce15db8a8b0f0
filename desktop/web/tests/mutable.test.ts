import { describe, expect, it } from 'vitest'
import { copyOf, isSame, moved } from '../src/state/mutable'

describe('a copy that a form may change', () => {
  it('shares nothing with what it was made of', () => {
    const row = { label: { fr: 'a' }, list: [{ n: 1 }] }
    const copy = copyOf(row)
    copy.label.fr = 'b'
    copy.list.push({ n: 2 })
    expect(row).toEqual({ label: { fr: 'a' }, list: [{ n: 1 }] })
    expect(isSame(row, copy)).toBe(false)
    expect(isSame(row, copyOf(row))).toBe(true)
  })
})

describe('an item of an order', () => {
  it('moves by one place and stays within the list', () => {
    expect(moved(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c'])
    expect(moved(['a', 'b', 'c'], 1, 1)).toEqual(['a', 'c', 'b'])
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
    expect(moved(['a', 'b'], 1, 1)).toEqual(['a', 'b'])
    expect(moved(['a'], 3, 1)).toEqual(['a'])
  })
})
