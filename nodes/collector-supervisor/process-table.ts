// The process table as listeners see it: a snapshot first, then what has changed: at once after a
// quiet time, then at most every 100 ms.

import { messageOf } from '../../lib/contract/fault'
import type { ProcessEvent } from '../../lib/contract/process-event'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import { Coalescer } from './coalescer'
import type { TableListener } from './face'

/** The rows as they are now. */
export type RowSource = { rows(): ProcessRow[]; row(name: string): ProcessRow | undefined }

export const COALESCE_MS = 100

export class ProcessTable {
  readonly #source: RowSource
  readonly #report: (text: string) => void
  readonly #listeners = new Set<TableListener>()
  readonly #changed = new Set<string>()
  readonly #coalescer = new Coalescer(COALESCE_MS, () => this.#tell())

  /** `report` hears of listeners that throw. */
  constructor(source: RowSource, report: (text: string) => void) {
    this.#source = source
    this.#report = report
  }

  subscribe(listener: TableListener): { snapshot: ProcessRow[]; unsubscribe(): void } {
    // What is still being gathered is in the snapshot already; to send it again does no harm, to miss it would.
    this.#listeners.add(listener)
    return { snapshot: this.#source.rows(), unsubscribe: () => void this.#listeners.delete(listener) }
  }

  /** A row has come, is another, or has gone: which of it, is seen when it is told. */
  changed(name: string): void {
    this.#changed.add(name)
    if (this.#listeners.size > 0) this.#coalescer.changed()
  }

  event(event: ProcessEvent): void {
    for (const listener of this.#listeners) this.#guard(() => listener.event?.(event))
  }

  processor(supervisor: string, status: ProcessorStatus): void {
    for (const listener of this.#listeners) this.#guard(() => listener.processor?.(supervisor, status))
  }

  #tell(): void {
    // Fifty rows are not made ten times a second for the few that changed.
    const rows = [...this.#changed].map((name) => this.#source.row(name)).filter((row) => row !== undefined)
    // A name whose process went may have been given to another one meanwhile.
    for (const row of rows) this.#changed.delete(row.name)
    const removed = [...this.#changed]
    this.#changed.clear()
    for (const listener of this.#listeners) this.#guard(() => listener.rows?.(rows, removed))
  }

  #guard(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#report(`a listener of the process table failed: ${messageOf(error)}`)
    }
  }
}
