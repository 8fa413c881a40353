// What a behaviour consists of: what a device does to everybody (faults/character.ts), and what it says to a request.

import type { Character } from '../../faults/character'
import type { Area } from '../memory'

/** A request to read; `area` is undefined for any other function. */
export type Asked = { unit: number; area: Area | undefined; address: number; count: number }

/** An exception code, nothing at all, or the end of the connection. */
export type Verdict = { code: number } | 'silence' | 'reset'

/** What is absent is as it should be. `nowMs` counts from the start of the device. */
export type Nature = Character & {
  /** What is said to the request in the place of an answer; undefined: it is answered. */
  judge?(asked: Asked, nowMs: number): Verdict | undefined
  /** What its answer becomes: unit and PDU. */
  answer?(unitAndPdu: Buffer, asked: Asked): Buffer
}

/** Something that happens every so often: once in each period but the first. */
export class Occasions {
  readonly #everyMs: number
  #period = 0

  constructor(everyMs: number) {
    this.#everyMs = everyMs
  }

  /** Whether it happens to who asks now. */
  take(nowMs: number): boolean {
    const period = Math.floor(nowMs / this.#everyMs)
    if (period <= this.#period) return false
    this.#period = period
    return true
  }
}
