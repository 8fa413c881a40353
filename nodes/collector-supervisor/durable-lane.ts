// The supervisor's end of the durable queue: makes the file, knows where it is and how full, replaces one that is lost or
// broken. Messages never come through here: collectors write them, historians take them.

import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DurableQueueRef } from '../../lib/contract/control'
import { messageOf } from '../../lib/contract/fault'
import { monotonicExactMs } from '../../lib/queue/monotonic'
import { Queue, QueueError, type QueueStatus } from '../../lib/queue/queue'
import { makePrivateFolder } from './private-files'
import { lostWith, NO_TOTALS, type QueueTotals, totalsOf } from './queue-totals'

/** Is the file still there, how full is it? ms */
const CHECK_MS = 1000
/** Between two attempts to make a file, and between two replacements, ms. */
const REPLACE_PAUSE_MS = 5000
/** Somebody else has the lock: an operation waits for it so long at most, and asks again so often, ms. */
const BUSY_LIMIT_MS = 5000
const BUSY_RETRY_MS = 25
/** A larger file would take too long to be read whole: damage in it shows when it is come across. */
const CHECK_BYTES_MAX = 64 * 1024 * 1024

export type DurableLaneSettings = {
  path: string
  capacityBytes: number
  whenFull: 'drop-oldest' | 'refuse'
  durability: 'commit' | 'power'
  flushMs: number
  batchSize: number
}

export type DurableLaneListener = {
  /** The collectors have to open the file anew. */
  replaced(durable: DurableQueueRef): void
  /** Once a second. */
  status(status: QueueStatus): void
  /** For the operator: what went wrong and what was done. */
  report(text: string): void
  /** What was known of the file when it was last looked at; a new one goes on counting from there. */
  remembered(): QueueTotals | undefined
}

export class DurableLane {
  readonly #listener: DurableLaneListener
  readonly #now: () => number
  readonly #timer: NodeJS.Timeout
  #settings: DurableLaneSettings
  #queue: Queue | undefined
  #totals: QueueTotals
  /** When `#totals` were true, on the machine's clock, and when those were with which the file began that is there now. */
  #totalsAtMs = monotonicExactMs()
  #knownUntilMs: number | undefined
  #triedAt = Number.NEGATIVE_INFINITY
  #trouble: string | undefined

  constructor(settings: DurableLaneSettings, listener: DurableLaneListener, now: () => number) {
    this.#settings = settings
    this.#listener = listener
    this.#now = now
    this.#totals = listener.remembered() ?? NO_TOTALS
    this.#open()
    this.#timer = setInterval(() => this.#tick(), CHECK_MS)
    this.#timer.unref()
  }

  /** Also while there is no file: the collectors keep what they can, and find it when it is there. */
  get ref(): DurableQueueRef {
    const { path, capacityBytes, flushMs, batchSize } = this.#settings
    const knownUntilMs = this.#knownUntilMs
    return { path, capacityBytes, flushMs, batchSize, ...(knownUntilMs !== undefined && { knownUntilMs }) }
  }

  /** Why there is no queue at the moment. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  configure(settings: DurableLaneSettings): void {
    this.#settings = settings
    this.#close()
    this.#triedAt = Number.NEGATIVE_INFINITY
    this.#open()
    this.#listener.replaced(this.ref)
  }

  /** A process cannot get on with the file. Whether that is so is not asked: a new one will do, and nothing is deleted. */
  distrust(reason: string): void {
    // Where there is no file, or no right to it, another one would fare no better: the next tick tries that.
    if (this.#queue?.isInPlace()) this.#replace(reason)
  }

  /** Does it once nobody else has the lock. Throws a QueueError. */
  async use<T>(work: (queue: Queue) => T): Promise<T> {
    const limit = this.#now() + BUSY_LIMIT_MS
    for (;;) {
      if (!this.#queue) throw new QueueError('AccessFailed', this.#trouble ?? 'there is no queue to the database')
      try {
        return work(this.#queue)
      } catch (error) {
        if (!(error instanceof QueueError && error.busy) || this.#now() > limit) throw error
        await new Promise((resolve) => setTimeout(resolve, BUSY_RETRY_MS))
      }
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#tellStatus()
    this.#close()
  }

  #tick(): void {
    if (!this.#queue) {
      if (this.#open()) this.#listener.replaced(this.ref)
      return
    }
    const isInPlace = this.#queue.isInPlace()
    // Of a file that was deleted it is still known how far it got.
    this.#tellStatus()
    if (!isInPlace) this.#replace('the file of the queue to the database is gone')
  }

  #tellStatus(): void {
    try {
      const status = this.#queue?.status()
      if (!status) return
      this.#totals = totalsOf(status)
      this.#totalsAtMs = monotonicExactMs()
      this.#listener.status(status)
    } catch (error) {
      if (!(error instanceof QueueError)) throw error
      if (error.kind === 'CorruptedData') this.#replace(error.message)
    }
  }

  /** Whether it could. */
  #open(): boolean {
    if (!this.#mayTry()) return false
    try {
      this.#queue = this.#openOrMake()
    } catch (error) {
      this.#fail(error)
      return false
    }
    this.#recover()
    return true
  }

  #openOrMake(): Queue {
    const { path } = this.#settings
    makePrivateFolder(dirname(path))
    const queue = Queue.create(path, { ...this.#options(), check: sizeOf(path) > CHECK_BYTES_MAX ? 'tables' : 'deep' })
    const { setAside } = queue
    if (setAside !== undefined) this.#report(`what was no intact queue to the database is now ${setAside}`)
    if (this.#totals.sent === 0 || queue.status().sent > 0) return queue
    // In the place of one that broke, or is gone: what was in it is lost, and counted.
    queue.destroy()
    return this.#goOnCounting()
  }

  #goOnCounting(): Queue {
    const queue = Queue.replace(this.#settings.path, this.#options(), lostWith(this.#totals))
    this.#knownUntilMs = this.#totalsAtMs
    return queue
  }

  #replace(reason: string): void {
    if (!this.#mayTry()) return
    this.#close()
    try {
      this.#queue = this.#goOnCounting()
    } catch (error) {
      this.#fail(error)
      return
    }
    const aside = this.#queue.setAside
    this.#report(`${reason}: a new one was made${aside === undefined ? '' : `, the old one is now ${aside}`}`)
    this.#recover()
    this.#listener.replaced(this.ref)
  }

  #options() {
    const { capacityBytes, whenFull, durability } = this.#settings
    return { capacityBytes, whenFull, durability, busyTimeoutMs: 0 }
  }

  #mayTry(): boolean {
    const now = this.#now()
    if (now - this.#triedAt < REPLACE_PAUSE_MS) return false
    this.#triedAt = now
    return true
  }

  #fail(error: unknown): void {
    const text = `there is no queue to the database: ${messageOf(error)}`
    if (text !== this.#trouble) this.#report(text)
    this.#trouble = text
  }

  #recover(): void {
    if (this.#trouble !== undefined) this.#report('there is a queue to the database again')
    this.#trouble = undefined
    this.#tellStatus()
  }

  #report(text: string): void {
    this.#listener.report(text)
  }

  #close(): void {
    this.#queue?.close()
    this.#queue = undefined
  }
}

/** Of the file at the path and its log, bytes. */
function sizeOf(path: string): number {
  const sizes = [path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0)
  return sizes.reduce((sum, size) => sum + size, 0)
}
