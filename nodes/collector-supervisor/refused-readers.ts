// Readers whose supervisor cannot work: they have no process, but a row that says why, and an answer to commands.

import type { CommandResult } from '../../lib/contract/command'
import type { ProcessRow } from '../../lib/contract/process-row'
import { type Machine, newMachine } from './machine-state'
import type { ProcessSpec } from './process-spec'
import { newReport, onProcessEnd, rowOf } from './report'

export type RefusedReader = {
  spec: ProcessSpec
  /** Id and name of its supervisor, and why that cannot work. */
  supervisorId: string
  supervisor: string
  problem: string
}

export class RefusedReaders {
  readonly #readers = new Set<RefusedReader>()
  readonly #changed: (name: string) => void

  /** `changed`: the row of this name has come, or has gone. */
  constructor(changed: (name: string) => void) {
    this.#changed = changed
  }

  /** Until the function returned is called. */
  add(reader: RefusedReader): () => void {
    const { name } = reader.spec
    this.#readers.add(reader)
    this.#changed(name)
    return () => {
      if (this.#readers.delete(reader)) this.#changed(name)
    }
  }

  of(supervisorId: string | undefined): RefusedReader[] {
    return [...this.#readers].filter((reader) => supervisorId === undefined || reader.supervisorId === supervisorId)
  }

  find(name: string, supervisorId?: string): RefusedReader | undefined {
    return this.of(supervisorId).find(({ spec }) => spec.name === name)
  }

  /** Why the supervisor of this name cannot work; undefined where no reader of one is waiting. */
  problemOf(supervisor: string): string | undefined {
    return [...this.#readers].find((reader) => reader.supervisor === supervisor)?.problem
  }
}

export function refusedRow({ spec, supervisor, problem }: RefusedReader): ProcessRow {
  const state: Machine['state'] = { status: 'error', retryAt: undefined, lingering: false }
  return rowOf({
    spec,
    supervisor,
    machine: { ...newMachine('down'), state, lastError: problem },
    report: onProcessEnd(newReport(0)),
    inbox: { dropped: 0, tags: { good: 0, bad: 0 }, badTag: undefined },
    pid: undefined,
    command: [],
    wall: 'node',
    now: 0,
    wallTime: 0,
  })
}

export function refusedResult({ spec, problem }: RefusedReader): CommandResult {
  return { name: spec.name, success: false, code: 'conflict', error: problem }
}
