// What an operator is told of things that are lost or had to be repaired, in words. Pure.

import type { Damage, Legacy } from './journal'

export function describeDamage({ lines, kept }: Damage): string {
  if (lines === undefined)
    return 'the journal of events is gone or was emptied: what happened last before this start is not known any more'
  const lost = `${lines} ${lines === 1 ? 'line' : 'lines'} of the journal of events were damaged, and what was in them is lost`
  return kept.length === 0
    ? lost
    : `${lost}; the damaged file is kept as ${kept.join(' and ')}: look at it, then remove it`
}

/** undefined where Node-RED ended in order, or nobody knows how. */
export function describeEnd({ end, lastSignOfLife }: Pick<Legacy, 'end' | 'lastSignOfLife'>): string | undefined {
  const since = `last sign of life at ${lastSignOfLife.toISOString()}`
  switch (end) {
    case 'killed':
      return `Node-RED ended without shutting down (killed, out of memory, or no power); ${since}`
    case 'exit':
      return `Node-RED ended without shutting down (an error that nobody caught, or process.exit); ${since}`
    case 'in-order':
    case 'unknown':
      return undefined
    default:
      return end satisfies never
  }
}
