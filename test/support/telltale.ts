// A simulated device whose values tell where and when they were read, so that a value which is old, or which belongs to
// another request, shows.

import type { Wave } from '../../simulators/modbus/waves'
import type { TagProperties } from './flows'
import type { Recorded } from './node-red'

/** A number of 32 bits at least. */
export type TelltaleNumber = { tag: TagProperties; place(wave: Wave): void | Promise<void> }
export type TelltaleConstant = { tag: TagProperties; value: unknown }

/** ms since the epoch; not before and not after. */
type Began = { fromMs: number; toMs: number }

/** Each number counts ms from its own start: more than a day fits in between. */
const APART = 100_000_000
/** The clocks of two processes on one machine, and rounding. */
const CLOCKS_MS = 10

export class Telltale {
  readonly tags: TagProperties[]
  readonly #numbers: readonly TelltaleNumber[]
  readonly #constants: readonly TelltaleConstant[]
  /** When each number began to count: a busy machine may stop in between. */
  readonly #began: readonly Began[]
  readonly #life: number

  private constructor(
    numbers: readonly TelltaleNumber[],
    constants: readonly TelltaleConstant[],
    began: readonly Began[],
    life: number,
  ) {
    this.#numbers = numbers
    this.#constants = constants
    this.#began = began
    this.#life = life
    this.tags = [...numbers, ...constants].map(({ tag }) => tag)
  }

  /**
   * From now on the numbers count. The constants must be there.
   * @param life of a device that forgets everything when it ends: its numbers tell in which one they were read
   */
  static async begin(
    numbers: readonly TelltaleNumber[],
    constants: readonly TelltaleConstant[],
    life = 0,
  ): Promise<Telltale> {
    const began: Began[] = []
    for (const [index, { place }] of numbers.entries()) {
      const fromMs = Date.now()
      await place({ wave: 'counter', start: startOf(life * numbers.length + index), everyMs: 1 })
      began.push({ fromMs, toMs: Date.now() })
    }
    return new Telltale(numbers, constants, began, life)
  }

  /** All numbers are there, and were read after this moment (ms since the epoch). */
  isReadAfter(message: Recorded, ms: number): boolean {
    const values = new Map(Object.entries(message.payload ?? {}))
    return this.#numbers.every(({ tag }, index) => {
      const countedMs = Number(values.get(tag.name) ?? Number.NaN) - this.#startOf(index)
      return countedMs >= 0 && countedMs < APART && (this.#began[index]?.fromMs ?? 0) + countedMs > ms
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
      const countedMs = Number(value) - this.#startOf(index)
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

  #startOf(index: number): number {
    return startOf(this.#life * this.#numbers.length + index)
  }
}

function startOf(index: number): number {
  return (index + 1) * APART
}

/** Names of the bad tags. */
export function badTags({ quality }: Recorded): string[] {
  return Object.keys(quality ?? {})
}
