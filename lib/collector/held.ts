// Columns that are not read in every cycle: what was read of them last stands in the cycles between, with its own time.

import type { Value } from '../contract/batch'
import type { Reading } from './reader'
import type { Columns } from './reading'

const NEVER_READ = 'it has not been its turn yet'

export class Held {
  #columns: Columns = { values: [], bad: new Map() }
  /** Column -> ms since the epoch. */
  #times: number[] = []

  /** The reading with its held columns filled. */
  fill(reading: Reading): Reading {
    const { held } = reading
    if (!held || held.size === 0) return reading
    const values = [...reading.values]
    const bad = new Map(reading.bad)
    for (const column of held) {
      const value: Value | null = this.#columns.values[column] ?? null
      values[column] = value
      if (value === null) bad.set(column, this.#columns.bad.get(column) ?? NEVER_READ)
    }
    return { ...reading, values, bad }
  }

  /** What a cycle told. Returns the times of its held columns, ms since the epoch. */
  note(columns: Columns, time: number, held?: ReadonlySet<number>): ReadonlyMap<number, number> | undefined {
    if (!held) return undefined
    const times = new Map<number, number>()
    for (let column = 0; column < columns.values.length; column++) {
      if (!held.has(column)) this.#times[column] = time
      else if (columns.values[column] !== null) times.set(column, this.#times[column] ?? time)
    }
    this.#columns = columns
    return times.size === 0 ? undefined : times
  }
}
