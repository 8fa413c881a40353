// What the sidebar says of a process, from its row: which colour, which words. Pure; the words are keys of the catalog.

import type { ProcessRow } from '../../lib/contract/process-row'

export type Action = 'start' | 'stop' | 'restart'

/** What makes sense to ask of it now. */
export function actionsFor(status: ProcessRow['status']): Record<Action, boolean> {
  const runs = status === 'running' || status === 'starting' || status === 'crashed'
  return { start: !runs, stop: status !== 'stopped' && status !== 'stopping', restart: runs || status === 'error' }
}

/** What an operator has to know first: why it is not well. Nothing while it is. */
export function problemOf(row: ProcessRow): string {
  return row.health === 'well' || row.health === 'off' ? '' : (row.last_error ?? '')
}

/** `12 s`, `5 min 3 s`, `3 h 20 min`, `12 d 4 h`: the two largest units. */
export function durationOf(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const units: [unit: string, size: number][] = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ]
  const first = units.findIndex(([, size]) => whole >= size)
  if (first < 0) return '0 s'
  let rest = whole
  const parts: string[] = []
  for (const [unit, size] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${unit}`)
  }
  return parts.join(' ')
}

/** ms -> `12 ms`, `1.3 s`. */
export function spanOf(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`
}

/** Numbers that stay readable: 1234567 -> 1 234 567. */
export function countOf(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u202f')
}

/** By name, and so that nothing moves below the pointer when a state changes. */
export function byName(a: ProcessRow, b: ProcessRow): number {
  return a.name.localeCompare(b.name, undefined, { numeric: true })
}
