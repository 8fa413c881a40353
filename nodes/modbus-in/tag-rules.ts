// What cannot go together within a Modbus tag: its address, its type and its length.

import type { TagProblem } from '../../lib/contract/reader-fields'
import { checkElementNames, checkWordTag, describeType, type WordTag } from '../../lib/contract/word-rules'
import { isBitType, lengthWithin, registersOf } from '../../lib/contract/word-types'
import { ADDRESS_MAX, BIT_MAX, isBitArea, parseAddress } from './addresses'

/** Of one request; of bits 16 times as many (MODBUS Application Protocol V1.1b3, 6.1 to 6.4). */
export const REGISTERS_MAX = 125

type ModbusWordTag = WordTag & { readonly address: string }

/** A tag has at most one problem: the first thing to mend. */
export function checkTags(tags: readonly ModbusWordTag[]): TagProblem[] {
  const problems = tags.flatMap((tag, index) => {
    const problem = checkTag(tag)
    return problem ? [{ index, ...problem }] : []
  })
  return [...problems, ...checkElementNames(tags)]
}

type ModbusTagProblem = Omit<TagProblem, 'index'>

function checkTag(tag: ModbusWordTag): ModbusTagProblem | undefined {
  return checkPlace(tag) ?? checkWordTag(tag) ?? checkExtent(tag)
}

/** A bit in an area of bits or within a register, everything else in registers. */
function checkPlace({ address, type }: ModbusWordTag): ModbusTagProblem | undefined {
  const parsed = parseAddress(address)
  if ('problem' in parsed) return { field: 'address', message: parsed.problem }
  const { area, bit } = parsed
  const written = address.trim()
  if (isBitType(type)) {
    if (bit !== undefined || isBitArea(area)) return undefined
    return {
      field: 'address',
      message: `${type} is one bit of a register: say which, ${written}.0 to ${written}.${BIT_MAX}`,
    }
  }
  if (isBitArea(area)) {
    return { field: 'type', message: `${written} is a ${area}, one bit: choose bool instead of ${type}` }
  }
  if (bit === undefined) return undefined
  return { field: 'type', message: `${written} is one bit: choose bool instead of ${type}, or leave out ".${bit}"` }
}

/** Not longer than a request, and not beyond the end of the area. */
function checkExtent({ address: text, type, length }: ModbusWordTag): ModbusTagProblem | undefined {
  const parsed = parseAddress(text)
  if ('problem' in parsed) return undefined
  const { area, address, bit } = parsed
  const longest = lengthWithin(REGISTERS_MAX, { type, bit })
  if (length > longest) {
    return { field: 'length', message: `must be at most ${longest} with ${type}: a request cannot read more` }
  }
  const count = isBitArea(area) ? length : registersOf({ type, length, bit })
  const left = ADDRESS_MAX + 1 - address
  if (count <= left) return undefined
  const what = describeType({ type, length })
  return {
    field: 'address',
    message: `${what} takes ${count} addresses, of which ${text.trim()} has only ${left} up to the end of the area`,
  }
}

/** What a request has to allow for the tag to be read; an area of bits counts 16 as a register. */
export function registersAsked({ address, type, length }: Pick<ModbusWordTag, 'address' | 'type' | 'length'>): number {
  const parsed = parseAddress(address)
  return registersOf({ type, length, bit: 'bit' in parsed ? parsed.bit : undefined })
}
