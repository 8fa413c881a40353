// Addresses of Modbus tags: what people write -> area and wire address -> what people read in an error.

export const areas = ['coil', 'discrete', 'input', 'holding'] as const
export type Area = (typeof areas)[number]

/** `address` as on the wire, 0 to 65535; `bit` of a register, 0 the least significant. */
export type ModbusAddress = { area: Area; address: number; bit?: number }

export const ADDRESS_MAX = 65_535
const UNIT_MAX = 255
export const BIT_MAX = 15

/** Coils and discrete inputs are bits of their own, the other areas hold 16-bit registers. */
export function isBitArea(area: Area): boolean {
  return area === 'coil' || area === 'discrete'
}

/** First digit of the Modicon numbers. */
const areaDigits: Record<Area, string> = { coil: '0', discrete: '1', input: '3', holding: '4' }
const areaPrefixes: Record<Area, readonly string[]> = {
  coil: ['coil'],
  discrete: ['discrete', 'di'],
  input: ['input', 'ir'],
  holding: ['holding', 'hr'],
}
const EXAMPLES = '40001, 400001, holding:0, hr0, input:5, coil:3, di:0x10 or 40001.3'

/**
 * Forms with a prefix are wire addresses, counted from 0: `holding:0` `hr0` `input:5` `ir5` `coil:3` `discrete:3` `di:0x10`.
 * Bare numbers are Modicon numbers, counted from 1, of 5 or 6 digits: `40001` `400001`. A register's bit: `40001.3`.
 */
export function parseAddress(text: string): ModbusAddress | { problem: string } {
  const quoted = JSON.stringify(text)
  const [, prefix, digits, bitDigits] = /^(?:([a-z]+)\s*:?\s*)?(0x[0-9a-f]+|\d+)(?:\.(\d+))?$/i.exec(text.trim()) ?? []
  if (digits === undefined) return { problem: `${quoted} is no Modbus address: write e.g. ${EXAMPLES}` }
  const register = prefix === undefined ? parseModicon(quoted, digits) : parsePrefixed(quoted, prefix, Number(digits))
  if ('problem' in register || bitDigits === undefined) return register
  if (isBitArea(register.area))
    return { problem: `${quoted}: a ${register.area} is a bit itself, leave out ".${bitDigits}"` }
  const bit = Number(bitDigits)
  if (bit > BIT_MAX) return { problem: `${quoted}: a register has the bits 0 to ${BIT_MAX}` }
  return { ...register, bit }
}

function parsePrefixed(quoted: string, prefix: string, address: number): ModbusAddress | { problem: string } {
  const area = areas.find((name) => areaPrefixes[name].includes(prefix.toLowerCase()))
  if (!area) return { problem: `${quoted}: "${prefix}" is no area of a Modbus device: write e.g. ${EXAMPLES}` }
  if (address > ADDRESS_MAX) return { problem: `${quoted} is out of range: such addresses go from 0 to ${ADDRESS_MAX}` }
  return { area, address }
}

function parseModicon(quoted: string, digits: string): ModbusAddress | { problem: string } {
  if (/^0x/i.test(digits) || digits.length < 5) {
    return { problem: `${quoted} does not say which area: write ${areaHints(Number(digits))}` }
  }
  if (digits.length > 6) return { problem: `${quoted} has ${digits.length} digits: numbers like 40001 have 5 or 6` }
  const area = areas.find((name) => areaDigits[name] === digits[0])
  if (!area) {
    return { problem: `${quoted}: the first digit must be 4 (holding), 3 (input), 1 (discrete) or 0 (coil)` }
  }
  const number = Number(digits.slice(1))
  const first = `${digits[0]}${'1'.padStart(digits.length - 1, '0')}`
  if (number === 0)
    return { problem: `${quoted} is out of range: these numbers start with ${first}, which is ${area}:0` }
  if (number > ADDRESS_MAX + 1) {
    return { problem: `${quoted} is out of range: the last one is ${digits[0]}${ADDRESS_MAX + 1}` }
  }
  return { area, address: number - 1 }
}

function areaHints(number: number): string {
  const fromZero = `holding:${number}, input:${number}, coil:${number} or discrete:${number} (counted from 0)`
  if (number < 1 || number > 9999) return fromZero
  return `${fromZero}, or ${modicon('holding', number)}, ${modicon('input', number)} ... (counted from 1)`
}

export function modicon(area: Area, number: number): string {
  return areaDigits[area] + String(number).padStart(number <= 9999 ? 4 : 5, '0')
}

/** `holding 40124 (wire 123)`: both ways of counting, since mixing them up is the most frequent mistake. */
export function describeAddress({ area, address, bit }: ModbusAddress): string {
  return `${area} ${modicon(area, address + 1)}${bit === undefined ? '' : `.${bit}`} (wire ${address})`
}

/** `holding 40001 to 40100 (wire 0 to 99)`. */
export function describeRange(area: Area, address: number, length: number): string {
  if (length === 1) return describeAddress({ area, address })
  const last = address + length - 1
  return `${area} ${modicon(area, address + 1)} to ${modicon(area, last + 1)} (wire ${address} to ${last})`
}

/** A tag's own unit id as a number; undefined for an empty text, which means the unit id of the node. */
export function parseUnitId(text: string): number | undefined | { problem: string } {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  const unit = /^\d{1,3}$/.test(trimmed) ? Number(trimmed) : UNIT_MAX + 1
  return unit <= UNIT_MAX ? unit : { problem: `${JSON.stringify(text)} is no unit id: 0 to ${UNIT_MAX}, or empty` }
}

/** The check of one address by itself, for a field. */
export function checkAddress(text: string): string | undefined {
  const parsed = parseAddress(text)
  return 'problem' in parsed ? parsed.problem : undefined
}

export function checkUnitId(text: string): string | undefined {
  const parsed = parseUnitId(text)
  return typeof parsed === 'object' ? parsed.problem : undefined
}
