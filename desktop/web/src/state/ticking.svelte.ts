/** The server's time, once a second, for ages and countdowns. */
const TICK_MS = 1000

class Ticking {
  now = $state(Date.now())
  private ahead = 0

  /** The server said it is `nowMs` there. */
  agree(nowMs: number): void {
    this.ahead = nowMs - Date.now()
    this.now = nowMs
  }

  start(): void {
    setInterval(() => {
      this.now = Date.now() + this.ahead
    }, TICK_MS)
  }
}

export const ticking = new Ticking()
