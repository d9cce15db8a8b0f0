import { describe, expect, it } from 'vitest'
import { fillIn, mentionsIn, plain, triggerAt } from '../src/state/templates'

const filling = { client: 'Zoé $&', agent: 'Léa', case: 'case_1', subject: 'Contrat' }

describe('a template', () => {
  it('is filled in wherever a field stands', () => {
    expect(fillIn('{client}, {agent} suit {case} ({subject}). {client} !', filling)).toBe(
      'Zoé $&, Léa suit case_1 (Contrat). Zoé $& !',
    )
  })

  it('keeps other braces', () => {
    expect(fillIn('{client_name} {} {date}', filling)).toBe('{client_name} {} {date}')
  })
})

describe('a sign', () => {
  it('begins a word at the start and after a space', () => {
    expect(triggerAt('/bon', 4, '/')).toEqual({ start: 0, word: 'bon' })
    expect(triggerAt('Oui /', 5, '/')).toEqual({ start: 4, word: '' })
    expect(triggerAt('vu\n@Lé', 6, '@')).toEqual({ start: 3, word: 'Lé' })
  })

  it('is nothing inside a word, in an address or behind the caret', () => {
    expect(triggerAt('et/ou', 5, '/')).toBeNull()
    expect(triggerAt('lea@exemple', 11, '@')).toBeNull()
    expect(triggerAt('/bon', 0, '/')).toBeNull()
  })
})

describe('names in a note', () => {
  const agents = [
    { agent: 'agent_1', name: 'Léa Martin' },
    { agent: 'agent_2', name: 'Hugo' },
  ]

  it('are found without regard to accents and capitals', () => {
    expect(mentionsIn('vois avec @lea martin', agents)).toEqual(['agent_1'])
    expect(mentionsIn('@Hugo et @Léa Martin', agents)).toEqual(['agent_1', 'agent_2'])
  })

  it('need their sign', () => {
    expect(mentionsIn('Hugo est prévenu', agents)).toEqual([])
  })

  it('compare as people type', () => {
    expect(plain('ÉLÈVE Ça')).toBe('eleve ca')
  })
})
