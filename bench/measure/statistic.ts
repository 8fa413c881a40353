// Medians and other quantiles of a handful of measurements.

/** Nearest rank, 0 to 1; throws for no values at all. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.max(Math.ceil(part * sorted.length) - 1, 0)]
  if (value === undefined) throw new Error('nothing was measured')
  return value
}

export function median(values: readonly number[]): number {
  const lower = quantile(values, 0.5)
  if (values.length % 2 === 1) return lower
  return (lower + quantile(values, 0.5 + 1 / values.length)) / 2
}

/** The median with the least and the greatest value, e.g. `12.3 (11.0 to 15.2)`. */
export function summary(values: readonly number[], digits: number): string {
  const [middle, least, most] = [median(values), quantile(values, 0), quantile(values, 1)].map((value) =>
    value.toFixed(digits),
  )
  return `${middle} (${least} to ${most})`
}
