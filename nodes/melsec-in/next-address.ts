// The address behind a tag's own, written the same way: for the next row of the tag table.

import { asOneOf } from '../../lib/contract/parse'
import { BITS_OF_A_REGISTER, wordTypes } from '../../lib/contract/word-types'
import { baseDigits, describeBit, parseAddress, plainAddress } from './addresses'
import { devicesOf, type NumberBase } from './devices'
import type { Plc } from './series'
import { pointsOf, sized } from './tag-rules'

/** `D100` of a float32 -> `D102`, `D100.F` -> `D101.0`, `K4M0` -> `K4M16`, `X1F` -> `X20`, on FX `X7` -> `X10`; '' where there is none. */
export function nextAddress(address: string, typeText: string, lengthText: string | undefined, plc: Plc): string {
  const at = parseAddress(address, plc)
  const device = 'problem' in at ? undefined : devicesOf(plc).get(at.device)
  if ('problem' in at || !device) return ''
  const type = asOneOf(typeText, wordTypes) ?? 'uint16'
  const typed = /^0*[1-9]\d{0,4}$/.test(lengthText?.trim() ?? '') ? Number(lengthText) : 1
  const { length } = sized({ address, type, length: typed }, plc)
  const { number, bit } = at
  const end = (bit ?? 0) + length
  const [plain = '', ...behind] = plainAddress(address).split(/(?=:)/)
  const [written = ''] = plain.split('.')
  const following =
    bit === undefined
      ? counted(written, number, number + pointsOf({ type, length }, at, device, plc), device.base)
      : counted(written, number, number + Math.floor(end / BITS_OF_A_REGISTER), device.base) +
        describeBit(end % BITS_OF_A_REGISTER)
  const next = [following, ...behind].join('')
  const found = parseAddress(next, plc)
  if ('problem' in found || found.device !== at.device) return ''
  return address === address.toLowerCase() ? next.toLowerCase() : next
}

/** `written` with another number, and with its leading zeros. */
function counted(written: string, number: number, next: number, base: NumberBase): string {
  const start = [...written].findIndex((_letter, index) => {
    const digits = written.slice(index)
    return baseDigits[base].test(digits) && Number.parseInt(digits, base) === number
  })
  const typed = written.slice(start)
  const digits = next.toString(base).toUpperCase().padStart(typed.length, '0')
  // A letter that begins a number could be read as one of the name.
  const isApart = /^[0-9]/.test(digits) || /^[A-F]/.test(typed)
  return `${written.slice(0, start)}${isApart ? '' : '0'}${digits}`
}
