import { describe, expect, it } from 'vitest'
import { fillIn, mentionsIn, triggerAt } from '../src/state/templates'

const filling = { client: 'Ada', agent: 'Léo', case: 'case_1', subject: 'Bris' }

describe('templates', () => {
  it('fill in what is known and keep other braces', () => {
    expect(fillIn('Bonjour {client}, {agent} {autre}', filling)).toBe('Bonjour Ada, Léo {autre}')
  })

  it('do not read replacement signs in what they fill in', () => {
    expect(fillIn('{client}', { ...filling, client: '$& {agent}' })).toBe('$& {agent}')
  })
})

describe('a trigger', () => {
  it('is the word at the caret that begins with the sign', () => {
    expect(triggerAt('Merci /bonj', 11, '/')).toEqual({ start: 6, word: 'bonj' })
    expect(triggerAt('/', 1, '/')).toEqual({ start: 0, word: '' })
  })

  it('names a colleague as well', () => {
    expect(triggerAt('Vois @Lé', 8, '@')).toEqual({ start: 5, word: 'Lé' })
  })

  it('is not inside a word or after a space', () => {
    expect(triggerAt('01/02', 5, '/')).toBeNull()
    expect(triggerAt('/bonjour ', 9, '/')).toBeNull()
  })
})

describe('mentions', () => {
  it('are found by name without accents or case', () => {
    const agents = [
      { agent: 'agent_1', name: 'Léo Martin' },
      { agent: 'agent_2', name: 'Ana Roy' },
    ]
    expect(mentionsIn('Vois avec @leo martin.', agents)).toEqual(['agent_1'])
  })
})
