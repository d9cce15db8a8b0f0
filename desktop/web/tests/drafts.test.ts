import { beforeEach, describe, expect, it, vi } from 'vitest'
import { draftOf, keepDraft } from '../src/state/drafts'
import { forgetDrafts, keep, recall } from '../src/state/kept'

beforeEach(() => localStorage.clear())

describe('a draft', () => {
  it('is kept for its case and kind alone', () => {
    keepDraft('case_1', 'message', 'Bonjour')
    expect(draftOf('case_1', 'message')).toBe('Bonjour')
    expect(draftOf('case_1', 'note')).toBe('')
    expect(draftOf('case_2', 'message')).toBe('')
  })

  it('that was emptied leaves nothing behind', () => {
    keepDraft('case_1', 'note', 'Vu')
    keepDraft('case_1', 'note', '  ')
    expect(localStorage.length).toBe(0)
  })

  it('goes at sign-out, and preferences stay', () => {
    keepDraft('case_1', 'message', 'Bonjour')
    keep('theme', 'dark')
    forgetDrafts()
    expect(draftOf('case_1', 'message')).toBe('')
    expect(recall('theme')).toBe('dark')
  })

  it('is not lost to an error when the browser forbids storage', () => {
    const forbidden = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    expect(() => keepDraft('case_1', 'message', 'Bonjour')).not.toThrow()
    forbidden.mockRestore()
  })
})
