// The address behind a tag's own, written the same way: for the next row of the tag table.

import { asOneOf } from '../../lib/contract/parse'
import { wordTypeRegisters, wordTypes } from '../../lib/contract/word-types'
import { checkAddress } from './addresses'

const BITS_OF_A_REGISTER = 16

/** `40001` of a float32 -> `40003`, `holding:0` -> `holding:1`, `40001.15` -> `40002.0`; '' where there is none. */
export function nextAddress(address: string, type: string): string {
  const [, prefix = '', digits, bit] = /^(.*?)(0x[0-9a-f]+|\d+)(?:\.(\d+))?$/i.exec(address.trim()) ?? []
  if (digits === undefined) return ''
  const known = asOneOf(type, wordTypes)
  const next =
    bit === undefined
      ? `${prefix}${add(digits, Math.max(1, known ? wordTypeRegisters[known] : 1))}`
      : Number(bit) + 1 < BITS_OF_A_REGISTER
        ? `${prefix}${digits}.${Number(bit) + 1}`
        : `${prefix}${add(digits, 1)}.0`
  return checkAddress(next) === undefined ? next : ''
}

function add(digits: string, step: number): string {
  const sum = Number(digits) + step
  return /^0x/i.test(digits)
    ? `0x${sum.toString(16).padStart(digits.length - 2, '0')}`
    : String(sum).padStart(digits.length, '0')
}
