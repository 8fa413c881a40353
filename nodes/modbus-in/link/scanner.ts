// Frames in a stream that has no borders, or whose borders cannot be relied on: at each place it is asked what begins there,
// and what belongs to nothing is dropped.

const EMPTY = Buffer.alloc(0)

/**
 * What begins at a place: `part` may become a frame, and one may begin within it, since it may be noise; `hold` is so surely
 * the beginning of a frame that nothing is sought in it.
 */
export type Seen<F> = 'nothing' | 'part' | 'hold' | F

export type ScanRules<F> = {
  /** `insidePart`: a frame has begun before, and is not there as a whole. */
  look(bytes: Buffer, insidePart: boolean): Seen<F>
  /** In the order of the stream; what it changes counts for what follows. */
  take(found: F, frame: Buffer): void
  drop(bytes: Buffer): void
}

export class Scanner<F extends { readonly length: number }> {
  readonly #rules: ScanRules<F>
  #incoming: Buffer = EMPTY

  constructor(rules: ScanRules<F>) {
    this.#rules = rules
  }

  /** The beginning of a frame that has not ended; never more than a frame. */
  get incoming(): Buffer {
    return this.#incoming
  }

  restart(): void {
    this.#incoming = EMPTY
  }

  scan(chunk: Buffer): void {
    const bytes = this.#incoming.length === 0 ? chunk : Buffer.concat([this.#incoming, chunk])
    let done = 0
    let partAt: number | undefined
    for (let at = 0; at < bytes.length; ) {
      const seen = this.#rules.look(bytes.subarray(at), partAt !== undefined)
      if (seen === 'part' || seen === 'hold') partAt ??= at
      if (seen === 'hold') break
      if (seen === 'part' || seen === 'nothing') {
        at++
        continue
      }
      this.#drop(bytes.subarray(done, at))
      done = at + seen.length
      this.#rules.take(seen, bytes.subarray(at, done))
      at = done
      partAt = undefined
    }
    this.#incoming = partAt === undefined ? EMPTY : bytes.subarray(partAt)
    this.#drop(bytes.subarray(done, partAt ?? bytes.length))
  }

  #drop(bytes: Buffer): void {
    if (bytes.length > 0) this.#rules.drop(bytes)
  }
}
