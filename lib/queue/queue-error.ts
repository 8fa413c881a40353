// What can go wrong with a queue, by name, and the one table that says which name an error of SQLite gets.

import { sqliteText } from './sqlite-advice'

/**
 * `CreationFailed`         nothing could be created at the path
 * `AccessFailed`           no such queue, no permission, closed, or (`busy`) locked by another process right now: try again
 * `QueueFull`              no room: disk full, message larger than the whole queue, or the log held by a stuck reader
 * `QueueEmpty`             a receive that waits got nothing in its time
 * `SerializationFailed`    the message cannot be sent as it is: not serializable, malformed or too large
 * `DeserializationFailed`  a body that arrived whole, but cannot be read
 * `CorruptedData`          the file is damaged or is no queue: `Queue.create` sets it aside and makes a new one
 */
export type QueueErrorKind =
  | 'CreationFailed'
  | 'AccessFailed'
  | 'QueueFull'
  | 'QueueEmpty'
  | 'SerializationFailed'
  | 'DeserializationFailed'
  | 'CorruptedData'

export class QueueError extends Error {
  readonly kind: QueueErrorKind
  /** Locked by another process at this moment; nothing is wrong with the queue. */
  readonly busy: boolean

  constructor(kind: QueueErrorKind, message: string, options?: { busy?: boolean; cause?: unknown }) {
    super(message, options)
    this.name = 'QueueError'
    this.kind = kind
    this.busy = options?.busy ?? false
  }
}

type Verdict = { kind: QueueErrorKind; busy?: boolean }
const BUSY: Verdict = { kind: 'AccessFailed', busy: true }
const FULL: Verdict = { kind: 'QueueFull' }
const CORRUPTED: Verdict = { kind: 'CorruptedData' }

/** Result code of SQLite (https://sqlite.org/rescode.html) -> verdict. Extended codes go before their primary code. */
const VERDICTS: ReadonlyMap<number, Verdict> = new Map([
  [1, CORRUPTED], // SQLITE_ERROR: our statements are fixed, so it is the schema that is not ours
  [5, BUSY], // SQLITE_BUSY
  [6, BUSY], // SQLITE_LOCKED
  [11, CORRUPTED], // SQLITE_CORRUPT
  [13, FULL], // SQLITE_FULL
  [15, BUSY], // SQLITE_PROTOCOL: lost the race for a lock too often
  [18, { kind: 'SerializationFailed' }], // SQLITE_TOOBIG
  [19, CORRUPTED], // SQLITE_CONSTRAINT: the ids are used up, which sending alone cannot do
  [20, CORRUPTED], // SQLITE_MISMATCH
  [26, CORRUPTED], // SQLITE_NOTADB
  [522, CORRUPTED], // SQLITE_IOERR_SHORT_READ: the file was cut off
  [778, FULL], // SQLITE_IOERR_WRITE
  [4874, FULL], // SQLITE_IOERR_SHMSIZE: no room for the index of the log
  [8202, CORRUPTED], // SQLITE_IOERR_DATA
  [8458, CORRUPTED], // SQLITE_IOERR_CORRUPTFS
])

const PRIMARY_CODE = 0xff

/** Verdict on a result code, extended or primary; whatever has no entry is AccessFailed. */
export function verdictOn(errcode: number): { kind: QueueErrorKind; busy: boolean } {
  const verdict = VERDICTS.get(errcode) ?? VERDICTS.get(errcode & PRIMARY_CODE)
  return { kind: verdict?.kind ?? 'AccessFailed', busy: verdict?.busy ?? false }
}

/** Anything thrown while `doing` something with a queue, as a QueueError. */
export function toQueueError(thrown: unknown, doing: string): QueueError {
  if (thrown instanceof QueueError) return thrown
  const message = `${doing}: ${thrown instanceof Error ? sqliteText(thrown) : String(thrown)}`
  if (thrown instanceof Error && 'errcode' in thrown && typeof thrown.errcode === 'number') {
    const { kind, busy } = verdictOn(thrown.errcode)
    return new QueueError(kind, message, { busy, cause: thrown })
  }
  // what SQLite holds cannot be a JavaScript value: only a strange row can be like that
  const strange = thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_OUT_OF_RANGE'
  return new QueueError(strange ? 'CorruptedData' : 'AccessFailed', message, { cause: thrown })
}

/** Does it; whatever it throws comes out as a QueueError. */
export function attempt<T>(doing: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw toQueueError(thrown, doing)
  }
}
