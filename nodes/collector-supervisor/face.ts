// What other nodes, the REST routes and later transports may use of the supervisors. All else is internal.

import type { Command, CommandResult } from '../../lib/contract/command'
import type { LogLevel } from '../../lib/contract/control'
import type { Fault } from '../../lib/contract/fault'
import type { HistoryAnswer, HistoryQuery } from '../../lib/contract/history-query'
import type { ProcessEvent } from '../../lib/contract/process-event'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import type { CertificateDecision, CertificatesOf } from './certificates'
import type { DeadLetter, DeadLetterGroup, DeadLetterScope } from './dead-letters'
import type { Delivery } from './inbox'
import type { JournalPage, JournalQuery } from './journal-page'
import type { ProcessSpec } from './process-spec'

export type LogLine = { time: string; source: LogLevel | 'stdout' | 'stderr'; text: string }

/** A subscriber's function must not throw; if it does, the error is logged and the others are served. */
export type TableListener = {
  /** Rows that changed since the snapshot or the last call; called at most every 100 ms. */
  rows?(changed: ProcessRow[], removed: string[]): void
  event?(event: ProcessEvent): void
  /** The way into the database of this supervisor (its name) has another status; about once a second at most. */
  processor?(supervisor: string, status: ProcessorStatus): void
}

/** All supervisors of this Node-RED as one table. */
export interface Fleet {
  rows(): ProcessRow[]
  row(name: string): ProcessRow | undefined
  /** Snapshot first, then changes: nothing is missed or seen twice. */
  subscribe(listener: TableListener): { snapshot: ProcessRow[]; unsubscribe(): void }
  /**
   * Does what the operator asks and settles when it is done or has failed: one result for each process concerned, never
   * throws. `supervisorId` limits "-all" commands and names to one supervisor.
   */
  command(command: Command, supervisorId?: string): Promise<CommandResult[]>
  /** Oldest first, at most 500; undefined for a name that does not exist. */
  logs(name: string): LogLine[] | undefined
  /** Name of the supervisor -> its way into the database; without those that keep no history. */
  processors(): Record<string, ProcessorStatus>
  /** Oldest first, at most `max` of each supervisor. Rejects with a Fault, as `history`. */
  deadLetters(scope: DeadLetterScope, max: number): Promise<DeadLetter[]>
  /** The same by cause. Rejects with a Fault. */
  deadLetterGroups(scope: DeadLetterScope): Promise<DeadLetterGroup[]>
  /** Back into the queue, or gone for good; how many. Rejects with a Fault. */
  moveDeadLetters(scope: DeadLetterScope, how: 'requeue' | 'discard'): Promise<number>
  /**
   * From the embedded history; given up when nobody waits for the answer any more. Rejects with a Fault: `not-found`, `conflict`
   * (no embedded history), `failed`, `busy`, `timeout`.
   */
  history(query: HistoryQuery, gone: AbortSignal): Promise<HistoryAnswer>
  /** What happened, newest first, over restarts of Node-RED; of supervisors that are there. */
  journal(query: JournalQuery): Promise<JournalPage>
  /** Name of the supervisor -> its certificates. */
  certificates(supervisor?: string): Promise<Record<string, CertificatesOf>>
  /** What was done, in words. Rejects with a Fault: `not-found`, `failed`. */
  decideCertificate(decision: CertificateDecision): Promise<string>
  /** Why the supervisor of this name cannot work, which has readers all the same. */
  supervisorProblem(name: string): string | undefined
  /** id -> name of the supervisors that work. */
  supervisors(): Map<string, string>
}

export type ReaderListener = {
  /** The row of this reader changed. */
  row(row: ProcessRow): void
}

/** A reader node's hold on its process. */
export interface Membership {
  row(): ProcessRow
  /** Read cycles in order, from now on; those since the node of before was closed come first. */
  deliver(listener: (delivery: Delivery) => void): void
  /**
   * Lets go: `removed` ends the process, otherwise it is kept 5 s for a re-created node with the same configuration.
   * `received`: has the flow still got what was delivered last? Asked one turn of the event loop later.
   */
  release(removed: boolean, received: () => boolean): Promise<void>
}

export interface SupervisorFace {
  readonly id: string
  readonly name: string
  /** Starts the process, or takes over the one that is running with this very spec. Refuses with a `config` Fault. */
  add(spec: ProcessSpec, listener: ReaderListener): Membership | Fault
}
