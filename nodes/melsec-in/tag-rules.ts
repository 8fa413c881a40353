// What cannot go together within a MELSEC tag: its address, its type and its length.

import type { TagProblem } from '../../lib/contract/fields'
import { checkScales } from '../../lib/contract/scale-from'
import {
  checkElementNames,
  checkScaleSource,
  checkWordTag,
  describeType,
  type WordTag,
} from '../../lib/contract/word-rules'
import { BITS_OF_A_REGISTER, isBitType, lengthWithin, registersOf, type WordType } from '../../lib/contract/word-types'
import { describeAddress, type MelsecAddress, parseAddress } from './addresses'
import { areaOf, isBitDevice, lastOf } from './areas'
import { lengthOf } from './counts'
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
  const whole = tags.map((tag) => sized(tag, plc))
  const scales = checkScales(whole, { against: checkScaleSource, againstAddress })
  return [...problems, ...scales.filter(({ index }) => !wrong.has(index)), ...checkElementNames(whole)]
}

/** A scale that is no tag is one word. */
function checkScaleAddress(from: string, plc: Plc): string | undefined {
  const at = parseAddress(from, plc)
  if ('problem' in at) return `there is no tag "${from}", and ${at.problem}`
  const device = devicesOf(plc).get(at.device)
  const isWord = device?.kind === 'register' && at.bit === undefined && areaOf(plc, device, at.number).pointLength === 1
  return isWord ? undefined : `${from} is no word: a scale is one`
}

/** With the length that its address says (D100:10), where it says one that can be read. */
export function sized<Tag extends Pick<MelsecWordTag, 'address' | 'type' | 'length'>>(tag: Tag, plc: Plc): Tag {
  const at = parseAddress(tag.address, plc)
  const device = 'problem' in at ? undefined : devicesOf(plc).get(at.device)
  if ('problem' in at || !device) return tag
  const length = lengthOf(tag, at, device, plc, tag.address)
  return typeof length === 'number' ? { ...tag, length } : tag
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
    checkLength(tag, address, device, plc) ??
    checkExtent(sized(tag, plc), address, device, plc)
  )
}

function checkLength(tag: MelsecWordTag, at: MelsecAddress, device: Device, plc: Plc): Problem | undefined {
  const written = tag.address.trim()
  if (at.nibbles !== undefined && tag.length !== 1) {
    return { field: 'length', message: `must be 1: ${written} is one value` }
  }
  const length = lengthOf(tag, at, device, plc, written)
  return typeof length === 'number' ? undefined : length
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
  if (at.type !== undefined && at.type !== type) return wrong(`is a ${at.type}: choose that instead of ${type}`)
  if (at.nibbles !== undefined) {
    const types = typesOfNibbles(at.nibbles)
    if (types.includes(type)) return undefined
    return wrong(`has ${BITS_OF_A_NIBBLE * at.nibbles} bits: choose ${types.join(', ')} instead of ${type}`)
  }
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
  const [word = ''] = written.split(':')
  const message = `${type} is one bit of a word: say which, ${word}.0 to ${word}.F`
  return { field: 'address', message } satisfies Problem
}

/** K1 to K4 are a word, K5 to K8 two; what they lack is 0. */
function typesOfNibbles(nibbles: number): readonly WordType[] {
  return BITS_OF_A_NIBBLE * nibbles <= BITS_OF_A_REGISTER ? ['uint16', 'int16', 'bcd16'] : ['uint32', 'int32', 'bcd32']
}

/** Only at random, where the node does not allow that. */
export function checkRandomOnly(tags: readonly MelsecWordTag[], plc: Plc): TagProblem[] {
  return tags.flatMap(({ address }, index): TagProblem[] => {
    const at = parseAddress(address, plc)
    if ('problem' in at || devicesOf(plc).get(at.device)?.kind !== 'long') return []
    const message = `${address.trim()} can be read at random only (command 0403): allow random reads, or copy it to a D in the program`
    return [{ index, field: 'address', message }]
  })
}

/** Not longer than a request, and not beyond the end of the device. */
function checkExtent(tag: MelsecWordTag, at: MelsecAddress, device: Device, plc: Plc): Problem | undefined {
  const { type, length } = tag
  const longest = longestOf(tag, at, device, plc)
  if (length > longest) {
    const most = `must be at most ${longest} with ${type}: a request cannot read more`
    if (at.count === undefined) return { field: 'length', message: most }
    return { field: 'address', message: `${tag.address.trim()}: the length ${most}` }
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
  { number, bit, nibbles }: MelsecAddress,
  device: Device,
  plc: Plc,
): number {
  const { kind } = device
  if (nibbles !== undefined) return BITS_OF_A_NIBBLE * nibbles
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

const BITS_OF_A_NIBBLE = 4
/** A state is read with the timer that it belongs to. */
const LONG_TIMER_WORDS = 4
