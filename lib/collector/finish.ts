// The last step of a reading: values times what other columns hold, then their bounds and texts. What was read for that alone
// is left out.

import type { Value } from '../contract/batch'
import { type Bounds, parseBounds, reasonOutside } from '../contract/bounds'
import { EXPONENT_MAX, times, timesPowerOfTen } from '../contract/decimal'
import type { ColumnScale } from '../contract/scale-from'
import { parseTexts, textOf, type ValueTexts } from '../contract/value-texts'

export type ColumnFinish = {
  readonly column: number
  readonly scale: ColumnScale
  readonly bounds?: Bounds | undefined
  readonly texts?: ValueTexts | undefined
}

/** What becomes of the columns that others scale. The texts have been checked. */
export function columnFinishes(
  tags: readonly { readonly min: string; readonly max: string; readonly texts: string }[],
  scales: ReadonlyMap<number, ColumnScale>,
): ColumnFinish[] {
  return [...scales].map(([column, scale]) => {
    const { min = '', max = '', texts = '' } = tags[column] ?? {}
    const parsed = parseTexts(texts)
    const byNumber = 'problem' in parsed || texts.trim() === '' ? undefined : parsed
    return { column, scale, bounds: parseBounds({ min, max }), texts: byNumber }
  })
}

/** As much of a reading as is looked at. */
type Unfinished = {
  readonly values: (Value | null)[]
  readonly bad: ReadonlyMap<number, string>
  readonly sourceTimes?: ReadonlyMap<number, number>
  readonly held?: ReadonlySet<number>
  readonly earlier?: readonly { readonly column: number }[]
}
export type Finish = <Reading extends Unfinished>(reading: Reading) => Reading

/** A value, or why there is none. */
type Finished = { value: Value } | { reason: string }

/** @param count of the tags; the columns behind them are hidden. Without anything to finish a reading stays what it is. */
export function finishOf(finishes: readonly ColumnFinish[], count: number): Finish {
  if (finishes.length === 0) return (reading) => reading
  const ordered = sourcesFirst(finishes)
  return (reading) => {
    const values = [...reading.values]
    const bad = new Map(reading.bad)
    const sourceTimes = reading.sourceTimes && new Map(reading.sourceTimes)
    for (const finish of ordered) {
      const { column } = finish
      const value = values[column] ?? null
      if (value === null || bad.has(column) || reading.held?.has(column)) continue
      const finished = finishedBy(finish, value, { values, bad, held: reading.held })
      values[column] = 'value' in finished ? finished.value : null
      if ('value' in finished) continue
      bad.set(column, finished.reason)
      sourceTimes?.delete(column)
    }
    for (const column of bad.keys()) if (column >= count) bad.delete(column)
    return {
      ...reading,
      values: values.slice(0, count),
      bad,
      ...(sourceTimes && { sourceTimes }),
      ...(reading.held && { held: new Set([...reading.held].filter((column) => column < count)) }),
      // by which scale those were multiplied is not known any more
      ...(reading.earlier && { earlier: withoutScaled(reading.earlier, finishes) }),
    }
  }
}

/** A column is finished after the one that it is multiplied by. In a circle, which the fields refuse, any order is as good. */
function sourcesFirst(finishes: readonly ColumnFinish[]): ColumnFinish[] {
  const waiting = new Map(finishes.map((finish) => [finish.column, finish]))
  const ordered: ColumnFinish[] = []
  for (const { column } of finishes) {
    const chain: ColumnFinish[] = []
    for (let next = waiting.get(column); next; next = waiting.get(next.scale.from)) {
      waiting.delete(next.column)
      chain.push(next)
    }
    ordered.push(...chain.reverse())
  }
  return ordered
}

type Known = {
  readonly values: readonly (Value | null)[]
  readonly bad: ReadonlyMap<number, string>
  readonly held: ReadonlySet<number> | undefined
}

function finishedBy({ scale, bounds, texts }: ColumnFinish, value: Value, known: Known): Finished {
  const factor = factorOf(scale, known)
  if ('reason' in factor) return factor
  const finish = (part: Value): Finished => {
    if (Array.isArray(part)) return finishedEach(part, finish)
    const number = numberOf(part)
    if (number === undefined) return { reason: 'the device holds no number here, so nothing can scale it' }
    const scaled = factor.multiply(number)
    if (!Number.isFinite(scaled))
      return { reason: `${number} times its scale ${scale.called} is too large for a number` }
    const reason = bounds && reasonOutside(scaled, bounds)
    if (reason !== undefined) return { reason }
    return { value: texts ? textOf(scaled, texts) : scaled }
  }
  return finish(value)
}

function finishedEach(parts: readonly (Value | null)[], finish: (part: Value) => Finished): Finished {
  const values: (Value | null)[] = []
  for (const [index, part] of parts.entries()) {
    if (part === null) {
      values.push(null)
      continue
    }
    const finished = finish(part)
    if ('reason' in finished) return { reason: `element [${index}]: ${finished.reason}` }
    values.push(finished.value)
  }
  return { value: values }
}

function factorOf(
  { kind, from, called }: ColumnScale,
  { values, bad, held }: Known,
): { multiply(value: number): number } | { reason: string } {
  const why = bad.get(from)
  if (why !== undefined) return { reason: `the scale ${called} is bad: ${why}` }
  if (held?.has(from)) return { reason: `the scale ${called} was not read in this cycle` }
  const scale = numberOf(values[from])
  if (scale === undefined) return { reason: `the scale ${called} is no number` }
  if (kind === 'factor') return { multiply: (value) => times(value, scale) }
  if (Number.isInteger(scale) && Math.abs(scale) <= EXPONENT_MAX) {
    return { multiply: (value) => timesPowerOfTen(value, scale) }
  }
  return { reason: `the scale ${called} holds ${scale}, which is no power of ten that a device scales by` }
}

/** Whole numbers beyond 2^53 come as digits. */
function numberOf(value: Value | null | undefined): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : undefined
}

function withoutScaled(earlier: NonNullable<Unfinished['earlier']>, finishes: readonly ColumnFinish[]) {
  const scaled = new Set(finishes.map(({ column }) => column))
  return earlier.filter(({ column }) => !scaled.has(column))
}
