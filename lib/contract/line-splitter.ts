// A byte stream as lines, with a limit: a line of a gigabyte costs no more than the limit.

/** `bytes` may be a view of the chunk that was pushed last; `cut` is how many bytes of the line were thrown away. */
export type Line = { bytes: Uint8Array; cut: number }

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const NOTHING = new Uint8Array(0)

export class LineSplitter {
  readonly #maxBytes: number
  /** The beginning of a line whose end has not come yet. */
  #begun = NOTHING
  #length = 0
  #cut = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Takes the next chunk of the stream and returns the lines that it completes, without their line ends. */
  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      lines.push(this.#complete(chunk.subarray(start, end)))
      start = end + 1
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start))
    return lines
  }

  /** What came after the last line end, when the stream is over. */
  end(): Line[] {
    return this.#length + this.#cut === 0 ? [] : [this.#take()]
  }

  #complete(part: Uint8Array): Line {
    if (this.#length + this.#cut === 0) return lineOf(part.subarray(0, this.#maxBytes), part.length)
    this.#keep(part)
    return this.#take()
  }

  /** Copies: a small rest must not keep the whole chunk in memory. */
  #keep(part: Uint8Array): void {
    const kept = part.subarray(0, this.#maxBytes - this.#length)
    this.#cut += part.length - kept.length
    const length = this.#length + kept.length
    if (length > this.#begun.length) {
      const larger = new Uint8Array(Math.min(this.#maxBytes, Math.max(length, 2 * this.#length)))
      larger.set(this.#begun.subarray(0, this.#length))
      this.#begun = larger
    }
    this.#begun.set(kept, this.#length)
    this.#length = length
  }

  #take(): Line {
    const line = lineOf(this.#begun.subarray(0, this.#length), this.#length + this.#cut)
    this.#begun = NOTHING
    this.#length = 0
    this.#cut = 0
    return line
  }
}

function lineOf(kept: Uint8Array, length: number): Line {
  const bytes = kept.at(-1) === CARRIAGE_RETURN ? kept.subarray(0, -1) : kept
  return { bytes, cut: length - kept.length }
}
