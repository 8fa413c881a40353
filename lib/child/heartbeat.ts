// Tells the supervisor at fixed times that the process is alive, and with it by how much the event loop was late.

import type { Clock } from './clock'

export class Heartbeat {
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #beat: (latenessMs: number) => void
  #cancel: () => void = () => {}

  /** `beat` is called at `start`, and then at this interval, ms. */
  constructor(clock: Clock, everyMs: number, beat: (latenessMs: number) => void) {
    this.#clock = clock
    this.#everyMs = everyMs
    this.#beat = beat
  }

  start(): void {
    this.#once(0)
  }

  stop(): void {
    this.#cancel()
  }

  #once(latenessMs: number): void {
    this.#beat(latenessMs)
    const dueMs = this.#clock.nowMs() + this.#everyMs
    this.#cancel = this.#clock.after(this.#everyMs, () => this.#once(this.#clock.nowMs() - dueMs))
  }
}
