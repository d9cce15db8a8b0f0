/** Times as people write them: `90 s`, `1 h 30 min`, `-5 min`; the same as in a policy's text. */

const UNITS_MS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
]
const PART = /(\d{1,12}) ?(min|ms|d|j|h|s)(?: |$)/y

/** The milliseconds, or null when the text is no duration. A French day is `j`. */
export function readDuration(text: string): number | null {
  const trimmed = text.trim()
  const sign = trimmed.startsWith('-') ? -1 : 1
  const rest = sign < 0 ? trimmed.slice(1).trimStart() : trimmed
  let total = 0
  let smallest = Infinity
  PART.lastIndex = 0
  while (PART.lastIndex < rest.length) {
    const part = PART.exec(rest)
    if (part === null) return null
    const name = part[2] === 'j' ? 'd' : part[2]
    const unit = UNITS_MS.find(([known]) => known === name)?.[1] ?? 0
    // From large to small, each once: `5 s 1 h` is a slip, not a time.
    if (unit >= smallest) return null
    total += Number(part[1]) * unit
    smallest = unit
  }
  return smallest === Infinity ? null : sign * total
}

/** The text that reads as the same milliseconds. */
export function writeDuration(ms: number, day = 'd'): string {
  let left = Math.abs(ms)
  const parts: string[] = []
  for (const [name, unit] of UNITS_MS) {
    const count = Math.floor(left / unit)
    left %= unit
    if (count > 0) parts.push(`${count} ${name === 'd' ? day : name}`)
  }
  return (ms < 0 ? '-' : '') + (parts.join(' ') || '0 s')
}
