/** Sounds and desktop notifications: the two ways to call somebody who looks elsewhere. */
const NOTES_HZ = { offer: [660, 880, 660], assigned: [587, 784], message: [740] } as const
const NOTE_S = 0.14
const VOLUME = 0.08

let audio: AudioContext | null = null

/** A few soft notes, made here: no file to load. */
export function chime(kind: keyof typeof NOTES_HZ): void {
  try {
    audio ??= new AudioContext()
    void audio.resume()
    for (const [at, frequency] of NOTES_HZ[kind].entries()) note(audio, frequency, at * NOTE_S)
  } catch {
    // No sound device, or the page was not touched yet: the sign on screen is enough.
  }
}

export function notifyDesktop(text: string, onClick: () => void): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  const shown = new Notification('Aiguilleur', { body: text, tag: text })
  shown.onclick = () => {
    window.focus()
    onClick()
    shown.close()
  }
}

function note(context: AudioContext, frequency: number, afterS: number): void {
  const start = context.currentTime + afterS
  const tone = context.createOscillator()
  const gain = context.createGain()
  tone.frequency.value = frequency
  gain.gain.setValueAtTime(0, start)
  gain.gain.linearRampToValueAtTime(VOLUME, start + 0.02)
  gain.gain.exponentialRampToValueAtTime(0.001, start + NOTE_S * 1.6)
  tone.connect(gain).connect(context.destination)
  tone.start(start)
  tone.stop(start + NOTE_S * 1.7)
}
