// The type of the values that have one encoding: whether it is known, and when it is asked for (again).

import type { NodeRef } from '../node-ids'
import type { Finding } from './survey'

const FIRST_WAIT_MS = 30_000
const LONGEST_WAIT_MS = 600_000
/** So many tags are looked at for what the type may be. */
const COLUMNS_MAX = 4

export class TypeEntry {
  readonly encoding: NodeRef
  readonly #columns = new Set<number>()
  #found: { kind: 'known'; root: string } | { kind: 'asking' } | { kind: 'unknown'; reason: string }
  #askMs = 0
  #waitMs = FIRST_WAIT_MS

  /** @param root of the type, where it is known from before */
  constructor(encoding: NodeRef, root: string | undefined) {
    this.encoding = encoding
    this.#found = root === undefined ? { kind: 'asking' } : { kind: 'known', root }
  }

  get found() {
    return this.#found
  }
  /** Columns in which such values came, or some of them. */
  get columns(): readonly number[] {
    return [...this.#columns]
  }
  /** It is known, and nothing speaks against it. */
  get isSettled(): boolean {
    return this.#askMs === Infinity
  }

  cameIn(column: number): void {
    if (this.#columns.size < COLUMNS_MAX) this.#columns.add(column)
  }

  isDue(nowMs: number): boolean {
    return this.#askMs <= nowMs
  }
  askSoon(): void {
    this.#askMs = 0
  }
  /** Each time twice as late. */
  askLater(nowMs: number): void {
    this.#askMs = nowMs + this.#waitMs
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS)
  }

  settle(finding: Finding, nowMs: number): void {
    if ('root' in finding) {
      this.#found = { kind: 'known', root: finding.root }
      this.#askMs = Infinity
    } else {
      this.#found = { kind: 'unknown', reason: finding.reason }
      this.askLater(nowMs)
    }
  }

  /** There was no answer: what is known stays so. */
  unanswered(reason: string, nowMs: number): void {
    if (this.#found.kind === 'asking') this.#found = { kind: 'unknown', reason }
    this.askLater(nowMs)
  }
}
