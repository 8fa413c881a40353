// What has been read in the cycle under way, and what has been spent on it.

import type { Value } from '../contract/batch'
import { Unreadable } from '../registers/decoder'
import type { Item } from './item'
import type { Ask } from './protocol'
import type { ReadBlock } from './requests'

export class Cycle<Area extends string = string> {
  readonly ask: Ask<Area>
  readonly startedMs: number
  /** What chance adds to the waits that begin in this cycle, from [0, 1). */
  readonly chance: number
  readonly values: (Value | null)[]
  readonly bad = new Map<number, string>()
  /** Data and exceptions alike. */
  answers = 0
  silences = 0
  /** Those that say something of the device: not of units that were known to be dead. */
  tellingSilences = 0
  /** Units of such silences since the last answer. */
  readonly silentUnits = new Set<number>()
  /** Those of them that had answered the same request before. */
  readonly freshlySilentUnits = new Set<number>()
  /** Units that have answered in this cycle by themselves: a gateway may answer for one that is off. */
  readonly heardUnits = new Set<number>()
  /** Units that have given data in this cycle. */
  readonly givingUnits = new Set<number>()
  /** Enough silences for the device to be taken for dead, unless it answers a last, small request. */
  seemsDead = false
  /** What came last in the place of an answer. */
  instead: string | undefined
  /** What was wrong with the last answer without a value. */
  deviation: string | undefined
  /** A unit that is given another chance has let us wait in vain. */
  timeSpentOnTrial = false
  /** Unit -> requests that did not get through to it. */
  readonly lost = new Map<number, number>()
  /** Requests beyond the plan. */
  extraRequests = 0
  /** Those of them that were not answered. */
  extraSilences = 0
  readonly newRefusals: string[] = []

  constructor(ask: Ask<Area>, columns: number, startedMs: number, chance: number) {
    this.ask = ask
    this.startedMs = startedMs
    this.chance = chance
    this.values = new Array<Value | null>(columns).fill(null)
  }

  /** `addressStep` as the protocol has it for this area. */
  take(block: ReadBlock<Area>, view: DataView, addressStep: number): void {
    for (const { address, targets } of block.items) {
      const at = (address - block.address) * addressStep
      for (const { column, decode } of targets) {
        const value = decode(view, at)
        if (value instanceof Unreadable) this.bad.set(column, value.reason)
        else {
          this.values[column] = value
          // read twice in one cycle, on the way to a culprit
          if (this.bad.size > 0) this.bad.delete(column)
        }
      }
    }
  }

  /** Those of which nothing else is known. */
  markBad(items: readonly Item<Area>[], reason: string): void {
    for (const { targets } of items) {
      for (const { column } of targets) {
        if (this.values[column] === null && !this.bad.has(column)) this.bad.set(column, reason)
      }
    }
  }

  heard(): void {
    this.answers++
    if (this.silentUnits.size === 0) return
    this.silentUnits.clear()
    this.freshlySilentUnits.clear()
  }

  lose(unit: number): void {
    this.lost.set(unit, (this.lost.get(unit) ?? 0) + 1)
  }

  /** A moment of it, for waits that begin now. */
  get at(): { nowMs: number; chance: number } {
    return { nowMs: this.startedMs, chance: this.chance }
  }
}
