// The way of a supervisor's samples into the database, seen from Node-RED: where its queue is and what is counted there. The queue
// itself is kept by another process.

import { isDeepStrictEqual } from 'node:util'
import type { DurableQueueRef, QueueReplacement } from '../../lib/contract/control'
import { asRecord } from '../../lib/contract/parse'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import { type KnownTotals, NO_TOTALS, parseTotals, type QueueCounts, totalsOf } from '../../lib/contract/queue-totals'
import type { RefusedCause } from '../../lib/contract/refused-cause'
import { monotonicExactMs } from '../../lib/queue/monotonic'
import type { FileWriter } from './file-writer'
import { type Day, dayAt, type Mark, parseDay, speedOf, withMark } from './processor-count'
import { RefusedCauses } from './refused-causes'
import { describeKept, type Found, SavedRecord } from './saved-record'
import type { QueueChange } from './surroundings'

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

/** What everybody who opens the queue has to know of it. */
export type ProcessorSettings = { path: string; capacityBytes: number; flushMs: number; batchSize: number }

export class Processor {
  readonly #record: SavedRecord
  readonly #listener: ProcessorListener
  readonly #now: () => number
  readonly #wallClock: () => Date
  #settings: ProcessorSettings | undefined
  #counts: QueueCounts
  /** When these were counted, on the machine's clock. */
  #countedAtMs = monotonicExactMs()
  #replacement: QueueReplacement | undefined
  /** Why there is no queue at the moment; '' while there is one. */
  #trouble = ''
  #day: Day | undefined
  #marks: Mark[] = []
  readonly #causes = new RefusedCauses()
  #savedAt = Number.NEGATIVE_INFINITY
  #told: ProcessorStatus | undefined

  /** `record`: the file that remembers the counts. Without settings no history is kept. */
  constructor(
    record: string,
    files: FileWriter,
    settings: ProcessorSettings | undefined,
    listener: ProcessorListener,
    clock: { now(): number; wallClock(): Date },
  ) {
    this.#record = new SavedRecord(record, files, isFormerRecord)
    this.#listener = listener
    this.#now = clock.now
    this.#wallClock = clock.wallClock
    this.#tellDamage(this.#record.found)
    const saved = asRecord(this.#record.content)
    this.#day = parseDay(saved?.day)
    const totals = parseTotals(saved?.totals) ?? NO_TOTALS
    const pending = totals.sent - totals.delivered - totals.dropped
    this.#counts = { ...totals, pending, claimed: 0, retry: 0, dead: 0 }
    this.configure(settings)
  }

  /** Also while there is no file: the collectors keep what they can, and find it when it is there. */
  get ref(): DurableQueueRef | undefined {
    const replacement = this.#replacement
    return this.#settings && { ...this.#settings, ...(replacement && { replacement }) }
  }

  /** For the process that keeps the queue: from where a new file goes on counting. */
  get known(): KnownTotals | undefined {
    return this.#settings && { ...totalsOf(this.#counts), atMs: this.#countedAtMs }
  }

  configure(settings: ProcessorSettings | undefined): void {
    if (isDeepStrictEqual(settings, this.#settings)) return
    if (!settings) this.#save()
    this.#settings = settings
    this.#trouble = ''
    this.#listener.replaced(this.ref)
  }

  /** The queue is there, or another one is, or none. */
  queueChanged({ trouble, report, replacement }: QueueChange): void {
    if (report !== '') this.#listener.report(report)
    this.#trouble = trouble
    this.#replacement = replacement ?? this.#replacement
    if (trouble === '' && this.#settings) this.#listener.replaced(this.ref)
    this.changed()
  }

  /** undefined where no history is kept. */
  status(): ProcessorStatus | undefined {
    if (!this.#settings) return undefined
    const { pending, claimed, retry, dead, delivered, dropped } = this.#counts
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
    return this.#trouble || (lastErrorOf(workers) ?? this.#listener.senderTrouble())
  }

  /** Something that the status tells may be another now. */
  changed(): void {
    const status = this.status()
    if (!status || isDeepStrictEqual(status, this.#told)) return
    this.#told = status
    this.#listener.changed(status)
  }

  close(): void {
    this.#save()
    this.#settings = undefined
  }

  #tellDamage(found: Found): void {
    if (found.state === 'none' || found.kept.length === 0) return
    const damage = `the counts of the way into the database were damaged, which is kept as ${describeKept(found.kept)}`
    this.#listener.report(
      `${damage}: ${found.state === 'read' ? 'the other copy was used' : 'counting since midnight begins anew'}`,
    )
  }

  counted(counts: QueueCounts): void {
    const now = this.#now()
    const day = dayAt(this.#day, this.#wallClock(), counts.delivered)
    const isNewDay = day !== this.#day
    this.#counts = counts
    this.#countedAtMs = monotonicExactMs()
    if (counts.dead === 0) this.#causes.clear()
    this.#day = day
    this.#marks = withMark(this.#marks, { at: now, delivered: counts.delivered })
    if (isNewDay || now - this.#savedAt >= SAVE_MS) this.#save()
    this.changed()
  }

  #save(): void {
    if (!this.#day || !this.#settings) return
    this.#savedAt = this.#now()
    this.#record.replace({ day: this.#day, totals: totalsOf(this.#counts) }).catch(() => {
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
