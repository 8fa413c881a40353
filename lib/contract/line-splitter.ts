// A byte stream as lines, with a limit: a line of a gigabyte costs no more than the limit.

/** `cut` is how many bytes of the line were thrown away. */
export type Line = { bytes: Uint8Array; cut: number }

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

export class LineSplitter {
  readonly #maxBytes: number
  #parts: Uint8Array[] = []
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
      this.#keep(chunk.subarray(start, end))
      lines.push(this.#take())
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  /** What came after the last line end, when the stream is over. */
  end(): Line[] {
    return this.#length + this.#cut === 0 ? [] : [this.#take()]
  }

  #keep(part: Uint8Array): void {
    const room = this.#maxBytes - this.#length
    const kept = part.subarray(0, room)
    this.#cut += part.length - kept.length
    if (kept.length === 0) return
    this.#length += kept.length
    // A copy: a small rest must not keep the whole chunk in memory.
    this.#parts.push(kept.slice())
  }

  #take(): Line {
    const bytes = new Uint8Array(this.#length)
    let at = 0
    for (const part of this.#parts) {
      bytes.set(part, at)
      at += part.length
    }
    const line = { bytes: bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes, cut: this.#cut }
    this.#parts = []
    this.#length = 0
    this.#cut = 0
    return line
  }
}
