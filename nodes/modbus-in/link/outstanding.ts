// What has been asked and not been answered. RTU frames carry no transaction id, so an answer that comes late must be
// told from the one that is waited for in another way:
//   - a unit answers in the order of the requests, and each of them at most once
//   - so what comes answers the earliest request that it can be an answer to, and those before that one are over
//   - no request is sent while an earlier one could be answered by the same
// The second rule is what keeps a wrong value out; the third keeps answers from being given to dead requests for ever.

import { CRC_BYTES, dataBytesOf, EXCEPTION_BIT } from './rtu'

export const RETURN_QUERY_DATA = 8

export type Sent = {
  readonly unit: number
  readonly functionCode: number
  /** As it went over the wire. */
  readonly frame: Buffer
  /** Addresses, or bits. */
  readonly count: number
  /** Of the answer; of no meaning with Return Query Data. */
  readonly dataBytes: number
  readonly atMs: number
  /** Whatever unit answers is the one that was asked. */
  readonly anyUnit: boolean
  /** The id that it went out with, where frames have one. */
  readonly transaction?: number
}

/** `width`: registers at each address. */
export type SentDetails = { width: number; anyUnit: boolean; transaction?: number }

export function sentOf(frame: Buffer, atMs: number, { width, ...details }: SentDetails): Sent {
  const functionCode = frame.readUInt8(1)
  const count = frame.readUInt16BE(4)
  const dataBytes = dataBytesOf({ functionCode, count, width })
  return { unit: frame.readUInt8(0), functionCode, frame, count, dataBytes, atMs, ...details }
}

const EXCEPTION_BYTES = 3 + CRC_BYTES

/**
 * How long the answer to a request is that begins with these bytes; 0 while that cannot be told, undefined if no answer to it
 * begins so.
 */
export function answerLength(sent: Sent, bytes: Buffer): number | undefined {
  const { unit, functionCode, frame, dataBytes, anyUnit } = sent
  if (!anyUnit && bytes[0] !== unit) return undefined
  const answered = bytes[1]
  if (answered === undefined) return 0
  if (answered === (functionCode | EXCEPTION_BIT)) return EXCEPTION_BYTES
  if (answered !== functionCode) return undefined
  if (functionCode === RETURN_QUERY_DATA) return isQueryData(bytes, frame) ? frame.length : undefined
  const announced = bytes[2]
  if (announced === undefined) return 0
  return announced === dataBytes ? 3 + dataBytes + CRC_BYTES : undefined
}

/** But for unit and CRC, which another unit makes other ones. */
function isQueryData(bytes: Buffer, request: Buffer): boolean {
  return isBeginning(bytes.subarray(1, -CRC_BYTES), request.subarray(1, -CRC_BYTES))
}

/** Whether one begins with as much as there is of the other. */
export function isBeginning(bytes: Buffer, of: Buffer): boolean {
  const length = Math.min(bytes.length, of.length)
  return bytes.compare(of, 0, length, 0, length) === 0
}

export class Outstanding {
  readonly #latestMs: number
  readonly #anyUnit: boolean
  readonly #byUnit = new Map<number, Sent[]>()

  /**
   * `latestMs`: an answer that has not come so long after its request never comes. `anyUnit`: units cannot be told apart by their
   * answers, so they are all one.
   */
  constructor(latestMs: number, anyUnit: boolean) {
    this.#latestMs = latestMs
    this.#anyUnit = anyUnit
  }

  /** The earliest one first. */
  of(unit: number): readonly Sent[] {
    return this.#byUnit.get(this.#key(unit)) ?? []
  }

  add(sent: Sent): void {
    const key = this.#key(sent.unit)
    const earlier = this.#byUnit.get(key)
    if (!earlier) this.#byUnit.set(key, [sent])
    else {
      this.#forget(earlier, sent.atMs)
      earlier.push(sent)
    }
  }

  withTransaction(transaction: number): Sent | undefined {
    for (const sent of this.#byUnit.values()) {
      const found = sent.find((one) => one.transaction === transaction)
      if (found) return found
    }
    return undefined
  }

  /** Whether data for such a request could be the answer to an earlier one. */
  isAmbiguous({ unit, functionCode, dataBytes }: Pick<Sent, 'unit' | 'functionCode' | 'dataBytes'>, nowMs: number) {
    const sent = this.#byUnit.get(this.#key(unit))
    if (!sent) return false
    this.#forget(sent, nowMs)
    return sent.some((earlier) => earlier.functionCode === functionCode && earlier.dataBytes === dataBytes)
  }

  /** The request that a whole frame answers; it and those before it are over. Undefined if the frame answers none. */
  answered(frame: Buffer): Sent | undefined {
    return this.#upTo(frame.readUInt8(0), (one) => answerLength(one, frame) === frame.length)
  }

  /** The same of a frame that has another number of data bytes than any: it is for the earliest that asked for this function. */
  deviated(frame: Buffer): Sent | undefined {
    return this.#upTo(frame.readUInt8(0), ({ functionCode }) => functionCode === frame.readUInt8(1))
  }

  /** The same of a request that is known to have been answered. */
  known(sent: Sent): void {
    this.#upTo(sent.unit, (one) => one === sent)
  }

  /** This request is over without an answer, and no other. */
  settle(sent: Sent): void {
    const all = this.#byUnit.get(this.#key(sent.unit))
    const at = all?.indexOf(sent) ?? -1
    if (at >= 0) all?.splice(at, 1)
  }

  #upTo(unit: number, isIt: (sent: Sent) => boolean): Sent | undefined {
    const sent = this.#byUnit.get(this.#key(unit))
    const at = sent?.findIndex(isIt) ?? -1
    return at < 0 ? undefined : sent?.splice(0, at + 1).at(-1)
  }

  #forget(sent: Sent[], nowMs: number): void {
    while (sent[0] && nowMs - sent[0].atMs > this.#latestMs) sent.shift()
  }

  #key(unit: number): number {
    return this.#anyUnit ? 0 : unit
  }
}
