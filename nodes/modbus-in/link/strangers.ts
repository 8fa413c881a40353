// Services that are found on a port by mistake, by the bytes that they begin to talk with, and devices that speak another
// kind of Modbus.

import { describeStranger } from './mbap'
import type { Sent } from './outstanding'
import { EXCEPTION_BIT, isSealed } from './rtu'

/** By so many bytes each of them is known. */
export const GREETING_BYTES = 5

/** An RTU or ASCII frame of one register fits in. */
const NONSENSE_BYTES = 64

const strangers: readonly [begins: string, what: string][] = [
  ['HTTP/', 'this is a web server'],
  ['SSH-', 'this is an SSH server'],
  // FTP and SMTP servers greet with 220 (RFC 959, RFC 5321)
  ['220 ', 'this is an FTP or mail server'],
  ['220-', 'this is an FTP or mail server'],
]

/** What a connection can never become a Modbus TCP device by, from its first bytes; undefined of any other. */
export function strangerOf(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1', 0, GREETING_BYTES)
  const what = isTls(bytes) ? 'this service wants TLS, which is not supported' : findWhat(text)
  if (what === undefined) return undefined
  return `${describeStranger(bytes) ?? 'it speaks no Modbus TCP'}; ${what}: is the port right?`
}

function findWhat(text: string): string | undefined {
  return strangers.find(([begins]) => text.startsWith(begins))?.[1]
}

/** A record: alert or handshake, version 3.x, and a length that is not 0 (RFC 8446, 5.1). An answer has zeros there. */
function isTls(bytes: Buffer): boolean {
  if (bytes.length < GREETING_BYTES) return false
  const [type, major, minor = 0] = bytes
  return (type === 0x15 || type === 0x16) && major === 3 && minor <= 4 && bytes.readUInt16BE(3) !== 0
}

/** The beginning of what came instead of an answer. */
export class Nonsense {
  #bytes: Buffer = Buffer.alloc(0)
  #stale = 0

  /** A request goes out; so many bytes came before it that have not been looked at. */
  forget(stale: number): void {
    this.#bytes = this.#bytes.subarray(0, 0)
    this.#stale = stale
  }

  add(bytes: Buffer): void {
    const fresh = bytes.subarray(Math.min(this.#stale, bytes.length))
    this.#stale = Math.max(this.#stale - bytes.length, 0)
    const room = NONSENSE_BYTES - this.#bytes.length
    if (room > 0) this.#bytes = Buffer.concat([this.#bytes, fresh.subarray(0, room)])
  }

  /** undefined where nothing came. */
  describe(asked: Sent): string | undefined {
    return this.#bytes.length === 0 ? undefined : describeNonsense(this.#bytes, asked)
  }
}

function describeNonsense(bytes: Buffer, asked: Sent): string {
  if (holdsRtuAnswer(bytes, asked)) return 'it answers in RTU frames; set transport = rtu-over-tcp'
  if (/:[\dA-F]{6,}/i.test(bytes.toString('latin1')))
    return 'it answers in ASCII frames; set transport = ascii-over-tcp'
  // a Telnet negotiation begins with IAC (RFC 854)
  const what = bytes[0] === 0xff ? 'this may be a Telnet console' : 'this is another service'
  return `${describeStranger(bytes) ?? `it sends ${bytes.toString('hex', 0, 8)}, which is no answer`}; ${what}: is the port right?`
}

function holdsRtuAnswer(bytes: Buffer, { unit, functionCode }: Sent): boolean {
  for (let at = 0; at + 5 <= bytes.length; at++) {
    const [answering, answered = 0, count = 0] = bytes.subarray(at)
    if (answering !== unit || (answered & ~EXCEPTION_BIT) !== functionCode) continue
    const length = answered & EXCEPTION_BIT ? 5 : 5 + count
    if (at + length <= bytes.length && isSealed(bytes.subarray(at, at + length))) return true
  }
  return false
}
