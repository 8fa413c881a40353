// Tags whose values spoil the answers that they are in: they are left out of what is asked for together, and asked for alone, ever
// more rarely.

export const FIRST_WAIT_MS = 10_000
export const LONGEST_WAIT_MS = 300_000
/** So many are asked for again at a time: each answer may be as long as a message can be. */
const AT_A_TIME = 5

/** `askAgainMs` undefined: it is not aside now, but has been. */
type Entry = { waitMs: number; askAgainMs: number | undefined }

export class Aside {
  readonly #nowMs: () => number
  readonly #entries = new Map<number, Entry>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  has(column: number): boolean {
    return this.#entries.get(column)?.askAgainMs !== undefined
  }

  /** Also again, then for twice as long. */
  put(column: number): void {
    const before = this.#entries.get(column)
    const waitMs = before ? Math.min(2 * before.waitMs, LONGEST_WAIT_MS) : FIRST_WAIT_MS
    this.#entries.set(column, { waitMs, askAgainMs: this.#nowMs() + waitMs })
  }

  /** It is asked for with the others again. */
  release(column: number): void {
    const entry = this.#entries.get(column)
    if (entry) entry.askAgainMs = undefined
  }
  clear(): void {
    this.#entries.clear()
  }

  /** Those that have waited, the longest first. */
  due(): number[] {
    const nowMs = this.#nowMs()
    return [...this.#entries]
      .flatMap(([column, { askAgainMs = Infinity }]) => (nowMs >= askAgainMs ? [{ column, askAgainMs }] : []))
      .sort((one, other) => one.askAgainMs - other.askAgainMs)
      .slice(0, AT_A_TIME)
      .map(({ column }) => column)
  }
}

/** For the log: which tags were put aside, and why the first of them was. */
export function describeAside(tags: readonly (readonly [name: string, why: string])[]): string {
  const [first] = tags
  if (!first) return ''
  const [name, why] = first
  const others = tags.length === 1 ? '' : `, and ${tags.length - 1} others`
  return `no answer that includes "${name}"${others} can be used, so such tags are read alone and rarely: ${why}`
}
