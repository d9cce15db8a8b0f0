import { afterEach, describe, expect, it } from 'vitest'
import { en } from '../src/i18n/en'
import { fr } from '../src/i18n/fr'
import { explain, language, named, t } from '../src/i18n/language.svelte'

const fields = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).sort()

afterEach(() => language.choose('fr'))

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(fr).sort())
  })

  it('leave the same fields open', () => {
    for (const key of Object.keys(fr) as (keyof typeof fr)[]) {
      const [french = '', english = ''] = [fr[key], en[key]].map((text) => text.split(' | ')[0])
      expect(fields(english), key).toEqual(fields(french))
    }
  })

  it('leave no text empty', () => {
    expect(Object.values({ ...fr }).every((text) => text.trim() !== '')).toBe(true)
    expect(Object.values({ ...en }).every((text) => text.trim() !== '')).toBe(true)
  })
})

describe('a text', () => {
  it('follows the language and says so to the page', () => {
    expect(t('signin.submit')).toBe('Se connecter')
    language.choose('en')
    expect(t('signin.submit')).toBe('Sign in')
    expect(document.documentElement.lang).toBe('en')
  })

  it('counts as the language does: none is singular in French, plural in English', () => {
    expect(t('care.unread', { count: 0 })).toBe('0 message non lu')
    expect(t('care.unread', { count: 2 })).toBe('2 messages non lus')
    language.choose('en')
    expect(t('care.unread', { count: 0 })).toBe('0 unread messages')
    expect(t('care.unread', { count: 1 })).toBe('1 unread message')
  })

  it('keeps what was given as it is, even when it looks like a field', () => {
    expect(t('bell.message', { client: '{name} $& |' })).toBe('Message de {name} $& |')
  })

  it('explains a code that nobody foresaw by naming it', () => {
    expect(explain('locked_out')).toBe(fr['error.locked_out'])
    expect(explain('odd_code')).toContain('odd_code')
  })

  it('names what the router names, or repeats it', () => {
    expect(named('term', 'segment')).toBe('segment du client')
    expect(named('term', 'moon')).toBe('moon')
  })
})
