/** The files of the message being written: sent at once, named in the message later. */
import * as api from '../../api'
import { explain, t } from '../../i18n/language.svelte'
import { ProtocolError } from '../../protocol/connection'
import type { FileRef } from '../../protocol/schema'
import { toasts } from '../../state/toasts.svelte'

const FILES_MAX = 5
const BYTES_MAX = 10 * 1024 * 1024

export class Uploads {
  files = $state.raw<readonly FileRef[]>([])
  private working = $state(0)

  get isWorking(): boolean {
    return this.working > 0
  }

  async add(chosen: readonly File[]): Promise<void> {
    for (const file of chosen) {
      if (this.files.length + this.working >= FILES_MAX) {
        return toasts.say(t('composer.too_many'), true)
      }
      if (file.size > BYTES_MAX) toasts.say(t('composer.too_big', { name: file.name }), true)
      else await this.send(file)
    }
  }

  remove(id: string): void {
    this.files = this.files.filter((file) => file.file !== id)
  }

  /** The files, which from now on belong to a message. */
  take(): readonly FileRef[] {
    const taken = this.files
    this.files = []
    return taken
  }

  private async send(file: File): Promise<void> {
    this.working += 1
    try {
      const sent = await api.upload(file)
      this.files = [...this.files, sent]
    } catch (error) {
      toasts.say(explain(error instanceof ProtocolError ? error.code : 'unknown'), true)
    } finally {
      this.working -= 1
    }
  }
}
