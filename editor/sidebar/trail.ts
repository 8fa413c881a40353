// The last measurements of a process, and the small line that shows them.

/** At the usual pace of a measurement every 5 s: five minutes. */
export const TRAIL_LENGTH = 60

export type Trail = readonly number[]

export function extend(trail: Trail, value: number): Trail {
  return [...trail, value].slice(-TRAIL_LENGTH)
}

/**
 * The `d` of an SVG path in a box of `width` x `height`: the newest value at the right edge, 0 at the bottom, `least` or the highest value at
 * the top. Empty for less than two values.
 */
export function pathOf(trail: Trail, width: number, height: number, least: number): string {
  if (trail.length < 2) return ''
  const top = Math.max(least, ...trail)
  const step = width / (TRAIL_LENGTH - 1)
  const first = TRAIL_LENGTH - trail.length
  return trail
    .map((value, index) => {
      const x = round((first + index) * step)
      const y = round(height - (Math.max(0, value) / top) * height)
      return `${index === 0 ? 'M' : 'L'}${x} ${y}`
    })
    .join('')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
