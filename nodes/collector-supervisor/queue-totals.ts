// The counts of a durable queue that must go on when its file does not: in samples, since the queue was first made. Pure.

import { asCount, asRecord } from '../../lib/contract/parse'
import type { QueueStatus } from '../../lib/queue/queue'

export type QueueTotals = {
  sent: number
  delivered: number
  dropped: number
}

export const NO_TOTALS: QueueTotals = { sent: 0, delivered: 0, dropped: 0 }

export function totalsOf({ sent, delivered, dropped }: QueueStatus): QueueTotals {
  return { sent, delivered, dropped }
}

/** What was still in the file when it broke is lost. */
export function lostWith({ sent, delivered }: QueueTotals): QueueTotals {
  return { sent, delivered, dropped: sent - delivered }
}

/** From the file that remembers them; undefined for anything malformed. */
export function parseTotals(input: unknown): QueueTotals | undefined {
  const record = asRecord(input)
  const [sent, delivered, dropped] = [record?.sent, record?.delivered, record?.dropped].map(asCount)
  if (sent === undefined || delivered === undefined || dropped === undefined) return undefined
  return delivered + dropped <= sent ? { sent, delivered, dropped } : undefined
}
