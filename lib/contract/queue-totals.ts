// What is counted on the way into the database, in samples. Whoever keeps the durable queue tells it to Node-RED, which never
// opens the file itself.

import { asCount, asNumber, asRecord, parseNumbers } from './parse'

/** The counts that must go on when the file of the queue does not: since the queue was first made. */
export type QueueTotals = {
  sent: number
  delivered: number
  dropped: number
}
/** `atMs`: when they were true, on the machine's monotonic clock. */
export type KnownTotals = QueueTotals & { atMs: number }

/** sent = delivered + pending + claimed + retry + dead + dropped. */
export type QueueCounts = QueueTotals & { pending: number; claimed: number; retry: number; dead: number }

export const NO_TOTALS: QueueTotals = { sent: 0, delivered: 0, dropped: 0 }

export function totalsOf({ sent, delivered, dropped }: QueueTotals): QueueTotals {
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

/** From another process. */
export function parseKnownTotals(input: unknown): KnownTotals | undefined {
  const totals = parseTotals(input)
  const atMs = asNumber(asRecord(input)?.atMs, 0)
  return totals && atMs !== undefined ? { ...totals, atMs } : undefined
}

const COUNTS = ['sent', 'delivered', 'dropped', 'pending', 'claimed', 'retry', 'dead'] as const

/** From another process. */
export function parseQueueCounts(input: unknown): QueueCounts | undefined {
  return parseNumbers(input, COUNTS)
}

/** Without anything of what else is known of a queue. */
export function countsOf({ sent, delivered, dropped, pending, claimed, retry, dead }: QueueCounts): QueueCounts {
  return { sent, delivered, dropped, pending, claimed, retry, dead }
}
