// Which times of sources are believed, and under which times values are kept: that of the source where it is known and sane, else that of
// the reading; and no two values of one tag under the same one. Pure, apart from the memory of what was kept last.

import type { Batch, Value } from '../contract/batch'
import type { EarlierValue, ReaderSettings } from './reader'

/** A clock that is ahead by more than this, ms, is wrong. */
const AHEAD_MAX_MS = 86_400_000
/** What counts up between values of one ms: a microsecond, which a double and both databases can tell apart, ms. */
const STEP_MS = 0.001
const STEPS_PER_MS = 1000

/**
 * Whether a source knows the time: OPC UA says with 0, 1601 or the ends of Int64 that it does not (OPC 10000-6, 5.2.2.5), and a clock
 * that was never set is in the year 30828, say. ms since the epoch.
 */
export function isSourceTime(timeMs: number, readingMs: number): boolean {
  return timeMs > 0 && timeMs <= readingMs + AHEAD_MAX_MS
}

/** Those that are believed: the same map if all are. */
export function believed(times: ReadonlyMap<number, number>, readingMs: number): ReadonlyMap<number, number> {
  const sane = [...times].filter(([, timeMs]) => isSourceTime(timeMs, readingMs))
  return sane.length === times.size ? times : new Map(sane)
}

type Last = { time: number; steps: number; value: Value | null; isCurrent: boolean }

export class KeptTimes {
  readonly #policy: NonNullable<ReaderSettings['time']>
  /** By column. */
  readonly #last = new Map<number, Last>()

  constructor(policy: ReaderSettings['time'] = 'source') {
    this.#policy = policy
  }

  /** Values from before a reading, in their order. What has no time of its own comes just before it. */
  earlier(values: readonly EarlierValue[], readingMs: number): EarlierValue[] {
    const isTimed = ({ time }: EarlierValue): boolean => this.#policy === 'source' && isSourceTime(time, readingMs)
    const counts = new Map<number, number>()
    const untimed = values.filter((value) => !isTimed(value))
    for (const { column } of untimed) counts.set(column, (counts.get(column) ?? 0) + 1)
    const given = new Map<number, number>()
    return values.map((value) => {
      const { column } = value
      if (isTimed(value)) return { ...value, time: this.#stepped(column, value.time, value.value, false) }
      const at = given.get(column) ?? 0
      given.set(column, at + 1)
      return { ...value, time: justBefore(readingMs, counts.get(column) ?? 1) + at * STEP_MS }
    })
  }

  /** A reading; the same one if nothing about it is different. */
  batch(batch: Batch): Batch {
    if (batch.sourceTimes.size === 0) return batch
    if (this.#policy === 'reading') return { ...batch, sourceTimes: new Map() }
    const kept = [...batch.sourceTimes].map(
      ([column, time]) => [column, this.#stepped(column, time, batch.values[column] ?? null, true)] as const,
    )
    const isSame = kept.every(([column, time]) => batch.sourceTimes.get(column) === time)
    return isSame ? batch : { ...batch, sourceTimes: new Map(kept) }
  }

  /** A value that stays, with its time, is one point however often it is read. */
  #stepped(column: number, time: number, value: Value | null, isCurrent: boolean): number {
    const last = this.#last.get(column)
    const isRead = last?.time === time && isCurrent && last.isCurrent && isSameValue(last.value, value)
    const steps = last?.time !== time ? 0 : isRead ? last.steps : last.steps + 1
    this.#last.set(column, { time, steps, value, isCurrent })
    return time + steps * STEP_MS
  }
}

/** Where values with this many times fit in before a reading. */
export function justBefore(readingMs: number, count: number): number {
  return readingMs - Math.ceil(count / STEPS_PER_MS)
}

function isSameValue(one: Value | null, other: Value | null): boolean {
  return one === other || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other))
}
