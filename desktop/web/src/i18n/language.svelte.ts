/** The current language and what it says for a key. */
import { en } from './en'
import { fr } from './fr'

export type MessageKey = keyof typeof fr
export type Catalogue = Record<MessageKey, string>
export type LanguageCode = 'fr' | 'en'

const CATALOGUES: Record<LanguageCode, Catalogue> = { fr, en }

class CurrentLanguage {
  code = $state<LanguageCode>('fr')

  choose(code: LanguageCode): void {
    this.code = code
    document.documentElement.lang = code
  }
}

export const language = new CurrentLanguage()

const PLURALS: Record<LanguageCode, Intl.PluralRules> = {
  fr: new Intl.PluralRules('fr'),
  en: new Intl.PluralRules('en'),
}

/** The text of a key, with {names} replaced; `one | many` is chosen by {count}. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  const [one = '', many = one] = CATALOGUES[language.code][key].split(' | ')
  const isOne = PLURALS[language.code].select(Number(values['count'] ?? 1)) === 'one'
  return (isOne ? one : many).replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  )
}

/** What to tell a person about an error code. */
export function explain(code: string): string {
  const key = `error.${code}`
  return key in fr ? t(key as MessageKey) : t('error.unknown', { code })
}

/** The words for a name that the router gives; the name itself when there are none. */
export function named(kind: 'term' | 'why', name: string): string {
  const key = `${kind}.${name}`
  return key in fr ? t(key as MessageKey) : name
}

/** A skill in words: of the catalogue, else made of its id, which an administrator chose. */
export function skillName(skill: string): string {
  const key = skill.replace('skill_', 'skill.')
  if (key in fr) return t(key as MessageKey)
  const words = skill.replace('skill_', '').replaceAll(/[_-]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A text given in both languages. */
export function label(text: { fr: string; en: string } | null | undefined): string {
  return text ? text[language.code] || text.fr : ''
}
