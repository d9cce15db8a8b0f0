/** Short words about what just failed or happened, gone after a while. */
export interface Toast {
  id: number
  text: string
  isError: boolean
}

const SHOWN_MS = 6000

class Toasts {
  list = $state.raw<readonly Toast[]>([])
  private next = 1

  say(text: string, isError = false): void {
    const id = this.next++
    this.list = [...this.list, { id, text, isError }]
    setTimeout(() => this.drop(id), SHOWN_MS)
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id)
  }
}

export const toasts = new Toasts()
