// What cannot go together within a tag of a register device, wherever it lies.

import { parseBounds } from './bounds'
import type { TagProblem } from './fields'
import { canMatch, type NumberForm, parseNoValue } from './no-value'
import {
  bitsOf,
  isArray,
  isBitType,
  isNumberType,
  isTextType,
  isTimeType,
  ordersOf,
  takesOrder,
  type WordOrder,
  type WordShape,
  type WordType,
} from './word-types'

/** Columns that say what a value means; absent = empty. */
export type MeaningColumns = {
  readonly noValue?: string
  readonly min?: string
  readonly max?: string
  readonly scaleFrom?: string
  readonly texts?: string
  readonly charset?: string
}

export type WordTag = MeaningColumns & {
  readonly name: string
  readonly type: WordType
  readonly order: WordOrder
  readonly scale: number
  readonly offset: number
  readonly length: number
}

type Problem = Omit<TagProblem, 'index'>

/** How the numbers of a type are laid out; of a time, the bits that it is counted in. */
export function numberFormOf(type: WordType): NumberForm {
  const bits = bitsOf(type)
  if (type.startsWith('uint') || isTimeType(type)) return { bits, kind: 'unsigned' }
  if (type.startsWith('int')) return { bits, kind: 'signed' }
  return { bits, kind: type.startsWith('float') ? 'float' : 'other' }
}

export function checkWordTag(tag: WordTag): Problem | undefined {
  const { type, order } = tag
  if (!takesOrder(type, order)) {
    const orders = ordersOf(type).filter((name) => name !== '')
    return {
      field: 'order',
      message: `${order} is no order of ${type}: choose ${orders.join(', ')}, or leave it empty`,
    }
  }
  return checkIdleColumns(tag) ?? checkNoValueOf(tag) ?? checkOrderOfBounds(tag)
}

/** Columns that mean nothing for a type. */
function checkIdleColumns(tag: WordTag): Problem | undefined {
  const { type, scale, offset } = tag
  const isNumber = isNumberType(type)
  if (!isNumber && scale !== 1) return { field: 'scale', message: `does not apply to ${type}: leave it at 1` }
  if (!isNumber && offset !== 0) return { field: 'offset', message: `does not apply to ${type}: leave it at 0` }
  const applies = {
    noValue: isNumber || isTimeType(type),
    min: isNumber,
    max: isNumber,
    scaleFrom: isNumber,
    texts: isNumber || isBitType(type),
    charset: isTextType(type),
  }
  for (const field of ['noValue', 'min', 'max', 'scaleFrom', 'texts', 'charset'] as const) {
    if (applies[field] || (tag[field] ?? '').trim() === '') continue
    return { field, message: `does not apply to ${type}: leave it empty` }
  }
  return undefined
}

/** What can never be read there would be waited for in vain. */
function checkNoValueOf({ type, noValue = '' }: WordTag): Problem | undefined {
  const entries = parseNoValue(noValue)
  if ('problem' in entries) return { field: 'noValue', message: entries.problem }
  if (entries.length === 0 || canMatch(entries, numberFormOf(type))) return undefined
  return {
    field: 'noValue',
    message: `${noValue.trim()} cannot be held by ${type}: write its bits, as 0x${'F'.repeat(bitsOf(type) / 4)}`,
  }
}

function checkOrderOfBounds(tag: WordTag): Problem | undefined {
  const message = checkBounds(tag)
  return message === undefined ? undefined : { field: 'max', message }
}

/** The rule for both bounds of a tag. */
export function checkBounds({ min = '', max = '' }: Pick<MeaningColumns, 'min' | 'max'>): string | undefined {
  const bounds = parseBounds({ min, max })
  return bounds && bounds.min > bounds.max
    ? `is below the minimum: ${max.trim()} is less than ${min.trim()}`
    : undefined
}

/** Why a tag cannot be what another one is multiplied by. */
export function checkScaleSource({
  name,
  texts = '',
  ...shape
}: WordShape & MeaningColumns & { name: string }): string | undefined {
  if (!isNumberType(shape.type)) return `"${name}" cannot be a scale: it is no number`
  if (isArray(shape)) return `"${name}" cannot be a scale: it is an array`
  return texts.trim() === '' ? undefined : `"${name}" cannot be a scale: it is told by texts`
}

/** The elements of an array are `name[0]`, `name[1]` ... in the database: no other tag may be called so. */
export function checkElementNames(tags: readonly WordTag[]): TagProblem[] {
  const lengths = new Map(tags.filter(isArray).map(({ name, length }) => [name, length]))
  if (lengths.size === 0) return []
  return tags.flatMap(({ name }, index) => {
    const [, array, element] = /^(.*)\[(0|[1-9]\d*)\]$/.exec(name) ?? []
    if (array === undefined || Number(element) >= (lengths.get(array) ?? 0)) return []
    return [{ index, field: 'name', message: `"${name}" is also the name of an element of the array "${array}"` }]
  })
}

/** `float32`, `float32[10]`, `string(20)`. */
export function describeType({ type, length = 1 }: WordShape): string {
  if (isTextType(type)) return `${type}(${length})`
  return length > 1 ? `${type}[${length}]` : type
}
