// What is counted on the way into the database: since local midnight, and a second. Pure.

import { asCount, asRecord, asText } from '../../lib/contract/parse'

/** The local day, and what had been delivered before it began. */
export type Day = { date: string; deliveredBefore: number }

/** The local date of a time, as 2026-11-22. */
export function localDate(time: Date): string {
  const part = (value: number): string => String(value).padStart(2, '0')
  return `${time.getFullYear()}-${part(time.getMonth() + 1)}-${part(time.getDate())}`
}

/** The day as it is now: at midnight a new one begins, counting from what had been delivered until then. */
export function dayAt(day: Day | undefined, time: Date, delivered: number): Day {
  const date = localDate(time)
  // A queue that was made anew without its totals has delivered less than before.
  if (day?.date === date && day.deliveredBefore <= delivered) return day
  return { date, deliveredBefore: delivered }
}

export function parseDay(input: unknown): Day | undefined {
  const record = asRecord(input)
  const date = asText(record?.date, 10)
  const deliveredBefore = asCount(record?.deliveredBefore)
  return date === undefined || deliveredBefore === undefined ? undefined : { date, deliveredBefore }
}

/** Times are ms of a monotonic clock. */
export type Mark = { at: number; delivered: number }

/** The speed looks back so far, ms. */
const WINDOW_MS = 10_000

/** The marks that count for the speed, with a new one. */
export function withMark(marks: readonly Mark[], mark: Mark): Mark[] {
  return [...marks.filter(({ at, delivered }) => mark.at - at <= WINDOW_MS && delivered <= mark.delivered), mark]
}

/** Samples a second, one decimal. */
export function speedOf(marks: readonly Mark[]): number {
  const [first, last] = [marks[0], marks.at(-1)]
  if (!first || !last || last.at <= first.at) return 0
  return Math.round(((last.delivered - first.delivered) / (last.at - first.at)) * 10_000) / 10
}
