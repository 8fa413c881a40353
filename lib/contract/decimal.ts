// Decimal numbers: as people write them, and multiplied without digits that were never measured.

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** undefined for everything that is no finite decimal number. */
export function decimal(text: string): number | undefined {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

/** A power of ten beyond this, either way, is no scale of any device. */
export const EXPONENT_MAX = 40
/** Each the nearest double, which `10 ** n` need not be. */
const powers = Array.from({ length: EXPONENT_MAX + 1 }, (_, exponent) => Number(`1e${exponent}`))

/** value × 10^exponent; of an exponent that is not whole, or beyond EXPONENT_MAX, NaN. */
export function timesPowerOfTen(value: number, exponent: number): number {
  const power = powers[Math.abs(exponent)] ?? Number.NaN
  // 50243 × 0.1 is 5024.3 and some more, 50243 / 10 is 5024.3
  return exponent < 0 ? value / power : value * power
}

/** 0.1, 0.01 ... are carried out as divisions. */
export function times(value: number, factor: number): number {
  const divisor = Math.round(1 / factor)
  return factor === 1 / divisor ? value / divisor : value * factor
}
