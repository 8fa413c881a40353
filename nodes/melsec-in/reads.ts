// How a row of the tag table is understood: which numbers of which device it reads, as the PLC counts them and in decimal.

import { asOneOf } from '../../lib/contract/parse'
import { BITS_OF_A_REGISTER, wordTypes } from '../../lib/contract/word-types'
import { describeBit, describeRange, parseAddress } from './addresses'
import { type Device, devicesOf, type NumberBase } from './devices'
import type { Plc } from './series'
import { pointsOf, sized } from './tag-rules'

export type Reads = {
  /** `D100`, `D100.F`, or the first and the last of several: `X10–X1F`. */
  number: string
  base: NumberBase
  /** The same numbers in decimal. */
  decimal: string
  /** Where a single bit is, of 16 that begin at a multiple of 16. */
  place: { word: number; bit: number } | undefined
}

/** undefined where the address cannot be understood, or there is not so much room behind it. */
export function readsOf(cells: { address?: string; type?: string; length?: string }, plc: Plc): Reads | undefined {
  const at = parseAddress(cells.address ?? '', plc)
  if ('problem' in at) return undefined
  const device = devicesOf(plc).get(at.device)
  if (!device) return undefined
  const { number, bit } = at
  const type = asOneOf(cells.type, wordTypes)
  const typed = Math.max(1, Math.trunc(Number(cells.length)) || 1)
  const { length } = sized({ address: cells.address ?? '', type: type ?? 'uint16', length: typed }, plc)
  const points = type === undefined ? 1 : pointsOf({ type, length }, at, device, plc)
  const last = number + points - 1
  if (!device.ranges.some(([lowest, highest]) => number >= lowest && last <= highest)) return undefined
  const first = describeRange(device.name, number, 1, plc) + describeBit(bit)
  const lastBit = bit === undefined ? undefined : (bit + length - 1) % BITS_OF_A_REGISTER
  const end = describeRange(device.name, last, 1, plc) + describeBit(lastBit)
  const { base, kind } = device
  return {
    number: end === first ? first : `${first}–${end}`,
    base,
    decimal: last === number ? String(number) : `${number}–${last}`,
    place: placeOf({ kind, base }, number, points),
  }
}

/** Of inputs, outputs and links: their digits are words of modules. */
function placeOf({ kind, base }: Pick<Device, 'kind' | 'base'>, number: number, points: number): Reads['place'] {
  if (kind !== 'relay' || base === 10 || points > 1) return undefined
  return { word: Math.floor(number / BITS_OF_A_REGISTER), bit: number % BITS_OF_A_REGISTER }
}
