// When a server is asked again: ever more rarely.

export const FIRST_WAIT_MS = 30_000
const LONGEST_WAIT_MS = 600_000

export class Schedule {
  readonly #firstWaitMs: number
  #waitMs: number
  #atMs: number

  /**
   * @param firstWaitMs after which it is asked the second time
   * @param isDue from the beginning
   */
  constructor({ firstWaitMs, isDue }: { firstWaitMs: number; isDue: boolean }) {
    this.#firstWaitMs = firstWaitMs
    this.#waitMs = firstWaitMs
    this.#atMs = isDue ? 0 : Infinity
  }

  isDue(nowMs: number): boolean {
    return this.#atMs <= nowMs
  }
  /** It is due, or will be. */
  get isSet(): boolean {
    return this.#atMs !== Infinity
  }

  at(ms: number): void {
    this.#atMs = ms
  }
  soon(): void {
    this.#atMs = 0
  }
  /** After a wait that doubles each time. */
  later(nowMs: number): void {
    this.#atMs = nowMs + this.#waitMs
    this.#waitMs = Math.min(Math.max(this.#waitMs * 2, FIRST_WAIT_MS), LONGEST_WAIT_MS)
  }
  stop(): void {
    this.#atMs = Infinity
  }
  /** Nothing has been asked yet. */
  reset(): void {
    this.#waitMs = this.#firstWaitMs
  }
}
