// What a supervised process needs of its supervisor, and what it tells it. Time and chance come from here too.

import type { DurableQueueRef, LiveQueueRef, QueueReplacement } from '../../lib/contract/control'
import type { ExitFacts, NoticeCode } from '../../lib/contract/process-event'
import type { ProcessRow, Wall } from '../../lib/contract/process-row'
import type { KnownTotals, QueueCounts } from '../../lib/contract/queue-totals'
import type { RefusedCause } from '../../lib/contract/refused-cause'
import type { ChildProgram } from './child'
import type { Edge } from './edges'
import type { Machine } from './machine-state'
import type { Outages } from './outages'
import type { RestartPolicy } from './policy'
import type { ProcessSpec } from './process-spec'
import type { SpawnGate } from './spawn-gate'

export type Transition = {
  name: string
  from: Machine
  to: Machine
  reason: string
  exit: ExitFacts | undefined
  log: string[]
}

/** The database has begun to refuse something. */
export type Refusal = { name: string; machine: Machine; cause: RefusedCause }

/** The durable queue is there, or another one is, or none, and why. `report`: for the operator. `setAside`: a damaged file is. */
export type QueueChange = {
  trouble: string
  report: string
  replacement?: QueueReplacement | undefined
  setAside?: boolean
}

/** What an operator should know of a process, or with the name of the supervisor of that as a whole. */
export type Notice = { name: string; generation: number; code: NoticeCode; text: string; since?: Date }

/** The link or the quality of a running process has become another. */
export type EdgeNews = {
  row: ProcessRow
  edge: Edge
  /** When it was seen: the state that has begun holds since then. */
  time: Date
  reason: string
  code: string | undefined
  /** The bad tag, where there is one only. */
  tag: string | undefined
}

/** What a process needs of its supervisor. */
export type Surroundings = {
  supervisorName(): string
  policy(): RestartPolicy
  memoryLimitMb(): number
  live(): LiveQueueRef
  /** undefined = no history is kept. */
  durable(): DurableQueueRef | undefined
  /** Of the process that keeps the durable queue: what was last known of it. */
  known(): KnownTotals | undefined
  /** The process that keeps the durable queue tells of it. */
  queueChanged(change: QueueChange): void
  /** Of the same: it finds the file damaged. */
  queueSuspected(reason: string): void
  queueCounted(counts: QueueCounts): void
  /** A process cannot get on with the file of the durable queue. */
  distrustDurable(trouble: string): void
  /** The database refuses values, which are dead letters now. */
  refused(causes: readonly RefusedCause[]): void
  /** The process has set its damaged history aside. */
  historySetAside(text: string): void
  /** What was not in order with the process of this name when it was last told of, be it by the Node-RED before this one. */
  outages(name: string): Outages | undefined
  /** Everything of an earlier process is still read before it is declared over. */
  drainLive(): void
  /** Nothing that this process writes has come through the live queue since then. */
  distrustLive(unheardSince: number): void
  program(spec: ProcessSpec): ChildProgram
  wall(): Wall
  /** Why nothing may be started; known when `vacated` has settled. */
  obstacle(): string | undefined
  /** Path of the folder that the process may read and write besides; undefined = none. */
  folder(spec: ProcessSpec): string | undefined
  gate: SpawnGate
  /** Settles when no other process is left that this one would get in the way of. */
  vacated(): Promise<void>
  started(pid: number): void
  ended(): void
  changed(): void
  transition(transition: Transition): void
  edge(news: EdgeNews): void
  now(): number
  wallClock(): Date
  chance(): number
}
