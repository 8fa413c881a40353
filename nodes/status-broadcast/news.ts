// Which changes of a row, or of the way into the database, are worth a message of their own. Measurements (CPU, memory, counters, times) never stand still:
// they go with the next message, and by `interval`.

import { isDeepStrictEqual } from 'node:util'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'

/** The telling part of a row, as a copy. */
export type Telling = ReturnType<typeof tellingOf>

export function tellingOf(row: ProcessRow) {
  const { type, supervisor, status, link, pid, generation, restart_count, last_error, next_restart_at } = row
  return {
    type,
    supervisor,
    status,
    link,
    pid,
    generation,
    restart_count,
    last_error,
    next_restart_at,
    tags: { ...row.tags },
  }
}

/** undefined = not in the table. */
export function isNews(before: Telling | undefined, after: Telling | undefined): boolean {
  return !isDeepStrictEqual(before, after)
}

/** The telling part of a processor status: its counts never stand still while samples are written. */
export type ProcessorTelling = ReturnType<typeof processorTellingOf>

export function processorTellingOf({ running, workers, queue_dead, queue_retry, last_error }: ProcessorStatus) {
  return { running, workers, queue_dead, retries: queue_retry > 0, last_error }
}

/** undefined = never heard of. */
export function isProcessorNews(before: ProcessorTelling | undefined, after: ProcessorTelling): boolean {
  return !isDeepStrictEqual(before, after)
}
