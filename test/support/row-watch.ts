// Watches all rows of a Node-RED at once, for tests that wait for many of them at the same time.

import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { NodeRed } from './node-red'
import { until } from './until'

const EVERY_MS = 100

export class RowWatch {
  readonly #nodeRed: NodeRed
  readonly #end = new AbortController()
  #rows = new Map<string, ProcessRow>()
  #error: unknown
  readonly #watching: Promise<void>

  constructor(nodeRed: NodeRed) {
    this.#nodeRed = nodeRed
    this.#watching = this.#watch().catch((error: unknown) => {
      this.#error = this.#end.signal.aborted ? undefined : error
    })
  }

  /** Waits until the row is as wanted. */
  async when(name: string, wanted: (row: ProcessRow) => boolean, limitMs = 20_000): Promise<void> {
    const isAsWanted = (): boolean => {
      if (this.#error) throw this.#error
      const row = this.#rows.get(name)
      return row !== undefined && wanted(row)
    }
    try {
      await until(isAsWanted, limitMs, EVERY_MS / 2)
    } catch (error) {
      throw new Error(`the row did not become what was wanted; it is ${JSON.stringify(this.#rows.get(name))}`, {
        cause: error,
      })
    }
  }

  async end(): Promise<void> {
    this.#end.abort()
    await this.#watching
  }

  async #watch(): Promise<void> {
    while (!this.#end.signal.aborted) {
      this.#rows = new Map((await this.#nodeRed.rows()).map((row) => [row.name, row]))
      await sleep(EVERY_MS, undefined, { signal: this.#end.signal })
    }
  }
}
