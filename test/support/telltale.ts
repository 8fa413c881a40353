// A simulated device whose values tell where and when they were read, so that a value which is old, or which belongs to
// another request, shows.

import type { Wave } from '../../simulators/modbus/waves'
import type { TagProperties } from './flows'
import type { Recorded } from './node-red'

/** A number of 32 bits. */
export type TelltaleNumber = { tag: TagProperties; place(wave: Wave): void }
export type TelltaleConstant = { tag: TagProperties; value: unknown }

/** Each number counts ms from its own start: more than a day fits in between. */
const APART = 100_000_000
/** The clocks of two processes on one machine, and rounding. */
const CLOCKS_MS = 10

export class Telltale {
  readonly tags: TagProperties[]
  readonly #numbers: readonly TelltaleNumber[]
  readonly #constants: readonly TelltaleConstant[]
  /** When each number began to count, not before and not after: a busy machine may stop in between. */
  readonly #began: readonly { fromMs: number; toMs: number }[]

  /** From now on the numbers count. The constants must be there. */
  constructor(numbers: readonly TelltaleNumber[], constants: readonly TelltaleConstant[]) {
    this.#numbers = numbers
    this.#constants = constants
    this.tags = [...numbers, ...constants].map(({ tag }) => tag)
    this.#began = numbers.map(({ place }, index) => {
      const fromMs = Date.now()
      place({ wave: 'counter', start: startOf(index), everyMs: 1 })
      return { fromMs, toMs: Date.now() }
    })
  }

  isAllBad(message: Recorded): boolean {
    return badTags(message).length === this.tags.length
  }

  /**
   * What a message says that is not true: a value of another place, one from before the reading `before` it, a bad tag
   * without a reason.
   */
  lies(message: Recorded, before: Recorded | undefined): string[] {
    const { payload, quality, timestamp = Number.NaN } = message
    const values = new Map(Object.entries(payload ?? {}))
    const lies: string[] = []
    const told = ({ name }: TagProperties): unknown => {
      const value = values.get(name)
      const reason = quality?.[name] ?? ''
      if (value === null && reason.length <= 5) lies.push(`${name} is null for no reason`)
      if (value !== null && reason !== '') lies.push(`${name} is ${value} and bad: ${reason}`)
      return value ?? undefined
    }
    for (const [index, { tag }] of this.#numbers.entries()) {
      const value = told(tag)
      if (value === undefined) continue
      const countedMs = Number(value) - startOf(index)
      const { fromMs, toMs } = this.#began[index] ?? { fromMs: Number.NaN, toMs: Number.NaN }
      if (!(countedMs >= 0 && countedMs < APART)) lies.push(`${tag.name} is ${value}, which it never was`)
      else if (fromMs + countedMs > timestamp + CLOCKS_MS)
        lies.push(`${tag.name} is from ${fromMs + countedMs - timestamp} ms after its reading`)
      else if (before && toMs + countedMs < (before.timestamp ?? 0) - CLOCKS_MS)
        lies.push(`${tag.name} is ${timestamp - toMs - countedMs} ms old, from before the last reading`)
    }
    for (const { tag, value } of this.#constants) {
      const said = told(tag)
      if (said !== undefined && said !== value) lies.push(`${tag.name} is ${said}`)
    }
    return lies
  }
}

function startOf(index: number): number {
  return (index + 1) * APART
}

/** Names of the bad tags. */
export function badTags({ quality }: Recorded): string[] {
  return Object.keys(quality ?? {})
}
