import { describe, expect, it } from 'vitest'
import { en } from '../src/i18n/en'
import { fr } from '../src/i18n/fr'
import type { Fault } from '../src/protocol/schema'
import { explain, faultText, language, named, t } from '../src/i18n/language.svelte'

const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).sort()

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(fr).sort())
  })

  it('leave the same holes to fill', () => {
    for (const key of Object.keys(fr) as (keyof typeof fr)[]) {
      expect(holes(en[key]), key).toEqual(holes(fr[key]))
    }
  })

  it('fill in values and leave unknown holes', () => {
    language.choose('en')
    expect(t('offer.left', { seconds: 12 })).toBe('12 s to answer')
    expect(t('offer.left')).toBe('{seconds} s to answer')
  })

  it('count as each language does: none is singular in French, plural in English', () => {
    language.choose('fr')
    expect(t('care.unread', { count: 0 })).toBe('0 message non lu')
    expect(t('care.unread', { count: 2 })).toBe('2 messages non lus')
    language.choose('en')
    expect(t('care.unread', { count: 0 })).toBe('0 unread messages')
    expect(t('care.unread', { count: 1 })).toBe('1 unread message')
  })

  it('name what the router names, or repeat it', () => {
    language.choose('fr')
    expect(named('term', 'segment')).toBe('segment du client')
    expect(named('term', 'moon')).toBe('moon')
  })

  it('explain an unknown code with the code', () => {
    language.choose('fr')
    expect(explain('not_holder')).toBe('Vous ne tenez plus ce dossier.')
    expect(explain('odd')).toContain('odd')
  })
})

describe('faults of rules', () => {
  it('are said in the language of the screen, with what is allowed', () => {
    const fault: Fault = {
      field: 'earmark',
      message: '5 is not a time',
      line: 3,
      code: 'not_a_time',
      given: '5',
      allowed: '`90 s`',
      hint: '',
    }
    language.choose('fr')
    expect(faultText(fault)).toContain('5 n’est pas un délai')
    expect(faultText({ ...fault, hint: '5 s' })).toContain('Vouliez-vous dire « 5 s » ?')
    expect(faultText({ ...fault, code: 'new_one' })).toBe('5 is not a time')
  })
})
