// An edge in words, for the log and the journal. Pure.

import type { ProcessRow } from '../../lib/contract/process-row'
import type { Edge } from './edges'

/** `linkReason`: why the link is not as it should be, '' when it is. */
export function edgeWords(
  edge: Edge,
  { tags, last_error }: Pick<ProcessRow, 'tags' | 'last_error'>,
  linkReason: string,
): string {
  const span = spanWords(edge.lastedMs)
  if (edge.kind === 'link') {
    if (edge.to !== 'connected') return linkReason || (last_error ?? `the link is ${edge.to}`)
    return edge.from === 'connecting' ? `connected after ${span}` : `connected again after ${span}`
  }
  if (edge.to === 'good') return `all ${tags.total} tags are good again after ${span}`
  const counts = `${tags.bad} of ${tags.total} tags are bad`
  return last_error === null ? counts : `${counts}: ${last_error}`
}

/** 8123 -> `8 s`, 310 -> `0.3 s`, 90 000 -> `1 min 30 s`, 7 260 000 -> `2 h 1 min`. */
export function spanWords(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 9.95) return `${Math.round(seconds * 10) / 10} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return joined(Math.floor(whole / 60), 'min', whole % 60, 's')
  const minutes = Math.round(seconds / 60)
  return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}
