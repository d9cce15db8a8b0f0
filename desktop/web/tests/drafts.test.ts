import { beforeEach, describe, expect, it } from 'vitest'
import { draftOf, keepDraft } from '../src/state/drafts'
import { forgetDrafts, keep, recall } from '../src/state/kept'

beforeEach(() => localStorage.clear())

describe('drafts', () => {
  it('are kept by case and kind', () => {
    keepDraft('case_1', 'message', 'Bonjour')
    keepDraft('case_1', 'note', 'rappeler')
    expect(draftOf('case_1', 'message')).toBe('Bonjour')
    expect(draftOf('case_1', 'note')).toBe('rappeler')
    expect(draftOf('case_2', 'message')).toBe('')
  })

  it('leave nothing behind once empty', () => {
    keepDraft('case_1', 'message', 'Bonjour')
    keepDraft('case_1', 'message', '  ')
    expect(localStorage.length).toBe(0)
  })

  it('are forgotten together, other choices stay', () => {
    keep('theme', 'dark')
    keepDraft('case_1', 'message', 'Bonjour')
    forgetDrafts()
    expect(draftOf('case_1', 'message')).toBe('')
    expect(recall('theme')).toBe('dark')
  })
})
