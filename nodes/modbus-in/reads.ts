// How a row of the tag table is understood: what it reads, as people count and as on the wire.

import { asOneOf } from '../../lib/contract/parse'
import { BITS_OF_A_REGISTER, registersOf, wordTypes } from '../../lib/contract/word-types'
import { ADDRESS_MAX, type Area, isBitArea, modicon, parseAddress, parseUnitId } from './addresses'

export type Reads = {
  area: Area
  /** `40001`, `40001.3`, or the first and the last of several. */
  number: string
  wire: string
  /** The tag's own. */
  unit: number | undefined
}

/** undefined where the address cannot be understood, or there is not so much room behind it. */
export function readsOf(cells: {
  address?: string
  type?: string
  length?: string
  unitId?: string
  width?: string
}): Reads | undefined {
  const parsed = parseAddress(cells.address ?? '')
  if ('problem' in parsed) return undefined
  const { area, address, bit } = parsed
  const type = asOneOf(cells.type, wordTypes)
  const length = Math.max(1, Math.trunc(Number(cells.length)) || 1)
  const width = Math.max(1, Math.trunc(Number(cells.width)) || 1)
  const taken =
    type === undefined ? 1 : isBitArea(area) ? length : Math.ceil(registersOf({ type, length, bit }) / width)
  const last = address + taken - 1
  if (last > ADDRESS_MAX) return undefined
  const unit = parseUnitId(cells.unitId ?? '')
  const ownUnit = typeof unit === 'number' ? unit : undefined
  const first = modicon(area, address + 1) + (bit === undefined ? '' : `.${bit}`)
  if (bit !== undefined && length > 1) {
    const lastBit = (bit + length - 1) % BITS_OF_A_REGISTER
    return { area, number: `${first}–${modicon(area, last + 1)}.${lastBit}`, wire: range(address, last), unit: ownUnit }
  }
  const number = last === address ? first : `${first}–${modicon(area, last + 1)}`
  return { area, number, wire: range(address, last), unit: ownUnit }
}

function range(first: number, last: number): string {
  return first === last ? String(first) : `${first}–${last}`
}
