/** A macro asked for from elsewhere than its menu; the open case's menu takes it. */
class Wand {
  asked = $state<string | null>(null)
}

export const wand = new Wand()
