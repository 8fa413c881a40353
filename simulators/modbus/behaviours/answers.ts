// What a device says to requests that another one would answer, and answers of another size. Codes: Modbus application protocol
// 1.1b3, 7; devices know others, too.

import { isBits } from '../memory'
import type { AnswerBehaviour, Place } from './behaviour'
import { type Asked, type Nature, Occasions, type Verdict } from './nature'

/** Unit, function, byte count. */
const HEAD_BYTES = 3
const FUNCTION_AT = 1
const EXCEPTION_BIT = 0x80
const BITS_PER_REGISTER = 16

export function answerNature(behaviour: AnswerBehaviour): Nature {
  switch (behaviour.kind) {
    case 'wide-addresses':
      return { answer: (unitAndPdu, asked) => widened(unitAndPdu, asked, behaviour) }
    case 'never-answers':
      return { judge: (asked) => (touches(asked, behaviour.place) ? 'silence' : undefined) }
    case 'resets-at':
      return { judge: (asked) => (touches(asked, behaviour.place) ? 'reset' : undefined) }
    case 'refuses':
      return { judge: (asked) => (touches(asked, behaviour.place) ? behaviour : undefined) }
    case 'refuses-for-a-time': {
      const { place, fromMs, forMs } = behaviour
      const isTime = (nowMs: number): boolean => nowMs >= fromMs && nowMs < fromMs + forMs
      return { judge: (asked, nowMs) => (isTime(nowMs) && touches(asked, place) ? behaviour : undefined) }
    }
    case 'registers-max': {
      const verdict: Verdict = behaviour.how === 'silence' ? 'silence' : { code: behaviour.how }
      return { judge: (asked) => (registersOf(asked) > behaviour.count ? verdict : undefined) }
    }
    case 'silent-unit':
      return { judge: ({ unit }) => (unit === behaviour.unit ? 'silence' : undefined) }
    case 'refuses-at-times':
    case 'busy-at-times':
      return atTimes(behaviour, () => true)
    case 'unit-lost-at-times':
      return atTimes(behaviour, ({ unit }) => unit === behaviour.unit)
  }
}

function atTimes({ code, everyMs }: { code: number; everyMs: number }, concerns: (asked: Asked) => boolean): Nature {
  const occasions = new Occasions(everyMs)
  const judge = (asked: Asked, nowMs: number) =>
    asked.area !== undefined && concerns(asked) && occasions.take(nowMs) ? { code } : undefined
  return { judge }
}

export function touches(asked: Asked, place: Place): boolean {
  if (asked.unit !== place.unit || asked.area !== place.area) return false
  return asked.address < place.address + place.count && place.address < asked.address + asked.count
}

function registersOf({ area, count }: Asked): number {
  if (area === undefined) return 0
  return isBits(area) ? Math.ceil(count / BITS_PER_REGISTER) : count
}

/** Of an address within the place the register is the last of `width`; the others are 0. */
function widened(unitAndPdu: Buffer, asked: Asked, { place, width }: { place: Place; width: number }): Buffer {
  const isRefusal = (unitAndPdu.readUInt8(FUNCTION_AT) & EXCEPTION_BIT) !== 0
  if (isRefusal || asked.area !== place.area || asked.unit !== place.unit) return unitAndPdu
  const parts: Buffer[] = []
  for (let offset = 0; offset < asked.count; offset++) {
    const at = HEAD_BYTES + 2 * offset
    const isWide = touches({ ...asked, address: asked.address + offset, count: 1 }, place)
    if (isWide) parts.push(Buffer.alloc(2 * (width - 1)))
    parts.push(unitAndPdu.subarray(at, at + 2))
  }
  const data = Buffer.concat(parts)
  return Buffer.concat([unitAndPdu.subarray(0, HEAD_BYTES - 1), Buffer.of(data.length & 0xff), data])
}
