// An end waits for what is still being written, but for no disk that stands still.

import { setTimeout } from 'node:timers/promises'

/** The end of a supervisor waits so long for each kind of its files, ms. */
export const LAST_WRITES_MS = 5_000

/** Settles when the writing has, or when this time is over. */
export async function untilWritten(writing: Promise<void> | undefined, timeoutMs: number): Promise<void> {
  const patience = new AbortController()
  const timeout = setTimeout(timeoutMs, undefined, { signal: patience.signal }).catch(() => {})
  try {
    await Promise.race([writing, timeout])
  } finally {
    patience.abort()
  }
}
