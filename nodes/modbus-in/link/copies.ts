// Answers that may come once more, where answers do not tell which request they belong to: what was said lately, and which units
// say things twice.

import { isBeginning, RETURN_QUERY_DATA, type Sent } from './outstanding'
import { EXCEPTION_BIT } from './rtu'

/** Answers whose copies are known. */
const RECENT_MAX = 16
/** After as many answers without a copy a unit is taken for one that says everything once. */
const EXCHANGES_MAX = 50

type Recent = { readonly frame: Buffer; readonly sent: Sent; readonly link: number }

/** Units go by a key: where any of them may answer for another, they are all one. */
export class Copies {
  /** Answers that were taken lately, with their requests. */
  #recent: readonly Recent[] = []
  #lastTaken: Buffer | undefined
  /** Links so far: a copy comes over the one that the answer came over. */
  #link = 0
  /** Answers of a unit in which no copy was seen; of one that has ever said something twice it stays 0. */
  readonly #clean = new Map<number, number>()
  /** Units that have said something twice. */
  readonly #stutterers = new Set<number>()

  get recent(): readonly Recent[] {
    return this.#recent
  }

  isStutterer(key: number): boolean {
    return this.#stutterers.has(key)
  }

  newLink(): void {
    this.#link++
  }

  forgetStutterers(): void {
    this.#stutterers.clear()
  }

  tookLast(frame: Buffer): void {
    this.#lastTaken = frame
  }

  remember(frame: Buffer, sent: Sent): void {
    // no two of these are the same
    if (sent.functionCode === RETURN_QUERY_DATA) return
    this.#recent = [...this.#recent.slice(1 - RECENT_MAX), { frame, sent, link: this.#link }]
  }

  /** Something of this unit came twice. */
  stutters(key: number): void {
    this.#stutterers.add(key)
    this.#clean.delete(key)
  }

  /** The unit has answered, and nothing came twice. */
  saidOnce(key: number): void {
    if (!this.#stutterers.has(key)) this.#clean.set(key, (this.#clean.get(key) ?? 0) + 1)
  }

  /** What was taken before and begins so. */
  beginningWith(bytes: Buffer): Buffer | undefined {
    const last = this.#lastTaken
    if (last && isBeginning(bytes, last)) return last
    return this.#recent.find(({ frame }) => isBeginning(bytes, frame))?.frame
  }

  /** Whether it was said lately in answer to another request than this, by a unit that may say things twice. */
  mayBeOne(frame: Buffer, current: Sent, key: number): boolean {
    if ((this.#clean.get(key) ?? 0) >= EXCHANGES_MAX) return false
    // devices refuse one thing after the other in the same words
    const isStutterer = this.#stutterers.has(key)
    if (frame.readUInt8(1) & EXCEPTION_BIT && !isStutterer) return false
    return this.#recent.some(
      (recent) =>
        recent.link === this.#link &&
        recent.frame.equals(frame) &&
        (isStutterer || !recent.sent.frame.equals(current.frame)),
    )
  }
}
