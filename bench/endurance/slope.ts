// How much something grows in an hour: the straight line through its samples (least squares).

export type Sample = { atMs: number; value: number }

const HOUR_MS = 3_600_000

/** NaN for fewer than two moments. */
export function slopePerHour(samples: readonly Sample[]): number {
  const meanMs = mean(samples.map(({ atMs }) => atMs))
  const meanValue = mean(samples.map(({ value }) => value))
  const along = samples.reduce((sum, { atMs, value }) => sum + (atMs - meanMs) * (value - meanValue), 0)
  const across = samples.reduce((sum, { atMs }) => sum + (atMs - meanMs) ** 2, 0)
  return (along / across) * HOUR_MS
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
