/** What this browser keeps between visits. A full or forbidden storage loses nothing but that. */
const PREFIX = 'aiguilleur.'

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key)
  } catch {
    return null
  }
}

export function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key)
    else localStorage.setItem(PREFIX + key, value)
  } catch {
    // Private windows refuse storage: the value lives as long as the page.
  }
}

/** Forget every draft, of all cases. */
export function forgetDrafts(): void {
  try {
    const drafts = Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}draft.`))
    for (const key of drafts) localStorage.removeItem(key)
  } catch {
    // As above.
  }
}
