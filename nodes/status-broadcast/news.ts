// Which changes of a row are worth a message of their own. Measurements (CPU, memory, counters, times) never stand still:
// they go with the next message, and by `interval`.

import { isDeepStrictEqual } from 'node:util'
import type { ProcessRow } from '../../lib/contract/process-row'

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
