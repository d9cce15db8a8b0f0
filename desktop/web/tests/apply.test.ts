import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AnyEvent, Snapshot } from '../src/protocol/schema'
import { applyEvent, rowsFrom, snapshotOf } from '../src/state/apply'

interface Golden {
  readonly snapshot: Snapshot
  readonly events: readonly AnyEvent[]
  readonly later: Snapshot
}

// Written by tests/golden/write.py; tests/store/test_apply.py holds Python to the same files.
const FOLDER = resolve(import.meta.dirname, '../../../tests/golden/apply')
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))

function read(name: string): Golden {
  return JSON.parse(readFileSync(resolve(FOLDER, name), 'utf8')) as Golden
}

describe.each(FILES)('%s', (name) => {
  test('golden events lead to the golden rows', () => {
    const golden = read(name)
    const rows = rowsFrom(golden.snapshot)
    for (const event of golden.events) applyEvent(rows, event)
    expect(snapshotOf(rows)).toEqual(golden.later)
  })

  test('a snapshot at any moment and the rest equal the later snapshot', () => {
    const golden = read(name)
    for (let at = 0; at <= golden.events.length; at += 1) {
      const rows = rowsFrom(golden.snapshot)
      for (const event of golden.events.slice(0, at)) applyEvent(rows, event)
      const resumed = rowsFrom(snapshotOf(rows))
      for (const event of golden.events.slice(at)) applyEvent(resumed, event)
      expect(snapshotOf(resumed)).toEqual(golden.later)
    }
  })
})

test('rows are replaced, never edited: a view that kept one sees no change', () => {
  const golden = read('conversation.json')
  const rows = rowsFrom(golden.snapshot)
  for (const event of golden.events) {
    const before = [...rows.cases.values()]
    const text = JSON.stringify(before)
    applyEvent(rows, event)
    expect(JSON.stringify(before)).toBe(text)
  }
})
