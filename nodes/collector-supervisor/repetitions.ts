// Warnings that come again and again: told at once, then at most once a minute, with how many there were. Pure.

const QUIET_MS = 60_000
/** So many different ones are remembered. */
const TEXTS_MAX = 100

export class Repetitions {
  readonly #told = new Map<string, { at: number; count: number }>()

  /** The text as it is to be told now, or undefined. `key`: what makes two warnings the same. */
  tell(text: string, now: number, key = text): string | undefined {
    const before = this.#told.get(key)
    if (before && now - before.at < QUIET_MS) {
      before.count += 1
      return undefined
    }
    if (this.#told.size >= TEXTS_MAX) this.#told.clear()
    this.#told.set(key, { at: now, count: 0 })
    return before && before.count > 0 ? `${text} (and ${before.count} times since this was last said)` : text
  }
}
