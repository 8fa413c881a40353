// Decimal numbers: as people write them, and multiplied without digits that were never measured.

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** undefined for everything that is no finite decimal number. */
export function decimal(text: string): number | undefined {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

/** A power of ten beyond this, either way, is no scale of any device. */
export const EXPONENT_MAX = 40
/** Beyond this a double does not hold a power of ten exactly: 5^23 has more than 53 bits. */
const EXACT_EXPONENT_MAX = 22
const powers = Array.from({ length: EXACT_EXPONENT_MAX + 1 }, (_, exponent) => Number(`1e${exponent}`))

/** value × 10^exponent as the nearest double; of an exponent that is not whole, or beyond EXPONENT_MAX, NaN. */
export function timesPowerOfTen(value: number, exponent: number): number {
  if (!Number.isInteger(exponent) || Math.abs(exponent) > EXPONENT_MAX) return Number.NaN
  const power = powers[Math.abs(exponent)]
  if (power === undefined) return withExponent(value, exponent)
  // 50243 × 0.1 is 5024.3 and some more, 50243 / 10 is 5024.3
  return exponent < 0 ? value / power : value * power
}

/** By its decimal digits: a multiplication by a power that is itself rounded would round twice. */
function withExponent(value: number, exponent: number): number {
  const [digits = '', own = '0'] = String(value).split('e')
  return Number(`${digits}e${Number(own) + exponent}`)
}

/** 0.1, 0.01 ... are carried out as divisions. */
export function times(value: number, factor: number): number {
  const divisor = Math.round(1 / factor)
  return factor === 1 / divisor ? value / divisor : value * factor
}
