// Scales as lists write them -> the number that a raw value is multiplied with, as a text. Pure.

/** `0,1` `x0.1` `× 0.1` `*0.1` `/10` `÷10` `1/10` `10^-1` `1E-1` `1:10` `0.1 V` `x10`; '' for an empty cell, undefined for anything else. */
export function scaleOf(text: string): string | undefined {
  const bare = text.trim().replace(/^[x×*·]\s*/i, '')
  if (bare === '') return ''
  const [, number = '', rest = ''] = /^([+-]?[\d.,]+(?:e[+-]?\d+)?)(.*)$/i.exec(bare) ?? []
  const factor = decimal(number)
  const [, divisor] = /^\s*[/:÷]\s*([\d.,]+)\s*$/.exec(rest) ?? []
  if (factor !== undefined && divisor !== undefined) return quotient(factor, decimal(divisor))
  const [, exponent] = /^\s*(?:\^|\*\*)\s*([+-]?\d+)\s*$/.exec(rest) ?? []
  if (factor === 10 && exponent !== undefined) return written(Number(`1e${exponent}`))
  // a unit behind it, as in "0.1 V" or "0.1V/bit"
  if (factor !== undefined && /^\s*[^\d\s^*:÷][^\d]*$|^$/.test(rest)) return written(factor)
  const [, divider] = /^[/÷]\s*([\d.,]+)$/.exec(bare) ?? []
  return divider === undefined ? undefined : quotient(1, decimal(divider))
}

/** A number that raw values are divided by -> the one that they are multiplied with. */
export function scaleOfDivisor(text: string): string | undefined {
  if (text.trim() === '') return ''
  return quotient(1, decimal(text.trim()))
}

/** With a point or a comma; a mark of thousands is none that a scale needs, so "1.000" is 1. */
export function decimal(text: string): number | undefined {
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(text)) return undefined
  const number = Number(text.replace(',', '.'))
  return Number.isFinite(number) ? number : undefined
}

function quotient(dividend: number, divisor: number | undefined): string | undefined {
  return divisor === undefined || divisor === 0 ? undefined : written(dividend / divisor)
}

/** Without the noise of binary fractions: 1 / 1000 * 3 is 0.003. */
function written(value: number): string | undefined {
  return value === 0 || !Number.isFinite(value) ? undefined : String(Number(value.toPrecision(15)))
}
