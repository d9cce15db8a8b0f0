/** The current language and what it says for a key. */
import type { Fault } from '../protocol/schema'
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

const COLLATORS: Record<LanguageCode, Intl.Collator> = {
  fr: new Intl.Collator('fr'),
  en: new Intl.Collator('en'),
}

/** The order of names in lists; a thousand are compared in a moment. */
export const byName = (one: string, other: string): number =>
  COLLATORS[language.code].compare(one, other)

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

/** A text given in both languages. */
export function label(text: { fr: string; en: string } | null | undefined): string {
  return text ? text[language.code] || text.fr : ''
}

/** A fault of rules that somebody wrote, in the person's language. */
export function faultText(fault: Fault): string {
  const key = `fault.${fault.code}`
  if (!(key in fr)) return fault.message
  const said = t(key as MessageKey, { given: fault.given, allowed: fault.allowed })
  return fault.hint ? `${said} ${t('fault.hint', { hint: fault.hint })}` : said
}
