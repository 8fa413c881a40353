// One round of retention: looks how old every series is, deletes, gives space back. In slices of some ms each, between which
// others write.

import type { DatabaseSync } from 'node:sqlite'
import { asCount } from '../../contract/parse'
import { inTransaction } from './layout'
import { OldestFirst } from './oldest-first'
import { advance, type RetentionClock, retentionTime } from './retention-clock'
import { nextStep, type RetentionLimits, type RetentionStep } from './retention-plan'
import { toStoredTime } from './stored-time'

/** After so much time a slice ends, ms; a step takes a few ms more at most, and the commit what the disk takes. */
const SLICE_MS = 8
/** Of the recent values deleted in one slice. */
const RECENT_VALUES = 4000
/** Pages given back in one slice. */
const GIVE_BACK_PAGES = 128

export type RoundTime = {
  /** ms since the epoch. */
  wallMs: number
  /** Since the round before, by a monotonic clock, ms. */
  elapsedMs: number
}

/** A slice is done with each `next()`; may be given up after any. Returns how many values went; throws what SQLite throws. */
export function* retentionRound(
  database: DatabaseSync,
  limits: RetentionLimits,
  time: RoundTime,
): Generator<void, number> {
  const nowMs = advanceClock(database, limits, time)
  yield
  let deleted = yield* deleteRecent(database, nowMs - limits.keptMs)
  const oldest = new OldestFirst(database)
  while (oldest.lookAtMore()) yield
  yield
  const [pageCount, freelistCount] = [database.prepare('PRAGMA page_count'), database.prepare('PRAGMA freelist_count')]
  const next = (before: RetentionStep): RetentionStep => {
    const pages = Number(pageCount.get()?.page_count)
    const freePages = Number(freelistCount.get()?.freelist_count)
    const isShrinking = before.kind === 'delete' && before.because === 'size'
    return nextStep({ pages, freePages, oldestMs: oldest.timeMs(), nowMs }, limits, isShrinking)
  }
  let step = next({ kind: 'nothing' })
  while (step.kind === 'delete') {
    inSlice(database, () => {
      if (step.kind !== 'delete') return false
      deleted += oldest.deleteBefore(step.beforeMs)
      step = next(step)
      return true
    })
    yield
  }
  while (inSlice(database, () => oldest.removeEmpty())) yield
  yield* giveBack(database, () => next({ kind: 'nothing' }))
  return deleted
}

/** Goes on in one transaction until its time is up, true, or there is nothing more to do, false. */
function inSlice(database: DatabaseSync, work: () => boolean): boolean {
  const end = performance.now() + SLICE_MS
  return inTransaction(database, () => {
    while (work()) if (performance.now() > end) return true
    return false
  })
}

/** Values among the recent ones only get old when nothing is written any more. */
function* deleteRecent(database: DatabaseSync, beforeMs: number): Generator<void, number> {
  let deleted = 0
  // -Infinity: nothing is ever too old
  while (Number.isFinite(beforeMs)) {
    const count = inTransaction(database, () => {
      const bound = database
        .prepare('SELECT time FROM recent WHERE time < ? ORDER BY time LIMIT 1 OFFSET ?')
        .get(toStoredTime(beforeMs), RECENT_VALUES)
      const remove = database.prepare(`DELETE FROM recent WHERE time ${bound ? '<=' : '<'} ?`)
      return Number(remove.run(bound ? Number(bound.time) : toStoredTime(beforeMs)).changes)
    })
    deleted += count
    if (count < RECENT_VALUES) break
    yield
  }
  return deleted
}

/** Free pages to the file system, from the end of the file. */
function* giveBack(database: DatabaseSync, next: () => RetentionStep): Generator<void, void> {
  let hasGiven = false
  for (let step = next(); step.kind === 'give-back'; step = next()) {
    database.exec(`PRAGMA incremental_vacuum(${Math.min(step.pages, GIVE_BACK_PAGES)})`)
    hasGiven = true
    yield
  }
  // only now the file becomes shorter
  if (hasGiven) database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}

function advanceClock(database: DatabaseSync, { keptMs }: RetentionLimits, { wallMs, elapsedMs }: RoundTime): number {
  return inTransaction(database, () => {
    const clock = advance(readClock(database), { wallMs, elapsedMs, keptMs })
    database
      .prepare('UPDATE history SET clock_ms = ?, ahead_ms = ? WHERE id = 1')
      .run(Math.round(clock.timeMs), Math.round(clock.aheadMs))
    return retentionTime(clock, wallMs)
  })
}

function readClock(database: DatabaseSync): RetentionClock | undefined {
  const row = database.prepare('SELECT clock_ms, ahead_ms FROM history WHERE id = 1').get()
  const timeMs = asCount(row?.clock_ms)
  return timeMs === undefined ? undefined : { timeMs, aheadMs: asCount(row?.ahead_ms) ?? 0 }
}
