// The address behind a tag's own, written the same way: for the next row of the tag table.

import { parseNodeAddress } from './node-ids'

/** Front, the number that counts, and what may stand behind it: `ns=3;s="Drive"."Speed"[4]` */
const COUNTED = /^(.*[^\d])(\d+)(["\])]*)$/s
const RANGE = /^(.*;range=)(\d+)(?::(\d+))?$/s

/**
 * `i=5` -> `i=6`, `s=Motor.Speed09` -> `s=Motor.Speed10`, `s=Profile;range=0:9` -> `s=Profile;range=10:19`; '' where nothing counts.
 */
export function nextAddress(address: string): string {
  const written = address.trim()
  const at = parseNodeAddress(written)
  if ('problem' in at) return ''
  const next = at.range === '' ? nextNode(written, at.id.kind) : nextRange(written)
  return 'problem' in parseNodeAddress(next) ? '' : next
}

function nextNode(written: string, kind: string): string {
  if (kind === 'guid' || kind === 'opaque') return ''
  const [, front = '', digits = '', end = ''] = COUNTED.exec(written) ?? []
  return digits === '' ? '' : `${front}${increased(digits)}${end}`
}

/** Of a part of a matrix nobody knows which dimension goes on. */
function nextRange(written: string): string {
  const [, front = '', from = '', to] = RANGE.exec(written) ?? []
  if (from === '') return ''
  if (to === undefined) return `${front}${increased(from)}`
  const length = Number(to) - Number(from) + 1
  return `${front}${Number(from) + length}:${Number(to) + length}`
}

/** With the leading zeros that it had; digits beyond what a number can count stay as they are. */
function increased(digits: string): string {
  return (BigInt(digits) + 1n).toString().padStart(digits.length, '0')
}
