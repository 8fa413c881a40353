// What the tag table knows of the types of a register device (Modbus, MELSEC): in which groups they are offered, which orders
// go with them, and which columns mean something.

import { asOneOf } from '../lib/contract/parse'
import { isNumberType, isTextType, isTimeType, ordersOf, type WordType, wordTypes } from '../lib/contract/word-types'
import type { ChoiceGroup, RowNotes } from './tag-row'
import type { Translate } from './wording'

/** What is used every day first. A test holds that every type is in one of them. */
export const WORD_TYPE_GROUPS = {
  everyday: ['bool', 'bit', 'int16', 'uint16', 'int32', 'uint32', 'float32'],
  wide: ['int64', 'uint64', 'float64', 'int48', 'uint48'],
  bytes: ['int8h', 'int8l', 'uint8h', 'uint8l'],
  texts: ['string', 'stringh', 'stringl'],
  times: ['time32', 'time64ms', 'time2000', 'bcdtime48', 'iec64'],
  meters: ['bcd16', 'bcd32', 'sm16', 'sm32', 't5', 't6', 'mod10k32', 'mod10k48', 'mod10k64', 'mod1m64', 'float16'],
} as const satisfies Record<string, readonly WordType[]>

export function wordTypeGroups(translate: Translate): ChoiceGroup[] {
  return Object.entries(WORD_TYPE_GROUPS).map(([group, choices]) => ({
    title: translate(`type-group.${group}`),
    choices,
  }))
}

/** Of a type that does not exist nothing is known. */
export function wordNotes(typeName: string | undefined): Omit<RowNotes, 'reads'> {
  const type = asOneOf(typeName, wordTypes)
  if (type === undefined) return { choices: {}, idle: [], needed: [], hints: {} }
  return {
    choices: { order: ordersOf(type) },
    idle: idleColumns(type),
    needed: isTextType(type) ? ['length'] : [],
    hints: { type: `type-hint.${type}` },
  }
}

const OF_NUMBERS = ['scale', 'offset', 'deadband', 'min', 'max', 'scaleFrom']

/** Those that a tag of this type is refused with (lib/contract/word-rules), and the deadband. */
function idleColumns(type: WordType): string[] {
  if (isNumberType(type)) return ['charset']
  if (isTextType(type)) return [...OF_NUMBERS, 'noValue', 'texts']
  return [...OF_NUMBERS, isTimeType(type) ? 'texts' : 'noValue', 'charset']
}
