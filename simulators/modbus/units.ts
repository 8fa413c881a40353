// The units behind one address, as behind a gateway: each may have a memory of its own, all others share one.

import { DeviceMemory } from './memory'

export class Units {
  readonly common: DeviceMemory
  readonly #own = new Map<number, DeviceMemory>()
  readonly #now: () => number

  /** @param now monotonic clock, ms */
  constructor(now: () => number) {
    this.#now = now
    this.common = new DeviceMemory(now)
  }

  /** What this unit answers from. */
  memoryOf(unit: number): DeviceMemory {
    return this.#own.get(unit) ?? this.common
  }

  /** The unit's own memory, which begins empty. */
  own(unit: number): DeviceMemory {
    const known = this.#own.get(unit)
    if (known) return known
    const memory = new DeviceMemory(this.#now)
    this.#own.set(unit, memory)
    return memory
  }
}
