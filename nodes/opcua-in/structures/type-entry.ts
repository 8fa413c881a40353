// The type of the values that have one encoding: why it is not known, and when it is asked for (again) or confirmed.

import { type NodeRef, resolveAddress } from '../node-ids'
import type { Wanted } from '../source'
import { FIRST_WAIT_MS, Schedule } from './schedule'
import type { Question } from './survey'

/** So many tags are looked at for what the type may be. */
const COLUMNS_MAX = 4

export class TypeEntry {
  readonly encoding: NodeRef
  /** When it is asked for, as long as it is not known. */
  readonly asking = new Schedule({ firstWaitMs: FIRST_WAIT_MS, isDue: true })
  readonly #doubts = new Schedule({ firstWaitMs: 0, isDue: false })
  /** In which such values came, or some of them. */
  readonly #columns = new Set<number>()
  #problem: string | undefined

  constructor(encoding: NodeRef) {
    this.encoding = encoding
  }

  /** Why it is not known. */
  get problem(): string | undefined {
    return this.#problem
  }

  cameIn(column: number): void {
    if (this.#columns.size < COLUMNS_MAX) this.#columns.add(column)
  }

  /** The tags say what the type may be. */
  question(wanted: readonly Wanted[], namespaces: readonly string[]): Question {
    const tags = [...this.#columns].flatMap((column) => {
      const address = wanted[column]?.address
      return (address && resolveAddress({ ...address, range: '' }, namespaces)) ?? []
    })
    return { encoding: this.encoding, tags }
  }

  /** A new connection: whatever was in the way need not be so any more. */
  connected(): void {
    this.forget()
    this.#doubts.reset()
  }

  /** The server does not tell it. */
  unknown(reason: string, nowMs: number): void {
    this.#problem = reason
    this.asking.later(nowMs)
  }

  /** A value does not fit. Returns whether the description is to be confirmed now: not if it was, and values still do not fit. */
  doubt(nowMs: number): boolean {
    if (this.#doubts.isSet) return false
    this.#doubts.later(nowMs)
    return this.#doubts.isDue(nowMs)
  }
  isDoubtful(nowMs: number): boolean {
    return this.#doubts.isDue(nowMs)
  }

  /** The server did not answer. */
  unconfirmed(nowMs: number): void {
    this.#doubts.later(nowMs)
  }

  /** What is known of it is what the server says now. */
  confirmed(): void {
    this.#problem = undefined
    this.#doubts.stop()
  }

  /** What was known of it holds no longer. */
  forget(): void {
    this.confirmed()
    this.asking.soon()
  }
}
