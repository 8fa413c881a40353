// A write transaction of one connection.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { patiently } from './pause'

export class Transaction {
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #rollback: StatementSync
  readonly #busyTimeoutMs: number

  constructor(database: DatabaseSync, busyTimeoutMs: number) {
    this.#busyTimeoutMs = busyTimeoutMs
    // the lock from the start: upgrading a read transaction later could not wait for it
    this.#begin = database.prepare('BEGIN IMMEDIATE')
    this.#commit = database.prepare('COMMIT')
    this.#rollback = database.prepare('ROLLBACK')
  }

  /** All of it happens or, when it throws, nothing. */
  run<T>(work: () => T): T {
    patiently(this.#busyTimeoutMs, () => this.#begin.run())
    try {
      const result = work()
      this.#commit.run()
      return result
    } catch (thrown) {
      try {
        this.#rollback.run()
      } catch {
        // SQLite has rolled back by itself, as it does when the disk is full
      }
      throw thrown
    }
  }
}
