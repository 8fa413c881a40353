// What programs and exports of GX Works write around a device and its number: K4M0, D100:10, D100:E; and what of it cannot be read.
//
// Sources: MELSEC iQ-R Programming Manual (CPU Module Instructions) "Digit specification of bit devices" (K1 to K8, 4 points each),
// "Type specification of word devices" (:U :D :UD :E), "Indirect specification" (@), "Index modification" (Z); GX Works2 Operating
// Manual (Structured Project) 3.5 "Device and Address" (%IX0).

import type { WordType } from '../../lib/contract/word-types'

export type AddressForm = {
  /** Device and number, with the bit of a word. */
  readonly core: string
  /** Of K4M0: 4; each is 4 bits. */
  readonly nibbles?: number
  /** Of D100:10: 10. */
  readonly count?: number
  /** Of D100:E: float32. */
  readonly type?: WordType
}

const typeMarks: ReadonlyMap<string, WordType> = new Map([
  ['U', 'uint16'],
  ['D', 'int32'],
  ['UD', 'uint32'],
  ['E', 'float32'],
])

const COUNT_MAX = 20_000
const NIBBLES_MAX = 8

type Refusal = readonly [form: RegExp, why: (found: readonly string[]) => string]

// biome-ignore format: a table, one line a form
const refusals: readonly Refusal[] = [
  [/^@/, () => 'is indirect: the device that is read would depend on what it holds; write the device itself'],
  [/^%/, () => 'is an address of IEC 61131-3: write what stands in the column "Device" beside it, as D100'],
  [/^(K[-+]?[0-9]+|H[0-9A-F]+|E[-+]?[0-9][0-9.]*)$/, () => 'is a constant: write the device to be read, as D100 or K4M0'],
  [/^([A-Z]+[0-9][0-9A-F]*)(Z[0-9]+)$/, ([, device = '', index = '']) => `is modified by ${index}: the device that is read would depend on it; write ${device} or another device itself`],
  [/^([A-Z]+[0-9A-F]*[0-9])(-|~|\.\.)[A-Z]*[0-9A-F]+$/, ([, first = '']) => `is a range: write the first and how many there are, as ${first}:10`],
  [/_|[^ -~]/, () => 'is no device of a PLC; if it is a label, write the device that it is assigned to: column "Device" or "Assign" of the label list'],
]

/** `plain` has neither blanks nor small letters. Throws nothing: `problem` follows the quoted address. */
export function addressForm(plain: string): AddressForm | { problem: string } {
  const [core = '', behind, ...more] = plain.split(':')
  const [, digits, device = ''] = /^K([0-9]+)([A-Z].*)$/.exec(core) ?? []
  for (const [form, why] of refusals) {
    const found = form.exec(digits === undefined ? core : device)
    if (found) return { problem: ` ${why(found)}` }
  }
  const suffix = behind === undefined ? {} : more.length > 0 ? undefined : suffixOf(behind)
  if (!suffix) return { problem: `: behind ":" stands how many there are, as D100:10, or a type, as ${marksText}` }
  if (digits === undefined) return { core, ...suffix }
  const nibbles = Number(digits)
  if (nibbles < 1 || nibbles > NIBBLES_MAX)
    return { problem: `: K1 to K${NIBBLES_MAX} stand for 4 to ${4 * NIBBLES_MAX} bits, there is no K${digits}` }
  if ('count' in suffix) return { problem: `: K${digits}${device} is one value, leave out ":${behind}"` }
  return { core: device, nibbles, ...suffix }
}

const marksText = [...typeMarks.keys()].map((mark) => `D100:${mark}`).join(', ')

function suffixOf(behind: string): Pick<AddressForm, 'count' | 'type'> | undefined {
  const type = typeMarks.get(behind)
  if (type) return { type }
  const count = /^[0-9]{1,5}$/.test(behind) ? Number(behind) : 0
  return count >= 1 && count <= COUNT_MAX ? { count } : undefined
}
