// Values as the history keeps them: whole numbers as INTEGER of 64 bits, others as REAL, booleans of a boolean series as 0 and 1,
// whole numbers beyond 64 bits as decimal digits, everything else as JSON text. JSON text never begins like digits, since
// numbers are not kept that way.

import type { TagKind, Value } from '../../contract/batch'

/** What SQLite takes and gives (with setReadBigInts). */
export type Stored = number | bigint | string

const DIGITS = /^-?\d{1,20}$/

/** undefined for what is no value: NaN and the infinities. */
export function toStored(value: Value, kind: TagKind): Stored | undefined {
  if (typeof value === 'number') {
    // as a BigInt it is stored as an integer, which is shorter; -0 would lose its sign
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return BigInt(value)
    return Number.isFinite(value) ? value : undefined
  }
  if (typeof value === 'boolean' && kind === 'boolean') return value ? 1n : 0n
  if (typeof value === 'string' && (kind === 'integer' || kind === 'unsigned') && DIGITS.test(value)) {
    const whole = BigInt(value)
    return BigInt.asIntN(64, whole) === whole ? whole : whole.toString()
  }
  return JSON.stringify(value)
}

/** undefined for what no history of ours would hold. */
export function fromStored(stored: unknown, kind: TagKind): Value | undefined {
  if (typeof stored === 'bigint') {
    if (kind === 'boolean') return stored !== 0n
    const value = Number(stored)
    return Number.isSafeInteger(value) ? value : stored.toString()
  }
  if (typeof stored === 'number') return kind === 'boolean' ? stored !== 0 : stored
  if (typeof stored !== 'string') return undefined
  if (DIGITS.test(stored)) return stored
  try {
    return JSON.parse(stored)
  } catch {
    return undefined
  }
}
