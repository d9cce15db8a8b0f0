// What a site includes: <script src="https://…/widget.js" type="module"></script>. It only finds
// where it came from and loads the widget when the page has time.

interface Settings {
  /** A client identity signed by the site's server; absent for a visitor. */
  token?: string
  language?: 'fr' | 'en'
}

declare global {
  interface Window {
    aiguilleur?: Settings
  }
}

const origin = new URL(import.meta.url).origin
const settings = window.aiguilleur ?? {}

function load(): void {
  void import(/* @vite-ignore */ `${origin}/widget/app.js`).then(() => {
    const widget = document.createElement('aiguilleur-widget')
    widget.setAttribute('origin', origin)
    if (settings.token) widget.setAttribute('token', settings.token)
    widget.setAttribute('language', settings.language ?? document.documentElement.lang.slice(0, 2))
    document.body.append(widget)
  })
}

if (document.readyState === 'complete') load()
else window.addEventListener('load', load, { once: true })

export {}
