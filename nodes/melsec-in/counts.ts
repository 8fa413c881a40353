// D100:10 says how many points a tag takes; as the length that a tag has otherwise: elements of an array, bytes of a string.

import type { WordTag } from '../../lib/contract/word-rules'
import { BITS_OF_A_REGISTER, isBitType, registersOf } from '../../lib/contract/word-types'
import type { MelsecAddress } from './addresses'
import { areaOf, isBitDevice } from './areas'
import type { Device } from './devices'
import type { Plc } from './series'

type Sized = Pick<WordTag, 'type' | 'length'>
type Problem = { readonly field: 'address' | 'length'; readonly message: string }

const BYTES_OF_A_REGISTER = 2

/**
 * What the address says of the length, or the tag's own. `written` is the address, for messages. Of relays points are counted, of
 * D100.3:5 bits, else numbers of the device.
 */
export function lengthOf(tag: Sized, at: MelsecAddress, device: Device, plc: Plc, written: string): number | Problem {
  const { count } = at
  if (count === undefined) return tag.length
  const per = pointsPerElement(tag, at, device, plc)
  if (count % per !== 0) {
    const message = `${written}: ${tag.type} takes ${per} points, and ${count} is no multiple of that`
    return { field: 'address', message }
  }
  const length = (count / per) * (tag.type === 'string' ? BYTES_OF_A_REGISTER : 1)
  if (tag.length === 1 || tag.length === length) return length
  return { field: 'length', message: `must be ${length}, as ${written} says, or 1` }
}

/** Numbers of the device that an element takes; of a string, that two characters take. */
function pointsPerElement({ type }: Sized, { number, bit }: MelsecAddress, device: Device, plc: Plc): number {
  if (isBitType(type) || bit !== undefined) return 1
  const registers = type === 'string' ? 1 : registersOf({ type })
  if (isBitDevice(device)) return BITS_OF_A_REGISTER * registers
  return Math.max(1, Math.ceil(registers / areaOf(plc, device, number).pointLength))
}
