/** Who is signed in here, and what starts and ends with them. */
import * as api from '../api'
import { ProtocolError } from '../protocol/connection'
import type { Me } from '../protocol/schema'
import { forgetDrafts, keep, recall } from './kept'
import { live } from './live.svelte'
import { notices } from './notices.svelte'
import type { Page } from './place.svelte'
import { outbox } from './outbox.svelte'
import { preferences } from './preferences.svelte'
import { toasts } from './toasts.svelte'
import { explain } from '../i18n/language.svelte'

class Signed {
  me = $state.raw<Me | null>(null)
  isChecked = $state(false)

  get isFloor(): boolean {
    return this.me?.role === 'supervisor' || this.me?.role === 'administrator'
  }

  get isAdministrator(): boolean {
    return this.me?.role === 'administrator'
  }

  /** Whether the page is one for this person's role. */
  mayOpen(page: Page): boolean {
    if (page === 'rules') return this.isAdministrator
    return (page !== 'floor' && page !== 'queues') || this.isFloor
  }

  /** Take up the session of this browser, when it has one. */
  async check(): Promise<void> {
    try {
      await this.enter(await api.session())
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
    } finally {
      this.isChecked = true
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    await this.enter(await api.signIn(login, password))
  }

  async signOut(): Promise<void> {
    await api.signOut().catch(() => undefined)
    forgetDrafts()
    this.leave()
  }

  /** The session ended elsewhere: keep the drafts, ask to sign in again. */
  leave(): void {
    live.stop()
    outbox.clear()
    notices.clear()
    this.me = null
  }

  private async enter({ me, csrf }: api.SignedIn): Promise<void> {
    if (recall('language') === null) preferences.chooseLanguage(me.language)
    // Drafts belong to who wrote them.
    if (recall('agent') !== me.agent) forgetDrafts()
    keep('agent', me.agent)
    live.start(csrf)
    this.me = me
    try {
      live.equip(await api.workbench())
      notices.recall((await api.notifications()).events, me.agent)
    } catch (error) {
      toasts.say(explain(error instanceof ProtocolError ? error.code : 'unknown'), true)
    }
  }
}

export const signed = new Signed()

live.onEvent((event) => {
  if (signed.me) notices.take(event, signed.me.agent)
  if (event.type === 'message.sent') outbox.remove(event.message)
  if (event.type === 'case.noted') outbox.remove(event.note)
})
