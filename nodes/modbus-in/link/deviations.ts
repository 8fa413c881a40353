// What is wrong with an answer that does not fit its request, and the property that would permit it.

import type { Sent } from './outstanding'
import { EXCEPTION_BIT, isBitFunction } from './rtu'

const REGISTER_BYTES = 2
const WIDTH_MAX = 4

/** Of the frame that came instead: its function, the bytes of data it announces, and how many of them there are. */
export type SeenAnswer = { unit: number; functionCode: number; announced: number; sent: number }

/** undefined where nothing is wrong. */
export function describeDeviation(asked: Sent, seen: SeenAnswer): string | undefined {
  const { unit, functionCode, dataBytes } = asked
  const { announced, sent } = seen
  if (!asked.anyUnit && seen.unit !== unit) return otherUnit(asked, seen.unit)
  if (seen.functionCode === (functionCode | EXCEPTION_BIT)) return undefined
  if (seen.functionCode !== functionCode)
    return `it answers function ${seen.functionCode}, asked was ${functionCode}; does a gateway mix up the answers of several clients?`
  if (announced !== sent)
    return `it answers with ${sent} bytes of data and announces ${announced}, asked was for ${dataBytes}; the answer is cut short`
  if (announced === dataBytes) return undefined
  return `it answers with ${sent} bytes of data, asked was for ${dataBytes}${amountAdvice(asked, sent)}`
}

export function otherUnit({ unit }: Pick<Sent, 'unit'>, answered: number): string {
  return `it answers as unit ${answered}, asked was unit ${unit}; set that unit id, or answerUnit = any`
}

export function otherTransaction(answered: number, asked: number | undefined): string {
  return `it answers transaction ${answered}, asked was ${asked}; if the gateway counts by itself, set transactionId = ignore`
}

/** Devices that have 32 or 64 bits at an address answer with more than one register for each. */
function amountAdvice({ functionCode, count, dataBytes }: Sent, sent: number): string {
  if (isBitFunction(functionCode)) return '; allow fewer registers per request?'
  const width = sent / (count * REGISTER_BYTES)
  if (Number.isInteger(width) && width >= 1 && width <= WIDTH_MAX) {
    const addresses = width === 1 ? 'is an address 1 register' : `are addresses ${width} registers`
    return `: ${addresses} wide here? set width = ${width} for this tag`
  }
  return dataBytes > REGISTER_BYTES ? '; allow fewer registers per request?' : '; is the address right?'
}
