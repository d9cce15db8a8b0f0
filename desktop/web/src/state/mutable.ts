/** A copy that a form may change, of rows that nobody may. */
export type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T

export function copyOf<T>(value: T): Mutable<T> {
  return JSON.parse(JSON.stringify(value)) as Mutable<T>
}

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** The list with one item moved by one place, when there is one. */
export function moved<T>(list: readonly T[], at: number, by: 1 | -1): T[] {
  const copy = [...list]
  const [item] = copy.splice(at, 1)
  if (item !== undefined) copy.splice(Math.max(0, at + by), 0, item)
  return copy
}
