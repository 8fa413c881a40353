// What cannot go together within a MELSEC tag: its address, its type and its length.

import type { TagProblem } from '../../lib/contract/reader-fields'
import { checkScales } from '../../lib/contract/scale-from'
import {
  checkElementNames,
  checkScaleSource,
  checkWordTag,
  describeType,
  type WordTag,
} from '../../lib/contract/word-rules'
import { BITS_OF_A_REGISTER, isBitType, lengthWithin, registersOf } from '../../lib/contract/word-types'
import { describeAddress, type MelsecAddress, parseAddress } from './addresses'
import { areaOf, isBitDevice, lastOf } from './areas'
import { type Device, devicesOf } from './devices'
import { limitsOf, type Plc } from './series'

type MelsecWordTag = WordTag & { readonly address: string }
type Problem = Omit<TagProblem, 'index'>

/** A tag has at most one problem: the first thing to mend. */
export function checkTags(tags: readonly MelsecWordTag[], plc: Plc): TagProblem[] {
  const problems = tags.flatMap((tag, index) => {
    const problem = checkTag(tag, plc)
    return problem ? [{ index, ...problem }] : []
  })
  const wrong = new Set(problems.map(({ index }) => index))
  const againstAddress = (_tag: MelsecWordTag, from: string) => checkScaleAddress(from, plc)
  const scales = checkScales(tags, { against: checkScaleSource, againstAddress })
  return [...problems, ...scales.filter(({ index }) => !wrong.has(index)), ...checkElementNames(tags)]
}

/** A scale that is no tag is one word. */
function checkScaleAddress(from: string, plc: Plc): string | undefined {
  const at = parseAddress(from, plc)
  if ('problem' in at) return `there is no tag "${from}", and ${at.problem}`
  const device = devicesOf(plc).get(at.device)
  const isWord = device?.kind === 'register' && at.bit === undefined && areaOf(plc, device, at.number).pointLength === 1
  return isWord ? undefined : `${from} is no word: a scale is one`
}

export function checkTag(tag: MelsecWordTag, plc: Plc): Problem | undefined {
  const address = parseAddress(tag.address, plc)
  if ('problem' in address) return { field: 'address', message: address.problem }
  const device = devicesOf(plc).get(address.device)
  if (!device) return undefined
  return (
    checkNotation(tag, device, plc) ??
    checkType(tag, address, device, plc) ??
    checkWordTag(tag) ??
    checkExtent(tag, address, device, plc)
  )
}

/**
 * FX5 User's Manual (SLMP) writes device numbers in ASCII "in decimal or hexadecimal", and those of X and Y are octal: no source
 * shows one. A wrong guess would read another input without a word.
 */
function checkNotation({ address }: MelsecWordTag, { base }: Device, { frame, encoding }: Plc): Problem | undefined {
  if (base !== 8 || frame === '1E' || encoding === 'binary') return undefined
  const message = `${JSON.stringify(address)}: octal numbers cannot be read in ASCII, set PLC and node to binary`
  return { field: 'address', message }
}

/** A bit device holds bits, of relays also 16 of them as a word; a register words; what has 32 bits is read whole. */
function checkType({ address: text, type }: MelsecWordTag, at: MelsecAddress, device: Device, plc: Plc) {
  const written = text.trim()
  const wrong = (message: string): Problem => ({ field: 'type', message: `${written} ${message}` })
  const { kind, name } = device
  if (kind === 'relay') return undefined
  if (kind === 'contact' || kind === 'longState') {
    return isBitType(type) ? undefined : wrong(`is one bit: choose bool instead of ${type}`)
  }
  if (at.bit !== undefined) {
    return isBitType(type) ? undefined : wrong(`is one bit: choose bool instead of ${type}, or leave out the bit`)
  }
  if (areaOf(plc, device, at.number).pointLength > 1) {
    if (registersOf({ type }) === 2) return undefined
    return wrong(`has 32 bits, as every ${name} there: choose uint32 or int32 instead of ${type}`)
  }
  if (!isBitType(type)) return undefined
  const message = `${type} is one bit of a word: say which, ${written}.0 to ${written}.F`
  return { field: 'address', message } satisfies Problem
}

/** Not longer than a request, and not beyond the end of the device. */
function checkExtent(tag: MelsecWordTag, at: MelsecAddress, device: Device, plc: Plc): Problem | undefined {
  const { type, length } = tag
  const longest = longestOf(tag, at, device, plc)
  if (length > longest) {
    return { field: 'length', message: `must be at most ${longest} with ${type}: a request cannot read more` }
  }
  const points = pointsOf(tag, at, device, plc)
  const left = lastOf(plc, device, at.number) + 1 - at.number
  if (points <= left) return undefined
  const where = describeAddress({ device: at.device, number: at.number }, plc)
  const message = `${describeType(tag)} takes ${points} points, of which ${where} has only ${left} up to the end of the device`
  return { field: 'address', message }
}

/** Numbers of the device that the tag takes. */
export function pointsOf(
  { type, length }: Pick<MelsecWordTag, 'type' | 'length'>,
  { number, bit }: MelsecAddress,
  device: Device,
  plc: Plc,
): number {
  const { kind } = device
  if (isBitDevice(device)) return isBitType(type) ? length : BITS_OF_A_REGISTER * registersOf({ type, length })
  if (kind === 'longState' || kind === 'longTimer' || kind === 'long') return length
  return Math.ceil(registersOf({ type, length, bit }) / areaOf(plc, device, number).pointLength)
}

function longestOf({ type }: MelsecWordTag, { number, bit }: MelsecAddress, device: Device, plc: Plc): number {
  const { words, bits, random } = limitsOf(plc)
  const { kind } = device
  if (isBitDevice(device)) return isBitType(type) ? bits : lengthWithin(Math.floor(bits / BITS_OF_A_REGISTER), { type })
  if (kind === 'long') return random
  if (kind === 'longTimer' || kind === 'longState') return Math.floor(words / LONG_TIMER_WORDS)
  const { pointLength } = areaOf(plc, device, number)
  return lengthWithin(words - (words % pointLength), { type, bit })
}

/** A state is read with the timer that it belongs to. */
const LONG_TIMER_WORDS = 4
