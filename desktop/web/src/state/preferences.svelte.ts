/** How this person likes the desk: theme, language, sound, notifications. */
import { language, type LanguageCode } from '../i18n/language.svelte'
import { keep, recall } from './kept'

export type Theme = 'system' | 'light' | 'dark'

const dark = window.matchMedia?.('(prefers-color-scheme: dark)')

class Preferences {
  theme = $state<Theme>((recall('theme') as Theme | null) ?? 'system')
  sound = $state(recall('sound') !== 'off')
  notify = $state(recall('notify') === 'on')
  isListShown = $state(recall('list') !== 'hidden')
  isPanelShown = $state(recall('panel') !== 'hidden')

  start(): void {
    language.choose((recall('language') as LanguageCode | null) ?? 'fr')
    this.paint()
    dark?.addEventListener('change', () => this.paint())
  }

  chooseTheme(theme: Theme): void {
    this.theme = theme
    keep('theme', theme)
    this.paint()
  }

  chooseLanguage(code: LanguageCode): void {
    language.choose(code)
    keep('language', code)
  }

  chooseSound(isOn: boolean): void {
    this.sound = isOn
    keep('sound', isOn ? 'on' : 'off')
  }

  async chooseNotify(isOn: boolean): Promise<void> {
    const allowed = isOn && (await Notification.requestPermission()) === 'granted'
    this.notify = allowed
    keep('notify', allowed ? 'on' : 'off')
  }

  showList(isShown: boolean): void {
    this.isListShown = isShown
    keep('list', isShown ? 'shown' : 'hidden')
  }

  showPanel(isShown: boolean): void {
    this.isPanelShown = isShown
    keep('panel', isShown ? 'shown' : 'hidden')
  }

  private paint(): void {
    const isDark = this.theme === 'dark' || (this.theme === 'system' && dark?.matches === true)
    document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
  }
}

export const preferences = new Preferences()
