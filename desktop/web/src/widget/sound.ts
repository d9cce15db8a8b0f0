// A soft sound, made here: two short tones.

export function chime(): void {
  try {
    const audio = new AudioContext()
    ;[660, 880].forEach((frequency, index) => {
      const start = audio.currentTime + index * 0.12
      const tone = new OscillatorNode(audio, { frequency })
      const volume = new GainNode(audio, { gain: 0 })
      volume.gain.linearRampToValueAtTime(0.06, start + 0.02)
      volume.gain.linearRampToValueAtTime(0, start + 0.2)
      tone.connect(volume).connect(audio.destination)
      tone.start(start)
      tone.stop(start + 0.22)
    })
    window.setTimeout(() => void audio.close(), 800)
  } catch {
    // A page nobody has touched may not make a sound; the badge is there.
  }
}
