// How long to leave the database alone after a write that did not succeed.

import type { Verdict } from './sink'

const FIRST_MS = 1000
const LONGEST_MS = 60_000
const BLOCKED_MS = 30_000
/** Part of a wait that chance takes away, so that many historians do not return together. */
const JITTER = 0.25
/** What the server asks for may only be exceeded. */
const JITTER_ABOVE = 0.1

/** ms, after so many failed writes in a row (at least one); `chance` is from [0, 1). */
export function backoffMs(verdict: Verdict & { kind: 'later' | 'blocked' }, failures: number, chance: number): number {
  if (verdict.kind === 'blocked') return BLOCKED_MS * (1 - JITTER * chance)
  if (verdict.afterMs !== undefined) return Math.max(verdict.afterMs, FIRST_MS) * (1 + JITTER_ABOVE * chance)
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS) * (1 - JITTER * chance)
}
