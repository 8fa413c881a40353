// What a reader read -> columns of a batch that are true: a value is good, or null with a reason.

import type { Value } from '../contract/batch'
import { Fault } from '../contract/fault'
import type { EarlierValue, Reading } from './reader'

export type Columns = { values: (Value | null)[]; bad: ReadonlyMap<number, string> }

export const NOT_A_NUMBER = 'not a number from the device'
export const NO_VALUE = 'no value from the device'

/** Throws a `bug` Fault if the reading does not fit the tags. */
export function columnsOf(reading: Reading, count: number): Columns {
  if (reading.values.length !== count) {
    throw new Fault('bug', 'reading-length', `a reading has ${reading.values.length} values for ${count} tags`)
  }
  const bad = new Map<number, string>()
  const values = reading.values.map((value, column) => {
    const reason = reading.bad.get(column) ?? reasonAgainst(value)
    if (reason === undefined) return value
    bad.set(column, reason)
    return null
  })
  return { values, bad }
}

/** What else goes into the database. */
export function earlierOf({ earlier = [] }: Reading, count: number): EarlierValue[] {
  return earlier.filter(({ column, value }) => column < count && isSound(value))
}

export function allBad(count: number, reason: string): Columns {
  const bad = new Map<number, string>()
  for (let column = 0; column < count; column++) bad.set(column, reason)
  return { values: new Array(count).fill(null), bad }
}

function reasonAgainst(value: Value | null): string | undefined {
  if (value === null) return NO_VALUE
  return isSound(value) ? undefined : NOT_A_NUMBER
}

function isSound(value: Value): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object') return true
  return Object.values(value).every((part) => part === null || isSound(part))
}
