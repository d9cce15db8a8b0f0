// The custom element: a shadow root of its own, so that neither page nor widget disturbs the other.

import { mount } from 'svelte'
import Widget from './Widget.svelte'
import { Chat } from './chat.svelte'
import css from './widget.css?inline'

class AiguilleurWidget extends HTMLElement {
  connectedCallback(): void {
    if (this.shadowRoot !== null) return
    const root = this.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    // Adopted, not inserted: works under a page's strict style-src too.
    root.adoptedStyleSheets = [sheet]
    const language = this.getAttribute('language') === 'en' ? 'en' : 'fr'
    const origin = this.getAttribute('origin') ?? location.origin
    const chat = new Chat(origin, this.getAttribute('token') ?? '', language)
    mount(Widget, { target: root, props: { chat } })
    void chat.start()
  }
}

if (!customElements.get('aiguilleur-widget')) {
  customElements.define('aiguilleur-widget', AiguilleurWidget)
}
