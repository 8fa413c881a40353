// What a child prints, as lines. A flood is read and thrown away: blocking the child's stdout would freeze its readings,
// and splitting a hundred megabytes a second into lines would freeze Node-RED.

import type { Readable } from 'node:stream'
import { LOG_LINE_MAX } from '../../lib/contract/limits'
import { type Line, LineSplitter } from '../../lib/contract/line-splitter'

/** As much is looked at in one window, bytes; the rest of the window is only counted. */
const WINDOW_BYTES = 128 * 1024
const WINDOW_MS = 100

export class LogCapture {
  readonly #lines = new LineSplitter(LOG_LINE_MAX)
  readonly #now: () => number
  readonly #onLine: (text: string) => void
  #windowStart = Number.NEGATIVE_INFINITY
  #windowBytes = 0
  #skipped = 0

  constructor(stream: Readable, now: () => number, onLine: (text: string) => void) {
    this.#now = now
    this.#onLine = onLine
    stream.on('data', (chunk: Buffer) => this.#take(chunk))
    stream.on('end', () => this.#tell(this.#lines.end()))
    // A pipe that breaks when its process is killed is no news.
    stream.on('error', () => {})
  }

  #take(chunk: Buffer): void {
    const now = this.#now()
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#windowStart = now
      this.#windowBytes = 0
    }
    this.#windowBytes += chunk.length
    if (this.#windowBytes > WINDOW_BYTES && this.#windowBytes > chunk.length) {
      this.#skipped += chunk.length
      return
    }
    if (this.#skipped > 0) {
      this.#onLine(`(${this.#skipped} bytes suppressed)`)
      this.#skipped = 0
    }
    this.#tell(this.#lines.push(chunk))
  }

  #tell(lines: Line[]): void {
    for (const line of lines) {
      const text = Buffer.from(line.bytes.buffer, line.bytes.byteOffset, line.bytes.byteLength).toString('utf8')
      if (line.cut > 0) this.#onLine(`${text} (${line.cut} bytes cut)`)
      else if (text !== '') this.#onLine(text)
    }
  }
}
