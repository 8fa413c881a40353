// Where readings go: a database. The historian knows no more of one than this.

import type { Reading } from './reading'

/** What became of a write. Nothing but `accepted` may be taken for written. */
export type Verdict =
  | { kind: 'accepted' }
  /** Something in it is wrong: written in halves, what remains alone is at fault. Or it is known what: `faults`. */
  | { kind: 'refused'; reason: string; faults?: readonly ReadingFault[] }
  /**
   * Some readings are older than what the database keeps: all up to `throughMs`, or up to a time that it does not say. What holds
   * for one reading holds for all before it.
   */
  | { kind: 'too-old'; reason: string; throughMs?: number }
  /** Too large in one piece. */
  | { kind: 'too-large'; reason: string }
  /** Not now; after this time, ms, if the database has said when. */
  | { kind: 'later'; reason: string; afterMs?: number }
  /** Not before somebody changes something: a wrong password, no such database. Nothing of it is lost meanwhile. */
  | { kind: 'blocked'; reason: string }

/** What is wrong with the reading at this index of the write; without a column it is the whole reading. */
export type ReadingFault = { index: number; column?: string; reason: string }

export interface Sink {
  /** Writes all readings or says what happened instead; writing them again does no harm. Never throws, ends in bounded time. */
  write(readings: readonly Reading[], signal: AbortSignal): Promise<Verdict>
  /** Whether it could be written to now, where that can be known without writing. */
  probe?(signal: AbortSignal): Promise<Verdict>
  /** How long values are kept, ms, where that is known without asking: older source times would be lost at once. */
  readonly keptMs?: number
  /** May be called twice. */
  close(): void
}
