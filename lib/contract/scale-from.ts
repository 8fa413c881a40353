// A scale that changes while the device runs: the tag or register that a tag is multiplied by, and the columns that takes.

import type { TagProblem } from './fields'

/** `power`: 10^n, `factor`: n. `from` is the name of a tag, or else an address. */
export type ScaleReference = { readonly kind: 'power' | 'factor'; readonly from: string }

/** undefined for an empty text. */
export function parseScaleFrom(text: string): ScaleReference | { problem: string } | undefined {
  if (text.trim() === '') return undefined
  const [, sign = '', from = ''] = /^\s*(10\s*\^|\*)?\s*(.*?)\s*$/s.exec(text) ?? []
  if (from === '') return { problem: `${JSON.stringify(text)} names no scale: write 10^ or * and a tag or an address` }
  return { kind: sign === '*' ? 'factor' : 'power', from }
}

export function checkScaleFrom(text: string): string | undefined {
  const parsed = parseScaleFrom(text)
  return parsed && 'problem' in parsed ? parsed.problem : undefined
}

/** Of what only scales others, all but where it is and what type it has. */
export const plainColumns = {
  order: '',
  scale: 1,
  offset: 0,
  unit: '',
  deadband: 0,
  length: 1,
  noValue: '',
  min: '',
  max: '',
  scaleFrom: '',
  texts: '',
  charset: '',
} as const

export type ScaledTag = { readonly name: string; readonly scaleFrom: string; readonly every: number }

/** A column is multiplied by what another one holds; `called` is how the user named that one. */
export type ColumnScale = { readonly kind: 'power' | 'factor'; readonly from: number; readonly called: string }

/** All that has to be read: the tags, then the scales that are no tag, or are read more often than their tag. */
export type ScaledColumns<T> = { readonly columns: readonly T[]; readonly scales: ReadonlyMap<number, ColumnScale> }

/** @param atAddress what is read for a scale that no tag is called by, in the cycles of the tag that it scales */
export function scaledColumns<T extends ScaledTag>(
  tags: readonly T[],
  atAddress: (tag: T, reference: ScaleReference) => T,
): ScaledColumns<T> {
  const scales = new Map<number, ColumnScale>()
  if (tags.every(({ scaleFrom }) => scaleFrom === '')) return { columns: tags, scales }
  const columns = [...tags]
  const byName = columnsByName(tags)
  const hidden = new Map<string, number>()
  const hide = (tag: T): number => {
    const key = JSON.stringify(tag)
    const known = hidden.get(key)
    if (known !== undefined) return known
    hidden.set(key, columns.length)
    return columns.push(tag) - 1
  }
  // what is hidden may itself have a scale
  for (let column = 0; column < columns.length; column++) {
    const tag = columns[column]
    const reference = tag && parseScaleFrom(tag.scaleFrom)
    if (!tag || !reference || 'problem' in reference) continue
    const named = byName.get(reference.from)
    const source = named === undefined ? undefined : tags[named]
    let from: number
    if (named === undefined || !source) from = hide(atAddress(tag, reference))
    else if (source.every === 1 || source.every === tag.every) from = named
    else from = hide({ ...source, every: tag.every })
    scales.set(column, {
      kind: reference.kind,
      from,
      called: named === undefined ? reference.from : `"${reference.from}"`,
    })
  }
  return { columns, scales }
}

/** Of two of the same name, which is another problem, the first counts. */
function columnsByName(tags: readonly { readonly name: string }[]): Map<string, number> {
  const byName = new Map<string, number>()
  tags.forEach(({ name }, column) => {
    if (!byName.has(name)) byName.set(name, column)
  })
  return byName
}

type CheckedTag = { readonly name: string; readonly scaleFrom?: string }

/**
 * What cannot be a scale: names of no tag and no register, tags that are no single number, circles.
 * @param against why a tag cannot be a scale
 * @param againstAddress why there is nothing to read for `from`, which is no tag
 */
export function checkScales<T extends CheckedTag>(
  tags: readonly T[],
  { against, againstAddress }: ScaleChecks<T>,
): TagProblem[] {
  const byName = columnsByName(tags)
  const next = tags.map(({ scaleFrom = '' }) => {
    const reference = parseScaleFrom(scaleFrom)
    return reference && 'from' in reference ? byName.get(reference.from) : undefined
  })
  const circular = circlesOf(next)
  return tags.flatMap((tag, index) => {
    const reference = parseScaleFrom(tag.scaleFrom ?? '')
    if (!reference || 'problem' in reference) return []
    const named = next[index]
    const source = named === undefined ? undefined : tags[named]
    let message = source ? against(source) : againstAddress(tag, reference.from)
    if (circular.has(index)) message = `"${reference.from}" is scaled by this tag itself`
    return message === undefined ? [] : [{ index, field: 'scaleFrom', message }]
  })
}

export type ScaleChecks<T> = {
  against(source: T): string | undefined
  againstAddress(tag: T, from: string): string | undefined
}

/** Each tag names at most one other: following them either ends, or comes back to where it has been. */
function circlesOf(next: readonly (number | undefined)[]): Set<number> {
  const circular = new Set<number>()
  const seen = new Set<number>()
  for (const start of next.keys()) {
    const path: number[] = []
    let at: number | undefined = start
    for (; at !== undefined && !seen.has(at); at = next[at]) {
      seen.add(at)
      path.push(at)
    }
    const first = at === undefined ? -1 : path.indexOf(at)
    if (first >= 0) for (const index of path.slice(first)) circular.add(index)
  }
  return circular
}
