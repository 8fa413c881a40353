// Addresses of registers as vendors' lists write them -> as the tag table has them. Pure.

import type { ListedPlace } from '../../lib/contract/listed-place'
import { ADDRESS_MAX, type Area, modicon, parseAddress } from './addresses'

/** What a list leaves open, for all its rows. */
export type ListChoices = {
  /** Of addresses that do not say it. */
  area: Area | undefined
  /** Whether such an address counts from 0, as on the wire, or from 1. */
  base: 0 | 1
  /** Whether digits without a sign of their own are hexadecimal. */
  hex: boolean
}

export type ListAddress =
  | { kind: 'address'; address: string }
  /** It does not say which area: a choice for the whole list is needed. */
  | { kind: 'open' }
  | { kind: 'unknown' }

/** Function codes that read (MODBUS Application Protocol V1.1b3, 6.1 to 6.4), first digits of Modicon numbers, and words. */
const AREA_WORDS: readonly (readonly [Area, RegExp])[] = [
  ['coil', /^(0x|0?1|fc0?1|coils?|0xxxx|do|线圈|输出线圈)$/i],
  ['discrete', /^(1x|0?2|fc0?2|discrete( inputs?)?|discreteinputs?|di|离散输入|离散量输入)$/i],
  ['holding', /^(4x|0?3|fc0?3|03h|0x03|holding( registers?)?|holdingregisters?|hr|保持寄存器|保持)$/i],
  ['input', /^(3x|0?4|fc0?4|04h|0x04|input( registers?)?|inputregisters?|ir|输入寄存器)$/i],
]
/** Digits before a colon or an x, as in `4:0001` and `3x0001`. */
const AREA_DIGITS: Readonly<Record<string, Area>> = { '0': 'coil', '1': 'discrete', '3': 'input', '4': 'holding' }

/** The area that a cell of its own names; undefined where it names none, or one of writing only. */
export function areaNamed(text: string): Area | undefined {
  const word = text.trim()
  return AREA_WORDS.find(([, pattern]) => pattern.test(word))?.[0]
}

/**
 * `40001` `400001` `40 001` `40001-40002` `40001/2` `4x0001` `4:0001` `0x0000` `0000h` `3000` `%MW100`, and what the table takes itself.
 * `hex`: the column is one of hexadecimal numbers. `area`: what another column of the row says.
 */
export function addressInList(
  text: string,
  choices: ListChoices,
  { hex = false, area }: { hex?: boolean; area?: Area | undefined } = {},
): ListAddress {
  const first = firstOf(text)
  if (first === '') return { kind: 'unknown' }
  // Modicon numbers and forms with a prefix say all by themselves; in a column of hexadecimal numbers 40001 is none.
  const own = parseAddress(first)
  if (!('problem' in own) && !hex && area === undefined) return { kind: 'address', address: first }
  const [, areaDigit, number] = /^([0134])[x:](\d{1,5})$/i.exec(first) ?? []
  if (areaDigit !== undefined && number !== undefined && !isHexWord(first)) {
    const named = AREA_DIGITS[areaDigit]
    return named ? numbered(named, Number(number)) : { kind: 'unknown' }
  }
  // IEC 61131-3 direct representation of memory words and bits, as Schneider's lists have it: words from 0.
  const [, size, word] = /^%M([WDF]?)(\d+)$/i.exec(first) ?? []
  if (word !== undefined) return onWire(size === '' ? 'coil' : 'holding', Number(word))
  const wire = wireNumber(first, hex || choices.hex)
  if (wire === undefined) return !('problem' in own) ? { kind: 'address', address: first } : { kind: 'unknown' }
  // A number of five or six digits that fits the area which its row names is a Modicon number all the same.
  if (!('problem' in own) && !hex && own.area === area && !isHexWord(first)) return { kind: 'address', address: first }
  const chosen = area ?? choices.area
  if (chosen === undefined) return { kind: 'open' }
  return onWire(chosen, wire.isHex ? wire.value : wire.value - choices.base)
}

/** Of a range the first: the count says the rest. Blanks and marks of thousands between digits go. */
function firstOf(text: string): string {
  const [first = ''] = text.trim().split(/\s*(?:[-–~/]|\.\.\.?|bis|to|至)\s*(?=[\dx%])/i)
  return first.replaceAll(/(?<=\d)[\s'’](?=\d)/g, '').trim()
}

function isHexWord(text: string): boolean {
  return /^0x/i.test(text) || /h$/i.test(text)
}

function wireNumber(text: string, hex: boolean): { value: number; isHex: boolean } | undefined {
  const [, prefixed] = /^(?:0x|\$|16#)([0-9a-f]{1,4})$/i.exec(text) ?? []
  const [, suffixed] = /^([0-9a-f]{1,5})h$/i.exec(text) ?? []
  const [, bare] = /^([0-9a-f]{1,5})$/i.exec(text) ?? []
  const digits = prefixed ?? suffixed ?? (hex ? bare : undefined)
  if (digits !== undefined) return { value: Number.parseInt(digits, 16), isHex: true }
  return /^\d{1,5}$/.test(text) ? { value: Number(text), isHex: false } : undefined
}

function numbered(area: Area, number: number): ListAddress {
  return number >= 1 && number <= ADDRESS_MAX + 1
    ? { kind: 'address', address: modicon(area, number) }
    : { kind: 'unknown' }
}

function onWire(area: Area, address: number): ListAddress {
  return address >= 0 && address <= ADDRESS_MAX
    ? { kind: 'address', address: `${area}:${address}` }
    : { kind: 'unknown' }
}

/** The first of a row's columns that says it all; else what is written there, for the user to complete. */
export function placeInList(place: ListedPlace, choices: ListChoices): string {
  const area = areaNamed(place.area)
  const columns = [
    { text: place.modbusAddress, hex: false },
    { text: place.address, hex: false },
    { text: place.hexAddress, hex: true },
  ].filter(({ text }) => text !== '')
  for (const { text, hex } of columns) {
    const found = addressInList(text, choices, { hex, area })
    if (found.kind === 'address') return found.address
  }
  return columns[0]?.text ?? place.plcAddress
}
