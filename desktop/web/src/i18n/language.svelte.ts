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

/** The text of a key, with {names} replaced. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return CATALOGUES[language.code][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  )
}

/** What to tell a person about an error code. */
export function explain(code: string): string {
  const key = `error.${code}`
  return key in fr ? t(key as MessageKey) : t('error.unknown', { code })
}

/** A text given in both languages. */
export function label(text: { fr: string; en: string } | null | undefined): string {
  return text ? text[language.code] || text.fr : ''
}
