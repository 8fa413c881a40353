// What has been learned of the areas of each unit: how much is given at once, and where no request may reach over.

import type { Cut } from '../registers/blocks'

export type Terrain = {
  /** Where no request may reach over: a hole between items, or the border of two parts that are given apart only. */
  readonly holes: Cut[]
  /** What the device gives at once; undefined while it is not known to be less than the configuration allows. */
  maxLength?: number
  /** What it has given at once so far; 0: nothing of this area yet. */
  longest: number
}

/** A device that gives less than this at once would be a strange one. */
const MAX_LENGTH_MIN = 8

export class Terrains {
  readonly #known = new Map<string, Terrain>()

  of(unit: number, area: string): Terrain {
    const key = `${unit} ${area}`
    const known = this.#known.get(key)
    if (known) return known
    const terrain: Terrain = { holes: [], longest: 0 }
    this.#known.set(key, terrain)
    return terrain
  }
}

/**
 * The device refused `length` together and then gave it in two parts. Returns how many are asked for at once from now on;
 * undefined if as many have been given before, so that it cannot be the length.
 */
export function shorten(terrain: Terrain, length: number): number | undefined {
  if (length <= terrain.longest || length <= MAX_LENGTH_MIN) return undefined
  terrain.maxLength = Math.max(terrain.longest, length >> 1)
  return terrain.maxLength
}
