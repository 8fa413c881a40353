// Where readings go: a database. The historian knows no more of one than this.

import type { Reading } from './reading'

/** What became of a write. Nothing but `accepted` may be taken for written. */
export type Verdict =
  | { kind: 'accepted' }
  /** Something in it is wrong: written in halves, what remains alone is at fault. */
  | { kind: 'refused'; reason: string }
  /** Too large in one piece. */
  | { kind: 'too-large'; reason: string }
  /** Not now; after this time, ms, if the database has said when. */
  | { kind: 'later'; reason: string; afterMs?: number }
  /** Not before somebody changes something: a wrong password, no such database. Nothing of it is lost meanwhile. */
  | { kind: 'blocked'; reason: string }

export interface Sink {
  /** Writes all readings or says what happened instead; writing them again does no harm. Never throws, ends in bounded time. */
  write(readings: readonly Reading[], signal: AbortSignal): Promise<Verdict>
  /** Whether it could be written to now, where that can be known without writing. */
  probe?(signal: AbortSignal): Promise<Verdict>
  /** May be called twice. */
  close(): void
}
