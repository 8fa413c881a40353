// Modbus RTU: frames without a transaction id, in a stream without borders. A frame is found by the length that its
// request lets expect and by its CRC; the pauses between frames do not survive the way through an operating system.

import { Noise } from '../../../lib/net/noise'
import { describeDeviation, otherUnit } from './deviations'
import { Dialogue, type Taken } from './dialogue'
import type { Finding, Framing } from './framing'
import { answerLength, isBeginning, RETURN_QUERY_DATA, type Sent } from './outstanding'
import { type Asked, addressedTo, CRC_BYTES, isSealed } from './rtu'
import { Scanner, type Seen } from './scanner'

const LAST_READ_FUNCTION = 4
/** Unit, function, byte count. */
const DATA_AT = 3
const GARBLED = 'its answer came with a wrong checksum; are wiring, termination, speed and parity right?'

export type RtuSettings = {
  timeoutMs: number
  /** From [0, 1). */
  chance(): number
  /** More bytes than this without an answer among them are a violation. */
  noiseMax: number
  /** An answer may come from any unit. */
  anyUnit?: boolean
}

type Found = { kind: 'echo' | 'answer' | 'deviation' | 'repeat'; length: number }

export class RtuFraming implements Framing {
  readonly #dialogue: Dialogue
  readonly #noise: Noise
  readonly #scanner = new Scanner<Found>({
    look: (bytes) => this.#look(bytes),
    take: (found, frame) => this.#findings.push(...this.#take(found, frame)),
    drop: (bytes) => this.#findings.push(this.#noise.add(bytes.length)),
  })
  #findings: Finding[] = []
  /** Something came that was the answer to the current request, but for its CRC. */
  #garbled = false
  /** What came since the request, and is no answer. */
  #instead: string | undefined
  /** Half-duplex adapters may hear what they send: whether this one does, undefined until a read request has shown it. */
  #echoes: boolean | undefined
  /** The request whose echo may be about to come. */
  #echoDue: Buffer | undefined

  constructor(settings: RtuSettings) {
    this.#dialogue = new Dialogue({ ...settings, anyUnit: settings.anyUnit === true, isSerial: true })
    this.#noise = new Noise(settings.noiseMax)
  }

  restart(): void {
    this.#dialogue.interrupt()
    this.#echoDue = undefined
    this.#scanner.restart()
    this.#noise.restart()
  }

  request(rtu: Buffer, nowMs: number, width = 1): Buffer {
    return this.#send(rtu, nowMs, { width, isProbe: false })
  }

  giveUp(): string | undefined {
    const asked = this.#dialogue.current
    this.#echoDue = undefined
    this.#dialogue.giveUp(this.#garbled)
    return asked && (this.#garbled ? GARBLED : this.#instead)
  }

  doubts(asked: Asked, nowMs: number): boolean {
    return this.#dialogue.doubts(asked, nowMs)
  }

  probe(asked: Asked, nowMs: number): Buffer {
    return this.#send(this.#dialogue.probe(asked, nowMs), nowMs, { width: asked.width ?? 1, isProbe: true })
  }

  prove(nowMs: number): Buffer | undefined {
    const frame = this.#dialogue.prove(nowMs)
    // the answer looks like the echo, which comes only from an adapter that is known for it
    this.#echoDue = this.#echoes === true ? frame : undefined
    return frame
  }

  wireBytes(rtuBytes: number): number {
    return rtuBytes
  }

  receive(chunk: Buffer): Finding[] {
    this.#findings = []
    this.#scanner.scan(chunk)
    return this.#findings
  }

  /** Where borders are known: these bytes are one frame, or none. */
  receiveFrame(bytes: Buffer): Finding[] {
    const seen = this.#look(bytes)
    if (typeof seen !== 'string' && seen.length === bytes.length) return this.#take(seen, bytes)
    return [this.#noise.add(bytes.length)]
  }

  #send(frame: Buffer, nowMs: number, details: { width: number; isProbe: boolean }): Buffer {
    this.#dialogue.send(frame, nowMs, details)
    this.#garbled = false
    this.#instead = undefined
    this.#echoDue = frame
    return frame
  }

  #look(bytes: Buffer): Seen<Found> {
    const echo = this.#echoDue
    if (echo && this.#mayEcho(bytes) && isBeginning(bytes, echo)) return whole('echo', echo.length, bytes)
    const waiting = this.#dialogue.waiting(bytes[0] ?? 0)
    let seen: Seen<Found> = 'nothing'
    for (const sent of waiting) {
      const length = answerLength(sent, bytes)
      if (length === undefined) continue
      if (length === 0 || length > bytes.length) seen = 'part'
      else if (isSealed(bytes.subarray(0, length))) return { kind: 'answer', length }
      // beside an earlier request that waits, it may be the answer to that one
      else if (sent === this.#dialogue.current && waiting.length === 1) this.#garbled = true
    }
    if (seen !== 'nothing') return seen
    const last = this.#dialogue.isRepeating(bytes)
    return last ? whole('repeat', last.length, bytes) : this.#lookForDeviation(bytes, waiting)
  }

  /** The right function, from the right unit, but with another number of data bytes. */
  #lookForDeviation(bytes: Buffer, waiting: readonly Sent[]): Seen<Found> {
    const [unit = 0, functionCode, announced] = bytes
    if (functionCode === undefined || announced === undefined || functionCode > LAST_READ_FUNCTION) return 'nothing'
    const length = DATA_AT + announced + CRC_BYTES
    if (waiting.some((sent) => sent.functionCode === functionCode && sent.dataBytes !== announced)) {
      if (length > bytes.length) return 'part'
      return isSealed(bytes.subarray(0, length)) ? { kind: 'deviation', length } : 'nothing'
    }
    const { current } = this.#dialogue
    const isOther = current && current.functionCode === functionCode && current.dataBytes === announced
    if (isOther && length <= bytes.length && isSealed(bytes.subarray(0, length)))
      this.#instead ??= otherUnit(current, unit)
    return 'nothing'
  }

  /**
   * The answer to Return Query Data looks like its echo, and so may one of 17 to 24 bits. Only an adapter that is known for it is
   * believed to have sent the first, and only one that is known to be deaf not to have sent the other.
   */
  #mayEcho(bytes: Buffer): boolean {
    const { current } = this.#dialogue
    if (!current || this.#echoes === true) return true
    if (current.functionCode === RETURN_QUERY_DATA) return false
    return this.#echoes === undefined || answerLength(current, bytes) !== current.frame.length
  }

  #take({ kind }: Found, frame: Buffer): Finding[] {
    switch (kind) {
      case 'echo':
        this.#echo()
        return []
      case 'repeat':
        this.#dialogue.takeRepeat(frame)
        return [{ kind: 'late' }]
      case 'answer':
        return this.#tell(this.#dialogue.take(frame), (sent, held = frame) => ({
          kind: 'answer',
          rtu: addressedTo(sent.unit, held),
        }))
      case 'deviation':
        return this.#tell(this.#dialogue.takeDeviation(frame), (sent) => deviationOf(sent, frame))
    }
  }

  #tell(taken: Taken, finding: (sent: Sent, held?: Buffer) => Finding): Finding[] {
    if (taken.kind === 'late' || taken.kind === 'doubtful') return [taken]
    this.#noise.restart()
    // an echo would have come before
    if (taken.sent.functionCode !== RETURN_QUERY_DATA && this.#echoDue) this.#echoes = false
    this.#echoDue = undefined
    return taken.kind === 'proof' ? [] : [finding(taken.sent, taken.frame)]
  }

  #echo(): void {
    this.#echoDue = undefined
    if (this.#echoes === true) return
    this.#echoes = true
    // What looked like the answer to Return Query Data was an echo: this request came too early, and its answer is none.
    this.#dialogue.forgetProofs()
  }
}

function deviationOf(sent: Sent, frame: Buffer): Finding {
  const [unit = 0, functionCode = 0, announced = 0] = frame
  const text = describeDeviation(sent, { unit, functionCode, announced, sent: announced })
  return { kind: 'deviation', text: text ?? 'its answer is incomplete' }
}

function whole(kind: 'echo' | 'repeat', length: number, bytes: Buffer): Seen<Found> {
  return bytes.length < length ? 'part' : { kind, length }
}
