// Between which numbers a value has to be, as the columns min and max of a tag say.

import { decimal } from './decimal'

/** Without a bound: minus or plus infinity. */
export type Bounds = { readonly min: number; readonly max: number }

/** undefined where neither is given. */
export function parseBounds({ min = '', max = '' }: { min?: string; max?: string }): Bounds | undefined {
  if (min.trim() === '' && max.trim() === '') return undefined
  return {
    min: min.trim() === '' ? Number.NEGATIVE_INFINITY : Number(min),
    max: max.trim() === '' ? Number.POSITIVE_INFINITY : Number(max),
  }
}

/** The check of one bound by itself, for a field. */
export function checkBound(text: string): string | undefined {
  const written = text.trim()
  if (written === '' || decimal(written) !== undefined) return undefined
  return `${JSON.stringify(text)} is no number: write e.g. 400 or -0.5, or leave it empty`
}

/** What is wrong with a value; decimal digits beyond 2^53 are compared to the last one. */
export function reasonOutside(value: number | string, { min, max }: Bounds): string | undefined {
  const exact = typeof value === 'string' ? BigInt(value) : value
  if (exact < min) return `${value} is below the minimum ${min}`
  if (exact > max) return `${value} is above the maximum ${max}`
  return undefined
}
