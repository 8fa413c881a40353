// Gathers what keeps changing: tells of it at once after a quiet time, then at most every so often.

export class Coalescer {
  readonly #tell: () => void
  readonly #everyMs: number
  #soon: NodeJS.Immediate | undefined
  #pause: NodeJS.Timeout | undefined
  #asked = false

  constructor(everyMs: number, tell: () => void) {
    this.#everyMs = everyMs
    this.#tell = tell
  }

  /** Something has changed. It is told at the end of this turn of the event loop, so what happens together is told together. */
  changed(): void {
    this.#asked = true
    if (this.#soon === undefined && this.#pause === undefined) this.#soon = setImmediate(() => this.#due())
  }

  /** Forgets what has not been told. */
  cancel(): void {
    clearImmediate(this.#soon)
    clearTimeout(this.#pause)
    this.#soon = undefined
    this.#pause = undefined
    this.#asked = false
  }

  #due(): void {
    this.#soon = undefined
    this.#pause = undefined
    if (!this.#asked) return
    this.#asked = false
    this.#pause = setTimeout(() => this.#due(), this.#everyMs)
    this.#pause.unref()
    this.#tell()
  }
}
