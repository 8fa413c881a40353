// What a search for refused readings works with: where it writes, what it may spend, and what it has learned so far.

import type { BatchLimit } from './batch'
import type { Claim } from './claim'
import type { Horizon } from './horizon'
import type { SearchBudget } from './search-budget'
import type { Sink } from './sink'
import type { Suspects } from './suspects'

export type SearchParts = {
  sink: Sink
  limit: BatchLimit
  budget: SearchBudget
  clock: { nowMs(): number; wallMs(): number }
  claim: Claim
  suspects: Suspects
  horizon: Horizon
  signal: AbortSignal
  beforeWrite(claim: Claim): void
  afterSuccess(): void
  moved(samples: number): void
}
