// The address behind a tag's own, written the same way: for the next row of the tag table.

import { asOneOf } from '../../lib/contract/parse'
import { BITS_OF_A_REGISTER, registersOf, wordTypes } from '../../lib/contract/word-types'
import { checkAddress, isBitArea, parseAddress } from './addresses'
import { registersAtOne } from './reads'

/** `40001` of a float32 -> `40003`, `holding:0` -> `holding:1`, `40001.15` -> `40002.0`; '' where there is none. */
export function nextAddress(address: string, typeText: string, lengthText = '', widthText = ''): string {
  const [, prefix = '', digits, bitDigits] = /^(.*?)(0x[0-9a-f]+|\d+)(?:\.(\d+))?$/i.exec(address.trim()) ?? []
  const parsed = parseAddress(address)
  if (digits === undefined || 'problem' in parsed) return ''
  const type = asOneOf(typeText, wordTypes) ?? 'uint16'
  const length = /^0*[1-9]\d{0,4}$/.test(lengthText.trim()) ? Number(lengthText) : 1
  const end = Number(bitDigits) + length
  const addresses = Math.ceil(registersOf({ type, length }) / registersAtOne(widthText))
  const next =
    bitDigits === undefined
      ? add(prefix, digits, isBitArea(parsed.area) ? length : addresses)
      : `${add(prefix, digits, Math.floor(end / BITS_OF_A_REGISTER))}.${end % BITS_OF_A_REGISTER}`
  return checkAddress(next) === undefined ? next : ''
}

function add(prefix: string, digits: string, step: number): string {
  if (/^0x/i.test(digits)) {
    return `${prefix}0x${(Number(digits) + step).toString(16).padStart(digits.length - 2, '0')}`
  }
  if (prefix !== '') return `${prefix}${String(Number(digits) + step).padStart(digits.length, '0')}`
  // 49999 is followed by 410000: the first digit is the area
  return `${digits[0]}${String(Number(digits.slice(1)) + step).padStart(digits.length - 1, '0')}`
}
