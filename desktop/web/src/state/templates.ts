/** Reply templates and macros: finding them, and filling in what they leave open. */
export interface Filling {
  client: string
  agent: string
  case: string
  subject: string
}

/** The text with {client}, {agent}, {case} and {subject} replaced; other braces stay. */
export function fillIn(text: string, filling: Filling): string {
  return text.replace(
    /\{(client|agent|case|subject)\}/g,
    (_, name: string) => filling[name as keyof Filling],
  )
}

export interface Trigger {
  /** Where the word begins, at its sign. */
  start: number
  word: string
}

/** The word being written after `sign`, when it begins a word; null when there is none. */
export function triggerAt(text: string, caret: number, sign: '/' | '@'): Trigger | null {
  const found = new RegExp(`(^|\\s)[${sign}]([\\p{L}\\p{N}_-]*)$`, 'u').exec(text.slice(0, caret))
  if (!found) return null
  const word = found[2] ?? ''
  return { start: caret - word.length - 1, word }
}

/** Lower case without accents, to compare what people type. */
export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
}

/** The agents a note names, by @ and their name. */
export function mentionsIn(
  text: string,
  agents: Iterable<{ agent: string; name: string }>,
): string[] {
  const said = plain(text)
  return [...agents].filter(({ name }) => said.includes(`@${plain(name)}`)).map((row) => row.agent)
}
