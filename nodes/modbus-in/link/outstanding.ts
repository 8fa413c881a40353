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
  /** Of the answer; of no meaning with Return Query Data. */
  readonly dataBytes: number
  readonly atMs: number
}

export function sentOf(frame: Buffer, atMs: number): Sent {
  const functionCode = frame.readUInt8(1)
  const dataBytes = dataBytesOf({ functionCode, count: frame.readUInt16BE(4) })
  return { unit: frame.readUInt8(0), functionCode, frame, dataBytes, atMs }
}

const EXCEPTION_BYTES = 3 + CRC_BYTES

/**
 * How long the answer to a request is that begins with these bytes; 0 while that cannot be told, undefined if no answer to it
 * begins so.
 */
export function answerLength({ unit, functionCode, frame, dataBytes }: Sent, bytes: Buffer): number | undefined {
  if (bytes[0] !== unit) return undefined
  const answered = bytes[1]
  if (answered === undefined) return 0
  if (answered === (functionCode | EXCEPTION_BIT)) return EXCEPTION_BYTES
  if (answered !== functionCode) return undefined
  if (functionCode === RETURN_QUERY_DATA) return isBeginning(bytes, frame) ? frame.length : undefined
  const announced = bytes[2]
  if (announced === undefined) return 0
  return announced === dataBytes ? 3 + dataBytes + CRC_BYTES : undefined
}

/** Whether one begins with as much as there is of the other. */
export function isBeginning(bytes: Buffer, of: Buffer): boolean {
  const length = Math.min(bytes.length, of.length)
  return bytes.compare(of, 0, length, 0, length) === 0
}

export class Outstanding {
  readonly #latestMs: number
  readonly #byUnit = new Map<number, Sent[]>()

  /** `latestMs`: an answer that has not come so long after its request never comes. */
  constructor(latestMs: number) {
    this.#latestMs = latestMs
  }

  of(unit: number): readonly Sent[] {
    return this.#byUnit.get(unit) ?? []
  }

  add(sent: Sent): void {
    const earlier = this.#byUnit.get(sent.unit)
    if (earlier) earlier.push(sent)
    else this.#byUnit.set(sent.unit, [sent])
  }

  /** Whether data for such a request could be the answer to an earlier one. */
  isAmbiguous({ unit, functionCode, dataBytes }: Omit<Sent, 'frame' | 'atMs'>, nowMs: number): boolean {
    const sent = this.#byUnit.get(unit)
    if (!sent) return false
    while (sent[0] && nowMs - sent[0].atMs > this.#latestMs) sent.shift()
    return sent.some((earlier) => earlier.functionCode === functionCode && earlier.dataBytes === dataBytes)
  }

  /** The request that a whole frame answers; it and those before it are over. Undefined if the frame answers none. */
  answered(frame: Buffer): Sent | undefined {
    const sent = this.#byUnit.get(frame.readUInt8(0))
    const at = sent?.findIndex((one) => answerLength(one, frame) === frame.length) ?? -1
    return at < 0 ? undefined : sent?.splice(0, at + 1).at(-1)
  }

  /** A request is over without a valid answer. */
  settle(sent: Sent): void {
    const all = this.#byUnit.get(sent.unit)
    const at = all?.indexOf(sent) ?? -1
    if (at >= 0) all?.splice(at, 1)
  }
}
