// Why there are dead letters, cause by cause: what is told once, however often it happens again. Pure.

import { causeKey, describeCause, type RefusedCause } from '../../lib/contract/refused-cause'

/** A cause that was quiet for so long is told anew, ms. */
export const QUIET_MS = 3_600_000
const KNOWN_MAX = 1000

type Known = { cause: RefusedCause; atMs: number }

export class RefusedCauses {
  readonly #known = new Map<string, Known>()

  /** Returns those that are to be told: they are new. `nowMs`: of a monotonic clock. */
  add(causes: readonly RefusedCause[], nowMs: number): RefusedCause[] {
    return causes.filter((cause) => {
      const key = causeKey(cause)
      const before = this.#known.get(key)
      const isNew = !before || nowMs - before.atMs >= QUIET_MS
      // the last one is the latest
      this.#known.delete(key)
      const count = cause.count + (before?.cause.count ?? 0)
      this.#known.set(key, { cause: { ...cause, count }, atMs: nowMs })
      const [oldest] = this.#known.keys()
      if (oldest !== undefined && this.#known.size > KNOWN_MAX) this.#known.delete(oldest)
      return isNew
    })
  }

  /** There are no dead letters any more. */
  clear(): void {
    this.#known.clear()
  }

  /** What an operator is told while so many samples are dead letters. */
  describe(dead: number): string | undefined {
    if (dead === 0) return undefined
    const values = `${dead} ${dead === 1 ? 'value is a dead letter' : 'values are dead letters'}`
    const latest = [...this.#known.values()].at(-1)
    return latest ? `${values}; the last cause: ${describeCause(latest.cause)}` : `${values}: look at their reasons`
  }
}
