/** A question asked again and again while somebody looks at the answer. */
import { ProtocolError } from '../protocol/connection'

const EVERY_MS = 3000

/** Ask now and every few seconds, until the returned function is called. */
export function keepAsking<T>(
  ask: () => Promise<T>,
  take: (answer: T) => void,
  fail: (code: string) => void,
): () => void {
  let isOver = false
  let timer: ReturnType<typeof setTimeout> | undefined
  async function round(): Promise<void> {
    try {
      const answer = await ask()
      if (!isOver) take(answer)
    } catch (error) {
      if (!isOver) fail(error instanceof ProtocolError ? error.code : 'unknown')
    }
    if (!isOver) timer = setTimeout(() => void round(), EVERY_MS)
  }
  void round()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}
