// Addresses of MELSEC tags: what engineers write -> device and number -> what people read in an error.

import { type AddressForm, addressForm } from './address-forms'
import { type Device, deviceNames, devicesOf, deviceTitle, type NumberBase, seriesHas } from './devices'
import { type Plc, seriesTitles } from './series'

export type MelsecAddress = {
  device: string
  number: number
  /** Of a word device, 0 the least significant. */
  bit?: number
} & Omit<AddressForm, 'core'>

type Problem = { problem: string }

/** What older programming tools call them. */
const otherNames: Record<string, string> = { SS: 'STS', SC: 'STC', SN: 'STN' }
/** Names that do not say whether value, contact or coil is meant. */
const groups = ['LST', 'LT', 'LC', 'ST', 'T', 'C']
/** The longest first, so that SB1 is not read as S. */
const names = [...deviceNames, ...Object.keys(otherNames)].sort((a, b) => b.length - a.length)

const baseTitles: Record<NumberBase, string> = { 8: 'octal', 10: 'decimal', 16: 'hexadecimal' }
export const baseDigits: Record<NumberBase, RegExp> = { 8: /^[0-7]+$/, 10: /^[0-9]+$/, 16: /^[0-9A-F]+$/ }
const RELAYS = 'X, Y, M, L, B ...'
const EXAMPLES = 'D100, M0, X1F, W0FFF, TN5 or D100.F'

/**
 * Device and number in the device's own base (X1F, on FX X17), a word's bit as one hexadecimal digit: D100.F. Several relays as a
 * number: K4M0; several points: D100:10.
 */
export function parseAddress(text: string, plc: Plc): MelsecAddress | Problem {
  const quoted = JSON.stringify(text)
  const form = addressForm(plainAddress(text))
  if ('problem' in form) return { problem: `${quoted}${form.problem}` }
  const { core, ...shape } = form
  const at = parseCore(quoted, core, plc)
  if ('problem' in at || shape.nibbles === undefined) return 'problem' in at ? at : { ...at, ...shape }
  const device = devicesOf(plc).get(at.device)
  if (device?.kind === 'relay' && at.bit === undefined) return { ...at, ...shape }
  return { problem: `${quoted}: K${shape.nibbles} makes a number of relays (${RELAYS}), leave it out before ${core}` }
}

function parseCore(quoted: string, core: string, plc: Plc): MelsecAddress | Problem {
  const [written = '', bitText, ...more] = core.split('.')
  if (more.length > 0 || written === '')
    return { problem: `${quoted} is no address of a device: write e.g. ${EXAMPLES}` }
  const split = splitName(quoted, written, plc)
  if ('problem' in split) return split
  const { device, digits } = split
  const number = parseNumber(quoted, device, digits, plc)
  if (typeof number !== 'number') return number
  const address = { device: device.name, number }
  if (bitText === undefined) return address
  const bit = parseBit(quoted, device, written, bitText)
  return typeof bit === 'number' ? { ...address, bit } : bit
}

/** Without blanks, in capital letters; full-width characters, as Chinese and Japanese keyboards write them, are meant as well. */
export function plainAddress(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\s+/g, '')
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
}

function splitName(quoted: string, written: string, plc: Plc): { device: Device; digits: string } | Problem {
  const devices = devicesOf(plc)
  // a hexadecimal number may begin with a letter: WFF; any other has to begin with a digit
  const found = names.find((name) => {
    const rest = written.startsWith(name) ? written.slice(name.length) : ''
    return /^[0-9]/.test(rest) || (devices.get(name)?.base === 16 && baseDigits[16].test(rest))
  })
  if (found === undefined) return { problem: unknownName(quoted, written, plc) }
  const name = otherNames[found] ?? found
  const device = devices.get(name)
  return device ? { device, digits: written.slice(found.length) } : { problem: missing(quoted, name, plc) }
}

function unknownName(quoted: string, written: string, plc: Plc): string {
  const group = groups.find((name) => new RegExp(`^${name}[0-9]+$`).test(written))
  if (group !== undefined) {
    const choices = [`${group}N (value)`, `${group}S (contact)`, `${group}C (coil)`].filter((choice) =>
      devicesOf(plc).has(choice.slice(0, group.length + 1)),
    )
    if (choices.length > 0) return `${quoted} does not say what of it: write ${choices.join(' or ')}`
  }
  const named = names.find((name) => written === name || (written.startsWith(name) && !/[0-9]/.test(written)))
  const device = named === undefined ? undefined : devicesOf(plc).get(named)
  if (device && written !== named) return `${quoted}: numbers of ${device.name} are ${baseTitles[device.base]}`
  if (device) return `${quoted} has no number: write e.g. ${device.name}0`
  if (/[\\/]|^[JU][0-9]/.test(written)) {
    return `${quoted}: devices of other networks and buffers of modules cannot be read, copy them to a D or W in the program`
  }
  return `${quoted} is no device of a PLC: ${offer(plc)}`
}

function missing(quoted: string, name: string, plc: Plc): string {
  const title = `${name} (${deviceTitle(name)})`
  if (!seriesHas(plc.series, name)) return `${quoted}: ${seriesTitles[plc.series]} has no ${title}; ${offer(plc)}`
  if (plc.frame === '1E') return `${quoted}: ${title} cannot be read with 1E frames; ${offer(plc)}`
  return `${quoted}: ${title} cannot be read in ASCII, set PLC and node to binary`
}

function offer(plc: Plc): string {
  return `it has ${[...devicesOf(plc).keys()].join(', ')}`
}

function parseNumber(quoted: string, device: Device, digits: string, plc: Plc): number | Problem {
  const { name, base, ranges } = device
  if (!baseDigits[base].test(digits)) {
    const octal = base === 8 ? `, without the digits 8 and 9: ${name}7 is followed by ${name}10` : ''
    return { problem: `${quoted}: numbers of ${name} are ${baseTitles[base]} with ${seriesTitles[plc.series]}${octal}` }
  }
  const number = Number.parseInt(digits, base)
  if (ranges.some(([first, last]) => number >= first && number <= last)) return number
  const stretches = ranges.map(([first, last]) => `${name}${format(first, base)} to ${name}${format(last, base)}`)
  return { problem: `${quoted} is out of range: ${seriesTitles[plc.series]} has ${stretches.join(' and ')}` }
}

function parseBit(quoted: string, { name, kind }: Device, written: string, bitText: string): number | Problem {
  if (kind === 'relay' || kind === 'contact' || kind === 'longState') {
    return { problem: `${quoted}: ${name} is a bit itself, leave out ".${bitText}"` }
  }
  if (kind !== 'register') return { problem: `${quoted}: ${name} has 32 bits, read it whole` }
  if (/^[0-9A-F]$/.test(bitText)) return Number.parseInt(bitText, 16)
  const decimal = /^1[0-5]$/.test(bitText) ? Number(bitText) : undefined
  const hint = decimal === undefined ? '' : `; for bit ${decimal} write ${written}.${bitDigit(decimal)}`
  return { problem: `${quoted}: a bit is one hexadecimal digit, ${written}.0 to ${written}.F${hint}` }
}

/** In the device's own base; a leading 0 tells a letter of the number from one of the name. */
function format(number: number, base: NumberBase): string {
  const digits = number.toString(base).toUpperCase()
  return /^[A-F]/.test(digits) ? `0${digits}` : digits
}

function bitDigit(bit: number): string {
  return bit.toString(16).toUpperCase()
}

/** `D100.F`, `W0FFF (4095 in decimal)`, on FX `X10 (8 in decimal)`. */
export function describeAddress({ device: name, number, bit }: MelsecAddress, plc: Plc): string {
  const base = devicesOf(plc).get(name)?.base ?? 10
  const digits = format(number, base)
  const written = `${name}${digits}${describeBit(bit)}`
  return digits === String(number) ? written : `${written} (${number} in decimal)`
}

/** Behind the number of a word: `.F`. */
export function describeBit(bit: number | undefined): string {
  return bit === undefined ? '' : `.${bitDigit(bit)}`
}

/** `D0 to D99`. */
export function describeRange(name: string, first: number, points: number, plc: Plc): string {
  const base = devicesOf(plc).get(name)?.base ?? 10
  const start = `${name}${format(first, base)}`
  return points === 1 ? start : `${start} to ${name}${format(first + points - 1, base)}`
}
