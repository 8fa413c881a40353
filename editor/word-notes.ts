// What the tag table knows of the types of a register device (Modbus, MELSEC): in which groups they are offered, which orders
// go with them, and which columns mean something.

import { asOneOf } from '../lib/contract/parse'
import { isNumberType, ordersOf, wordTypes } from '../lib/contract/word-types'
import type { ChoiceGroup, RowNotes } from './tag-row'
import type { Translate } from './wording'

/** What is used every day first. A test holds that every type is in one of them. */
export const WORD_TYPE_GROUPS = {
  everyday: ['bool', 'bit', 'int16', 'uint16', 'int32', 'uint32', 'float32'],
  wide: ['int64', 'uint64', 'float64'],
  bytes: ['int8h', 'int8l', 'uint8h', 'uint8l'],
  other: ['string', 'bcd16', 'bcd32', 'float16', 'time32'],
} as const

export function wordTypeGroups(translate: Translate): ChoiceGroup[] {
  return Object.entries(WORD_TYPE_GROUPS).map(([group, choices]) => ({
    title: translate(`type-group.${group}`),
    choices,
  }))
}

/** Of a type that does not exist nothing is known. */
export function wordNotes(typeName: string | undefined): Omit<RowNotes, 'reads'> {
  const type = asOneOf(typeName, wordTypes)
  if (type === undefined) return { choices: {}, idle: [], needed: [] }
  return {
    choices: { order: ordersOf(type) },
    idle: isNumberType(type) ? [] : ['scale', 'offset', 'deadband'],
    needed: type === 'string' ? ['length'] : [],
  }
}
