// What a child prints, as lines. A flood is read and thrown away: blocking the child's stdout would freeze its readings,
// and splitting a hundred megabytes a second into lines would freeze Node-RED.

import type { Readable } from 'node:stream'
import { cleanText } from '../../lib/contract/clean-text'
import { LOG_LINE_MAX } from '../../lib/contract/limits'
import { type Line, LineSplitter } from '../../lib/contract/line-splitter'

/** So much is told of one window; of what is beyond it only the end is. It is the lines that cost time, not the bytes. */
export const WINDOW_BYTES = 64 * 1024
export const WINDOW_LINES = 1000
export const WINDOW_MS = 100
/** The end, bytes: a process that dies in a flood of its own says last why. */
export const LAST_BYTES = 4 * 1024

const LINE_FEED = 10
const NOTHING = Buffer.alloc(0)

export class LogCapture {
  readonly #lines = new LineSplitter(LOG_LINE_MAX)
  readonly #now: () => number
  readonly #onLine: (text: string) => void
  readonly #onFlood: () => void
  #windowStart = Number.NEGATIVE_INFINITY
  #windowBytes = 0
  #windowLines = 0
  /** Bytes of whole lines that were not shown, and the last of them. */
  #skipped = 0
  #lastSkipped: Buffer = NOTHING
  #windowEnd: NodeJS.Timeout | undefined

  /** `onFlood`: there was more than a window holds. */
  constructor(stream: Readable, now: () => number, onLine: (text: string) => void, onFlood: () => void = () => {}) {
    this.#now = now
    this.#onLine = onLine
    this.#onFlood = onFlood
    stream.on('data', (chunk: Buffer) => this.#take(chunk))
    stream.on('end', () => this.#finish())
    stream.on('close', () => this.#finish())
    // A pipe that breaks when its process is killed is no news.
    stream.on('error', () => {})
  }

  #take(chunk: Buffer): void {
    const now = this.#now()
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#tellSkipped()
      this.#windowStart = now
      this.#windowBytes = 0
      this.#windowLines = 0
    }
    const room = this.#roomFor(chunk)
    this.#tell(this.#lines.push(chunk.subarray(0, room)))
    if (chunk.length <= room) return
    this.#onFlood()
    this.#skip(chunk.subarray(room))
  }

  /** How many of its bytes the window still has room for. */
  #roomFor(chunk: Buffer): number {
    const bytes = Math.min(chunk.length, Math.max(0, WINDOW_BYTES - this.#windowBytes))
    this.#windowBytes += chunk.length
    let room = 0
    while (this.#windowLines < WINDOW_LINES) {
      const lineEnd = chunk.indexOf(LINE_FEED, room)
      if (lineEnd === -1 || lineEnd >= bytes) return bytes
      this.#windowLines += 1
      room = lineEnd + 1
    }
    return Math.min(room, bytes)
  }

  /** Follows only the line that these bytes end in; a line that does not end costs no more than its beginning. */
  #skip(bytes: Buffer): void {
    const end = bytes.lastIndexOf(LINE_FEED) + 1
    if (end > 0) {
      const broken = this.#lines.end()
      if (this.#skipped === 0) this.#tell(broken)
      else for (const line of broken) this.#skipped += line.bytes.length + line.cut
      this.#skipped += end
      this.#lastSkipped = bytes.subarray(0, end)
      this.#windowEnd ??= setTimeout(() => this.#tellSkipped(), WINDOW_MS).unref()
    }
    this.#lines.push(bytes.subarray(end))
  }

  #tellSkipped(): void {
    clearTimeout(this.#windowEnd)
    this.#windowEnd = undefined
    if (this.#skipped === 0) return
    const last = this.#lastSkipped.subarray(-LAST_BYTES)
    if (this.#skipped > last.length) this.#onLine(`(${this.#skipped - last.length} bytes suppressed)`)
    this.#skipped = 0
    this.#lastSkipped = NOTHING
    this.#tell(new LineSplitter(LOG_LINE_MAX).push(last))
  }

  #finish(): void {
    this.#tellSkipped()
    this.#tell(this.#lines.end())
  }

  #tell(lines: Line[]): void {
    for (const line of lines) {
      const { buffer, byteOffset, byteLength } = line.bytes
      const text = cleanText(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'))
      if (line.cut > 0) this.#onLine(`${text} (${line.cut} bytes cut)`)
      else if (text !== '') this.#onLine(text)
    }
  }
}
