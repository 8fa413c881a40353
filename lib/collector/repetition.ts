// How often to tell of what repeats itself: a log line each time would bury everything else.

/** Told of one by one up to here, */
export const TOLD = 3
/** then now and then. */
const TOLD_EVERY = 1000

/** Whether to tell of it the `count`th time, from 1. */
export function isTold(count: number): boolean {
  return count <= TOLD || count % TOLD_EVERY === 0
}
