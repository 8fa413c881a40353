// Tags whose turn it is not in a cycle: what was read of them is left out, so that their last values stay.

import type { Reading } from '../../lib/collector/reader'
import type { Turns } from '../../lib/polling/turns'

type Tag = { readonly every: number }

/** A tag that was due and is bad has its turn in the next cycle, too. */
export function onlyWhoseTurnItIs(reading: Reading, tags: readonly Tag[], turns: Turns<Tag>): Reading {
  if (turns.rare.length === 0) return reading
  const values = [...reading.values]
  const bad = new Map(reading.bad)
  const sourceTimes = new Map(reading.sourceTimes)
  const held = new Set<number>()
  for (const [column, tag] of tags.entries()) {
    if (turns.isDue(tag)) {
      turns.note(tag, !bad.has(column))
      continue
    }
    held.add(column)
    values[column] = null
    bad.delete(column)
    sourceTimes.delete(column)
  }
  return { ...reading, values, bad, sourceTimes, held }
}
