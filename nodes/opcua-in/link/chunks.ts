// What comes from a server, chunk by chunk (OPC 10000-6, 6.7.2 and 7.1.2), looked at before the library sees it: that believes
// sizes, keeps waiting where nothing can come any more, and knows only the limits of the server.

import { Fault } from '../../../lib/contract/fault'
import { ENDED_BY_SERVER } from './faults'

/** What a server may send: one chunk, and one message of many. It is told so when the connection begins. */
export const CHUNK_MAX_BYTES = 65_536
export const MESSAGE_MAX_BYTES = 16 * 1024 * 1024
export const CHUNKS_MAX = 1024

/** Both sides take at least so much (7.1.2.4). */
const BUFFER_MIN_BYTES = 8192
const HEADER_BYTES = 8
const KINDS = new Set(['ACK', 'OPN', 'MSG', 'CLO'])
/** A channel or a status follows (6.7.2.2, 7.1.2.5). */
const LEAST_BYTES = HEADER_BYTES + 4
const ACKNOWLEDGE_BYTES = HEADER_BYTES + 20
const REASON_MAX = 200

export type Chunk = { bytes: Buffer; isLast: boolean }

export class Chunks {
  readonly #nameOfStatus: (code: number) => string
  /** The first chunk is an acknowledgement, and no other is one. */
  #isGreeted = false
  #rest: Buffer[] = []
  #restBytes = 0
  /** Of the message that has begun. */
  #count = 0
  #messageBytes = 0

  /** @param nameOfStatus e.g. BadTcpServerTooBusy */
  constructor(nameOfStatus: (code: number) => string) {
    this.#nameOfStatus = nameOfStatus
  }

  /** The chunks that are whole now. Throws a Fault at the first that is not acceptable; then nothing that follows counts. */
  *push(bytes: Buffer): Generator<Chunk> {
    this.#rest.push(bytes)
    this.#restBytes += bytes.length
    for (;;) {
      const size = this.#nextSize()
      if (size === undefined || this.#restBytes < size) return
      const all = this.#joined()
      this.#rest = all.length === size ? [] : [all.subarray(size)]
      this.#restBytes -= size
      yield this.#judge(all.subarray(0, size))
    }
  }

  #nextSize(): number | undefined {
    if (this.#restBytes < HEADER_BYTES) return undefined
    const [first] = this.#rest
    const head = first !== undefined && first.length >= HEADER_BYTES ? first : this.#joined()
    const kind = head.toString('latin1', 0, 3)
    const size = head.readUInt32LE(4)
    if (kind !== 'ERR' && !KINDS.has(kind)) {
      throw violation('not-opcua', 'something answers that does not speak OPC UA: is the port right?')
    }
    // Of a reason without end the beginning will do.
    if (kind === 'ERR' && size > CHUNK_MAX_BYTES) return Math.max(LEAST_BYTES, this.#restBytes)
    if (size < LEAST_BYTES) throw violation('malformed-message', `the server sent a chunk of ${size} bytes`)
    if (size > CHUNK_MAX_BYTES) {
      throw violation('message-too-large', `the server sent a chunk of ${size} bytes, ${CHUNK_MAX_BYTES} are the limit`)
    }
    return size
  }

  #joined(): Buffer {
    const [first] = this.#rest
    if (this.#rest.length === 1 && first) return first
    const all = Buffer.concat(this.#rest)
    this.#rest = [all]
    return all
  }

  #judge(bytes: Buffer): Chunk {
    const kind = bytes.toString('latin1', 0, 3)
    if (kind === 'ERR') throw this.#errorOf(bytes)
    const part = bytes.toString('latin1', 3, 4)
    if ((kind === 'ACK') === this.#isGreeted || (kind === 'ACK' && part !== 'F')) {
      throw violation('malformed-message', `the server sent ${kind} at the wrong time`)
    }
    this.#isGreeted = true
    if (kind === 'ACK') checkBuffers(bytes)
    if (part === 'A' && this.#count > 0) {
      // The library would take what it has of this message for the beginning of the next one.
      throw violation('message-broken-off', 'the server broke off an answer: ask for fewer values at a time')
    }
    this.#count++
    this.#messageBytes += bytes.length
    if (this.#count > CHUNKS_MAX) {
      throw violation('message-too-large', `the server sent a message of more than ${CHUNKS_MAX} chunks`)
    }
    if (this.#messageBytes > MESSAGE_MAX_BYTES) {
      throw violation('message-too-large', `the server sent a message of more than ${MESSAGE_MAX_BYTES} bytes`)
    }
    if (part === 'C') return { bytes, isLast: false }
    if (part !== 'F' && part !== 'A') throw violation('malformed-message', 'the server sent a chunk of no known kind')
    this.#count = 0
    this.#messageBytes = 0
    return { bytes, isLast: true }
  }

  /** Why the server ends the connection (7.1.5). */
  #errorOf(bytes: Buffer): Fault {
    const status = this.#nameOfStatus(bytes.readUInt32LE(HEADER_BYTES))
    const from = HEADER_BYTES + 8
    const length = bytes.length >= from ? Math.max(0, bytes.readInt32LE(HEADER_BYTES + 4)) : 0
    const reason = printable(bytes.toString('utf8', from, from + Math.min(length, 4 * REASON_MAX)))
    const told = reason === '' || reason.includes(status) ? reason || status : `${status}, ${reason}`
    return new Fault('link', ENDED_BY_SERVER, `the server ended the connection: ${told}`)
  }
}

function checkBuffers(bytes: Buffer): void {
  if (bytes.length < ACKNOWLEDGE_BYTES) throw violation('malformed-message', 'the server greets with too few bytes')
  const least = Math.min(bytes.readUInt32LE(HEADER_BYTES + 4), bytes.readUInt32LE(HEADER_BYTES + 8))
  if (least >= BUFFER_MIN_BYTES) return
  throw violation(
    'buffers-too-small',
    `the server has room for messages of ${least} bytes only, OPC UA asks for ${BUFFER_MIN_BYTES} at least`,
  )
}

function printable(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, REASON_MAX)
}

function violation(code: string, text: string): Fault {
  return new Fault('protocol', code, text)
}
