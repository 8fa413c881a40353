// One monitored item: what is known of its value, and when the server is asked for it (again).

import type { Sample } from './session'
import type { Answer } from './source'

export type Item = {
  answer: Answer
  /** How many notifications have come. */
  told: number
  /** `answer` was read after the item was made: the first notification may have been on its way, with an older value. */
  isRead: boolean
  /** A notification that is older than `answer` by its source time, so that the server would not tell of a change back to it. */
  older: Sample | undefined
  isTaken: boolean
  /** At the server. */
  itemId: number | undefined
  /** ms; undefined = it is watched, or about to be. */
  askAgainMs: number | undefined
  waitMs: number
  /** The server refused the filter. */
  unfiltered: boolean
}

export const FIRST_WAIT_MS = 10_000
export const NOT_YET: Answer = { problem: 'the server has not sent the value yet' }

export function newItem(): Item {
  return {
    answer: NOT_YET,
    told: 0,
    isRead: false,
    older: undefined,
    isTaken: true,
    itemId: undefined,
    askAgainMs: undefined,
    waitMs: FIRST_WAIT_MS,
    unfiltered: false,
  }
}

/** Whether a notification is older than what was read. */
export function isOlder({ sourceTime }: Sample, { answer, isRead }: Item): boolean {
  if (!isRead || !('sample' in answer) || sourceTime === undefined) return false
  return answer.sample.sourceTime !== undefined && sourceTime < answer.sample.sourceTime
}
