/** How wide the window is: beside a case, or over it, there may be room for its client. */
import { preferences } from './preferences.svelte'

// As in ClientPanel's style: below this the panel covers the conversation.
const NARROW = '(max-width: 1080px)'
const PHONE = '(max-width: 720px)'
const query = window.matchMedia?.(NARROW)
const phoneQuery = window.matchMedia?.(PHONE)

class Width {
  isNarrow = $state(query?.matches ?? false)
  /** One thing at a time: the list, a case or its client. */
  isPhone = $state(phoneQuery?.matches ?? false)
  /** On a narrow screen the panel is a page of its own, shown when asked. */
  isPanelAsked = $state(false)

  constructor() {
    query?.addEventListener('change', (change) => (this.isNarrow = change.matches))
    phoneQuery?.addEventListener('change', (change) => (this.isPhone = change.matches))
  }

  get isPanelShown(): boolean {
    return this.isNarrow ? this.isPanelAsked : preferences.isPanelShown
  }

  showPanel(isShown: boolean): void {
    if (this.isNarrow) this.isPanelAsked = isShown
    else preferences.showPanel(isShown)
  }
}

export const width = new Width()
