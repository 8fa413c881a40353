// The way of a supervisor's samples into the database, seen from Node-RED: its queue, its counts, its dead letters.

import { isDeepStrictEqual } from 'node:util'
import type { DurableQueueRef } from '../../lib/contract/control'
import { asRecord } from '../../lib/contract/parse'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import type { RefusedCause } from '../../lib/contract/refused-cause'
import type { Queue, QueueStatus } from '../../lib/queue/queue'
import { DurableLane, type DurableLaneSettings } from './durable-lane'
import type { FileWriter } from './file-writer'
import { type Day, dayAt, type Mark, parseDay, speedOf, withMark } from './processor-count'
import { parseTotals, totalsOf } from './queue-totals'
import { RefusedCauses } from './refused-causes'
import { describeKept, type Found, SavedRecord } from './saved-record'

/** The counts are written down so often, ms, and when the day or the supervisor ends. */
const SAVE_MS = 60_000

export type ProcessorListener = {
  replaced(durable: DurableQueueRef | undefined): void
  changed(status: ProcessorStatus): void
  report(text: string): void
  /** Rows of the historian's processes. */
  workers(): ProcessRow[]
  /** Why the readings of a process do not get into the queue, or undefined. */
  senderTrouble(): string | undefined
}

const NO_QUEUE: QueueStatus = {
  pending: 0,
  claimed: 0,
  retry: 0,
  dead: 0,
  sent: 0,
  delivered: 0,
  dropped: 0,
  messages: 0,
  bytes: 0,
  capacity: 0,
  oldest: undefined,
}

export class Processor {
  readonly #record: SavedRecord
  readonly #listener: ProcessorListener
  readonly #now: () => number
  readonly #wallClock: () => Date
  #settings: DurableLaneSettings | undefined
  #lane: DurableLane | undefined
  #queue: QueueStatus = NO_QUEUE
  #day: Day | undefined
  #marks: Mark[] = []
  readonly #causes = new RefusedCauses()
  #savedAt = Number.NEGATIVE_INFINITY
  #told: ProcessorStatus | undefined

  /** `record`: the file that remembers the counts. Without settings no history is kept. */
  constructor(
    record: string,
    files: FileWriter,
    settings: DurableLaneSettings | undefined,
    listener: ProcessorListener,
    clock: { now(): number; wallClock(): Date },
  ) {
    this.#record = new SavedRecord(record, files, isFormerRecord)
    this.#listener = listener
    this.#now = clock.now
    this.#wallClock = clock.wallClock
    this.#tellDamage(this.#record.found)
    this.#day = parseDay(asRecord(this.#record.content)?.day)
    this.configure(settings)
  }

  get ref(): DurableQueueRef | undefined {
    return this.#lane?.ref
  }

  configure(settings: DurableLaneSettings | undefined): void {
    if (isDeepStrictEqual(settings, this.#settings)) return
    this.#settings = settings
    if (!settings) {
      this.#lane?.close()
      this.#save()
      this.#lane = undefined
      this.#queue = NO_QUEUE
      this.#listener.replaced(undefined)
    } else if (this.#lane) {
      this.#lane.configure(settings)
    } else {
      this.#lane = new DurableLane(settings, this.#laneListener(), this.#now)
      this.#listener.replaced(this.#lane.ref)
    }
  }

  distrust(reason: string): void {
    this.#lane?.distrust(reason)
  }

  /** undefined where no history is kept. */
  status(): ProcessorStatus | undefined {
    if (!this.#lane) return undefined
    const { pending, claimed, retry, dead, delivered, dropped } = this.#queue
    const workers = this.#listener.workers()
    const running = workers.filter(({ status }) => status === 'running').length
    return {
      running: running > 0,
      workers: running,
      queue_pending: pending + claimed,
      queue_retry: retry,
      queue_dead: dead,
      processed_total: delivered,
      processed_today: delivered - (this.#day?.deliveredBefore ?? delivered),
      speed: speedOf(this.#marks),
      last_error: this.#troubleOf(workers) ?? this.#causes.describe(dead) ?? null,
      dropped,
    }
  }

  /** The database refuses values: which of the causes are new. */
  refused(causes: readonly RefusedCause[]): RefusedCause[] {
    const told = this.#causes.add(causes, this.#now())
    this.changed()
    return told
  }

  #troubleOf(workers: readonly ProcessRow[]): string | undefined {
    return this.#lane?.trouble ?? lastErrorOf(workers) ?? this.#listener.senderTrouble()
  }

  /** Something that the status tells may be another now. */
  changed(): void {
    const status = this.status()
    if (!status || isDeepStrictEqual(status, this.#told)) return
    this.#told = status
    this.#listener.changed(status)
  }

  /** Does something with the queue; undefined where no history is kept. Throws a QueueError. */
  use<T>(work: (queue: Queue) => T): Promise<T> | undefined {
    return this.#lane?.use(work)
  }

  close(): void {
    this.#lane?.close()
    this.#save()
    this.#lane = undefined
  }

  #laneListener() {
    return {
      replaced: (durable: DurableQueueRef) => this.#listener.replaced(durable),
      report: (text: string) => this.#listener.report(text),
      remembered: () => parseTotals(asRecord(this.#record.content)?.totals),
      status: (status: QueueStatus) => this.#onStatus(status),
    }
  }

  #tellDamage(found: Found): void {
    if (found.state === 'none' || found.kept.length === 0) return
    const damage = `the counts of the way into the database were damaged, which is kept as ${describeKept(found.kept)}`
    this.#listener.report(
      `${damage}: ${found.state === 'read' ? 'the other copy was used' : 'counting since midnight begins anew'}`,
    )
  }

  #onStatus(status: QueueStatus): void {
    const now = this.#now()
    const day = dayAt(this.#day, this.#wallClock(), status.delivered)
    const isNewDay = day !== this.#day
    this.#queue = status
    if (status.dead === 0) this.#causes.clear()
    this.#day = day
    this.#marks = withMark(this.#marks, { at: now, delivered: status.delivered })
    if (isNewDay || now - this.#savedAt >= SAVE_MS) this.#save()
    this.changed()
  }

  #save(): void {
    if (!this.#day || !this.#lane) return
    this.#savedAt = this.#now()
    this.#record.replace({ day: this.#day, totals: totalsOf(this.#queue) }).catch(() => {
      // The disk is full or read-only, which the queue itself will say.
    })
  }
}

/** Earlier versions wrote it without a checksum. */
function isFormerRecord(content: unknown): boolean {
  const record = asRecord(content)
  return record?.day !== undefined && record.totals !== undefined
}

function lastErrorOf(rows: readonly ProcessRow[]): string | undefined {
  return rows.find(({ last_error }) => last_error !== null)?.last_error ?? undefined
}
