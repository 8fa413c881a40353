// What cannot go together within a tag of a register device, wherever it lies.

import type { TagProblem } from './reader-fields'
import {
  isArray,
  isNumberType,
  ordersOf,
  takesOrder,
  type WordOrder,
  type WordShape,
  type WordType,
} from './word-types'

export type WordTag = {
  readonly name: string
  readonly type: WordType
  readonly order: WordOrder
  readonly scale: number
  readonly offset: number
  readonly length: number
}

export function checkWordTag({ type, order, scale, offset }: WordTag): Omit<TagProblem, 'index'> | undefined {
  if (!takesOrder(type, order)) {
    const orders = ordersOf(type).filter((name) => name !== '')
    return {
      field: 'order',
      message: `${order} is no order of ${type}: choose ${orders.join(', ')}, or leave it empty`,
    }
  }
  if (isNumberType(type)) return undefined
  if (scale !== 1) return { field: 'scale', message: `does not apply to ${type}: leave it at 1` }
  if (offset !== 0) return { field: 'offset', message: `does not apply to ${type}: leave it at 0` }
  return undefined
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
  if (type === 'string') return `string(${length})`
  return length > 1 ? `${type}[${length}]` : type
}
