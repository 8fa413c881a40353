// How long a server asks to be left alone: the header Retry-After, in seconds or as a date (RFC 9110, 10.2.3 and 5.6.7).

/** No longer than this is believed, ms. */
export const RETRY_AFTER_MAX_MS = 3_600_000

const WEEKDAY = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/

/** ms from `nowMs` (since the epoch) on, 0 for what has passed; undefined for nonsense. */
export function parseRetryAfter(text: string, nowMs: number): number | undefined {
  const value = text.trim()
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, RETRY_AFTER_MAX_MS)
  // Date.parse takes anything for a date ("-5" is in May), and the one form that names no zone for local time.
  if (!WEEKDAY.test(value)) return undefined
  const time = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`)
  if (Number.isNaN(time)) return undefined
  return Math.min(Math.max(time - nowMs, 0), RETRY_AFTER_MAX_MS)
}
