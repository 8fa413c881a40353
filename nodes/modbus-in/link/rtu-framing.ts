// Modbus RTU: frames without a transaction id, in a stream without borders. A frame is found by the length that its
// request lets expect and by its CRC; the pauses between frames do not survive the way through an operating system.

import type { Finding, Framing } from './framing'
import { answerLength, isBeginning, Outstanding, RETURN_QUERY_DATA, type Sent, sentOf } from './outstanding'
import { type Asked, dataBytesOf, EXCEPTION_BIT, isBitFunction, isSealed, rtuFrame } from './rtu'

/**
 * After so many timeouts, and not before so many ms, an answer does not come any more. Gateways that queue are late by some
 * timeouts; but who answers no probe must be asked again some day, and is not before.
 */
const LATEST_TIMEOUTS = 10
const LATEST_MIN_MS = 5000
const WORDS = 0x1_0000
const BITS_PER_BYTE = 8
const EMPTY = Buffer.alloc(0)

export type RtuSettings = {
  timeoutMs: number
  /** From [0, 1). */
  chance(): number
  /** More bytes than this without an answer among them are a violation. */
  noiseMax: number
}

/** What begins at a place in the stream. */
type Seen = 'nothing' | 'part' | 'garbled' | { kind: 'echo' | 'answer' | 'repeat'; length: number }

export class RtuFraming implements Framing {
  readonly #settings: RtuSettings
  readonly #outstanding: Outstanding
  #current: Sent | undefined
  #currentIsProbe = false
  /** Something came that was the answer to the current request, but for its CRC. */
  #garbled = false
  #incoming: Buffer = EMPTY
  #noiseBytes = 0
  #lastTaken: Buffer | undefined
  /**
   * Units that say things twice, and whether they have since their last read request: the second time could be taken for the
   * answer to the next one, so they are asked for a proof before each.
   */
  readonly #stutterers = new Map<number, boolean>()
  /** Half-duplex adapters may hear what they send: whether this one does, undefined until a read request has shown it. */
  #echoes: boolean | undefined
  /** The request whose echo may be about to come. */
  #echoDue: Buffer | undefined
  /** Units of which is known that nothing is to come but what is outstanding: who starts does not know what was asked before. */
  readonly #met = new Set<number>()
  /** Units that left their last Return Query Data unanswered. */
  readonly #mute = new Set<number>()
  #queryData: number

  constructor(settings: RtuSettings) {
    this.#settings = settings
    this.#outstanding = new Outstanding(Math.max(LATEST_TIMEOUTS * settings.timeoutMs, LATEST_MIN_MS))
    this.#queryData = Math.floor(settings.chance() * WORDS)
  }

  restart(): void {
    this.#current = undefined
    this.#echoDue = undefined
    this.#incoming = EMPTY
    this.#noiseBytes = 0
  }

  request(rtu: Buffer, nowMs: number): Buffer {
    return this.#send(rtu, nowMs, false)
  }

  giveUp(): void {
    const current = this.#current
    this.#current = undefined
    this.#echoDue = undefined
    if (!current) return
    // without an answer to the first one the next request goes out all the same: the unit may not know the function
    if (this.#currentIsProbe && !this.#stutterers.has(current.unit)) this.#met.add(current.unit)
    // an answer comes once: after a garbled one there is no late one to be feared
    if (this.#garbled) this.#outstanding.settle(current)
    else if (current.functionCode === RETURN_QUERY_DATA) this.#mute.add(current.unit)
    else if (this.#currentIsProbe) this.#mute.delete(current.unit)
  }

  doubts(asked: Asked, nowMs: number): boolean {
    const { unit, functionCode } = asked
    const dataBytes = dataBytesOf(asked)
    return !this.#met.has(unit) || this.#outstanding.isAmbiguous({ unit, functionCode, dataBytes }, nowMs)
  }

  /**
   * Diagnostics, Return Query Data (V1.1b3, 6.8): its answer is known beforehand, be it the echo of its data or an
   * exception. A unit that leaves this unanswered, as it must not, is asked for a value of another length instead, which
   * nobody uses; and the one or the other in turn as long as it says nothing at all.
   */
  probe(asked: Asked, nowMs: number): Buffer {
    const { unit } = asked
    if (this.#mute.has(unit)) return this.#send(otherRead(asked), nowMs, true)
    this.#queryData = (this.#queryData + 1) % WORDS
    return this.#send(rtuFrame(unit, RETURN_QUERY_DATA, 0, this.#queryData), nowMs, true)
  }

  receive(chunk: Buffer): Finding[] {
    const bytes = this.#incoming.length === 0 ? chunk : Buffer.concat([this.#incoming, chunk])
    const findings: Finding[] = []
    let done = 0
    let partAt: number | undefined
    for (let at = 0; at < bytes.length; ) {
      const seen = this.#look(bytes.subarray(at))
      if (seen === 'garbled') this.#garbled = true
      // what looks like the part of a frame may be noise before a shorter one
      if (seen === 'part') partAt ??= at
      if (typeof seen === 'string') {
        at++
        continue
      }
      this.#drop(at - done, findings)
      done = at + seen.length
      if (seen.kind === 'echo') this.#echo()
      else findings.push(...this.#take(seen.kind, bytes.subarray(at, done)))
      at = done
      partAt = undefined
    }
    // never more than a frame
    this.#incoming = partAt === undefined ? EMPTY : bytes.subarray(partAt)
    this.#drop((partAt ?? bytes.length) - done, findings)
    return findings
  }

  #send(frame: Buffer, nowMs: number, isProbe: boolean): Buffer {
    this.#current = sentOf(frame, nowMs)
    this.#currentIsProbe = isProbe
    this.#garbled = false
    this.#echoDue = frame
    this.#outstanding.add(this.#current)
    const { unit } = this.#current
    if (!isProbe && this.#stutterers.has(unit)) this.#stutterers.set(unit, false)
    return frame
  }

  #look(bytes: Buffer): Seen {
    const echo = this.#echoDue
    if (echo && this.#mayEcho(bytes) && isBeginning(bytes, echo)) return whole('echo', echo.length, bytes)
    let seen: Seen = 'nothing'
    for (const sent of this.#outstanding.of(bytes[0] ?? 0)) {
      const length = answerLength(sent, bytes)
      if (length === undefined) continue
      if (length === 0 || length > bytes.length) seen = 'part'
      else if (isSealed(bytes.subarray(0, length))) return { kind: 'answer', length }
      else if (seen === 'nothing' && sent === this.#current) seen = 'garbled'
    }
    const last = this.#lastTaken
    return seen === 'nothing' && last && isBeginning(bytes, last) ? whole('repeat', last.length, bytes) : seen
  }

  /**
   * The answer to Return Query Data looks like its echo, and so may one of 17 to 24 bits. Only an adapter that is known for it is
   * believed to have sent the first, and only one that is known to be deaf not to have sent the other.
   */
  #mayEcho(bytes: Buffer): boolean {
    const current = this.#current
    if (!current || this.#echoes === true) return true
    if (current.functionCode === RETURN_QUERY_DATA) return false
    return this.#echoes === undefined || answerLength(current, bytes) !== current.frame.length
  }

  #take(kind: 'answer' | 'repeat', frame: Buffer): Finding[] {
    if (kind === 'repeat') this.#stutter(frame.readUInt8(0), frame.readUInt8(1))
    const answered = kind === 'answer' ? this.#outstanding.answered(frame) : undefined
    this.#lastTaken = frame
    if (!answered || answered !== this.#current) return [{ kind: 'late' }]
    const { unit, functionCode } = answered
    this.#current = undefined
    this.#noiseBytes = 0
    if (functionCode === RETURN_QUERY_DATA) this.#mute.delete(unit)
    // an echo would have come before
    else if (this.#echoDue) this.#echoes = false
    this.#echoDue = undefined
    if (this.#currentIsProbe) {
      this.#met.add(unit)
      if (this.#stutterers.get(unit) === false) this.#stutterers.delete(unit)
      return []
    }
    if (this.#stutterers.has(unit)) this.#met.delete(unit)
    return [{ kind: 'answer', rtu: frame }]
  }

  /** The same may come once more. */
  #stutter(unit: number, functionCode: number): void {
    this.#stutterers.set(unit, true)
    if ((functionCode & ~EXCEPTION_BIT) !== RETURN_QUERY_DATA) this.#met.delete(unit)
  }

  #echo(): void {
    this.#echoDue = undefined
    if (this.#echoes === true) return
    this.#echoes = true
    // What looked like the answer to Return Query Data was an echo: this request came too early, and its answer is none.
    this.#met.clear()
    this.#current = undefined
  }

  #drop(count: number, findings: Finding[]): void {
    if (count === 0) return
    this.#noiseBytes += count
    const text = this.#noiseBytes === 1 ? '1 byte that belongs' : `${this.#noiseBytes} bytes that belong`
    const kind = this.#noiseBytes > this.#settings.noiseMax ? 'violation' : 'noise'
    findings.push({ kind, text: `${text} to no answer` })
  }
}

function whole(kind: 'echo' | 'repeat', length: number, bytes: Buffer): Seen {
  return bytes.length < length ? 'part' : { kind, length }
}

/** Another number of data bytes at the same place. */
function otherRead({ unit, functionCode, address, count }: Asked): Buffer {
  const asked = dataBytesOf({ functionCode, count })
  const more = isBitFunction(functionCode) ? BITS_PER_BYTE + 1 : 2
  const other = dataBytesOf({ functionCode, count: 1 }) === asked ? more : 1
  return rtuFrame(unit, functionCode, address, other)
}
