// What cannot go together within a Modbus tag: its address, its type and its length.

import type { TagProblem } from '../../lib/contract/fields'
import { checkScales } from '../../lib/contract/scale-from'
import {
  checkElementNames,
  checkScaleSource,
  checkWordTag,
  describeType,
  type WordTag,
} from '../../lib/contract/word-rules'
import { isBitType, isTextType, lengthWithin, registersOf } from '../../lib/contract/word-types'
import { ADDRESS_MAX, BIT_MAX, isBitArea, parseAddress } from './addresses'

/** Of one request; of bits 16 times as many (MODBUS Application Protocol V1.1b3, 6.1 to 6.4). */
export const REGISTERS_MAX = 125

/** Absent, `width` is 1. */
type ModbusWordTag = WordTag & { readonly address: string; readonly width?: number }

/** A tag has at most one problem: the first thing to mend. */
export function checkTags(tags: readonly ModbusWordTag[]): TagProblem[] {
  const problems = tags.flatMap((tag, index) => {
    const problem = checkTag(tag)
    return problem ? [{ index, ...problem }] : []
  })
  const wrong = new Set(problems.map(({ index }) => index))
  const scales = checkScales(tags, { against: checkScaleSource, againstAddress: checkScaleAddress })
  return [...problems, ...scales.filter(({ index }) => !wrong.has(index)), ...checkElementNames(tags)]
}

type ModbusTagProblem = Omit<TagProblem, 'index'>

function checkTag(tag: ModbusWordTag): ModbusTagProblem | undefined {
  return checkPlace(tag) ?? checkWordTag(tag) ?? checkWidth(tag) ?? checkExtent(tag)
}

/** A scale that is no tag is one register. */
function checkScaleAddress({ width = 1 }: ModbusWordTag, from: string): string | undefined {
  const parsed = parseAddress(from)
  if ('problem' in parsed) return `there is no tag "${from}", and ${parsed.problem}`
  if (isBitArea(parsed.area)) return `${from} is a ${parsed.area}, one bit: a scale is a register`
  if (parsed.bit !== undefined) return `${from} is one bit: a scale is a register`
  if (width > 1) return `${from} has ${width} registers here: add a tag that reads the scale, and name that`
  return undefined
}

/** An address is read whole. */
function checkWidth({ address, type, length, width = 1 }: ModbusWordTag): ModbusTagProblem | undefined {
  if (width === 1) return undefined
  const parsed = parseAddress(address)
  if ('area' in parsed && isBitArea(parsed.area)) {
    return { field: 'width', message: `does not apply to a ${parsed.area}: leave it at 1` }
  }
  const registers = registersOf(isTextType(type) ? { type, length } : { type })
  if (registers % width === 0) return undefined
  const way = isTextType(type)
    ? `choose a length of a multiple of ${lengthWithin(width, { type })}`
    : `choose a type of ${width} registers, or a width of 1`
  return {
    field: 'width',
    message: `${width} registers at an address are no part of ${describeType({ type, length: isTextType(type) ? length : 1 })}, which takes ${registers}: ${way}`,
  }
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
function checkExtent({ address: text, type, length, width = 1 }: ModbusWordTag): ModbusTagProblem | undefined {
  const parsed = parseAddress(text)
  if ('problem' in parsed) return undefined
  const { area, address, bit } = parsed
  const longest = lengthWithin(REGISTERS_MAX, { type, bit })
  if (length > longest) {
    return { field: 'length', message: `must be at most ${longest} with ${type}: a request cannot read more` }
  }
  const count = isBitArea(area) ? length : registersOf({ type, length, bit }) / width
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
