// The supervisor's end of the live queue: drained at short intervals, in short slices, never waiting for a lock. What
// comes out goes to the recipients in order. A queue that is lost or has no room is replaced by a new one.

import type { LiveQueueRef } from '../../lib/contract/control'
import { messageOf } from '../../lib/contract/fault'
import { TITLE_SAMPLES } from '../../lib/contract/limits'
import { type Message, QueueError } from '../../lib/queue/queue'
import { QueueTail } from './queue-tail'
import { Share } from './share'

export const DRAIN_MS = 20
/** Node-RED gets its turn after this, at the latest, ms. */
export const SLICE_MS = 5
const MESSAGES_AT_ONCE = 64
/** Messages that were read are removed in bulk, ms. */
const DISCARD_MS = 250
/** Is the file still there, is there room? ms */
const CHECK_MS = 1_000
/** With less than this free, bytes, the next message may fail: the queue moves. */
const ROOM_MIN_BYTES = 2 * 1024 * 1024
/**
 * What one recipient may be sent. Readings come every 10 ms at the quickest, but those that had to wait for a queue come at once.
 */
const MESSAGES_SHARE = { perSecond: 500, burst: 2_500 }
const BYTES_SHARE = { perSecond: 16 * 2 ** 20, burst: 12 * 2 ** 20 }
const RECIPIENTS_MAX = 10_000
/** Whoever was sent more gets nothing until its process has ended, or for so long, ms. */
const FLOOD_MS = 10_000
/** Between two replacements, and as long as the replaced queue is still read, ms. */
const REPLACE_PAUSE_MS = 5_000
/** A new queue that does not help either is not at fault; the next attempt comes after this, ms. */
const DISTRUST_AGAIN_MS = 60_000

export type LiveLaneListener = {
  message(message: Message): void
  /** So much comes for this recipient that the others suffer: it is thrown away until `endFlood`, or for a moment. */
  flooded(to: string): void
  /** So many readings of this origin were thrown away. */
  thrownAway(to: string, origin: string, readings: number): void
  /** The children have to write to another queue from now on. */
  replaced(live: LiveQueueRef, reason: string): void
  /** There is no place for a new queue; it is tried again. */
  stuck(reason: string): void
  /** Where the queue lies now: for the next start, should this process be killed. */
  folder(path: string): void
}

export class LiveLane {
  readonly #capacityBytes: number
  readonly #listener: LiveLaneListener
  readonly #now: () => number
  readonly #timer: NodeJS.Timeout
  #current: QueueTail
  /** The one that was replaced: a child goes on writing to it until it has heard of the new one. */
  #former: QueueTail | undefined
  readonly #shares = new Map<string, { messages: Share; bytes: Share }>()
  /** Recipient -> when its flood is over. */
  readonly #floods = new Map<string, number>()
  #discardedAt = 0
  #checkedAt = 0
  #replacedAt = Number.NEGATIVE_INFINITY

  /** Throws if there is no place for a queue at all. */
  constructor(capacityBytes: number, listener: LiveLaneListener, now: () => number) {
    this.#capacityBytes = capacityBytes
    this.#listener = listener
    this.#now = now
    this.#current = new QueueTail(capacityBytes)
    listener.folder(this.#current.folder)
    this.#timer = setInterval(() => this.#tick(), DRAIN_MS)
  }

  get ref(): LiveQueueRef {
    return { path: this.#current.path, capacityBytes: this.#capacityBytes }
  }

  /** Reads all that is there now, without regard to the slice; what is written meanwhile has time. */
  drain(): void {
    this.#guard(() => {
      const end = this.#current.end()
      while (this.#current.cursor < end && this.#readSome() > 0);
    })
  }

  /**
   * Somebody writes, but nothing has come since then: a broken file may fail the writers alone. Whatever is wrong with
   * it, a new one will do.
   */
  distrust(reason: string, unheardSince: number): void {
    const isNew = this.#replacedAt >= unheardSince
    if (!isNew || this.#now() - this.#replacedAt >= DISTRUST_AGAIN_MS) this.#replace(reason)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#former?.destroy()
    this.#current.destroy()
  }

  #tick(): void {
    const started = this.#now()
    this.#readSlice(started + SLICE_MS)
    this.#dropFloods(started)
    if (started - this.#discardedAt >= DISCARD_MS) {
      this.#discardedAt = started
      this.#guard(() => this.#current.discard())
    }
    if (started - this.#checkedAt >= CHECK_MS) {
      this.#checkedAt = started
      this.#check(started)
    }
  }

  #readSlice(until: number): void {
    this.#guard(() => {
      while (this.#readSome() === MESSAGES_AT_ONCE && this.#now() < until);
    })
  }

  #readSome(): number {
    const messages = this.#current.next(MESSAGES_AT_ONCE)
    // A child has written to the former queue before it wrote to this one: read later, told earlier.
    this.#readFormer()
    for (const message of messages) if (this.#isWithinShare(message)) this.#listener.message(message)
    return messages.length
  }

  /** The process that sent so much has ended, or another one is there. */
  endFlood(to: string): void {
    if (!this.#floods.has(to)) return
    this.#throwAway(to)
    this.#floods.delete(to)
  }

  #isWithinShare(message: Message): boolean {
    const isWithin = !this.#floods.has(message.to) && this.#takeShare(message)
    if (!isWithin && message.title === TITLE_SAMPLES) this.#listener.thrownAway(message.to, message.origin, 1)
    return isWithin
  }

  #takeShare({ to, data }: Message): boolean {
    const now = this.#now()
    const share = this.#shares.get(to) ?? {
      messages: new Share(MESSAGES_SHARE, now),
      bytes: new Share(BYTES_SHARE, now),
    }
    // Whoever invents recipients has no share of his own.
    if (this.#shares.size >= RECIPIENTS_MAX) this.#shares.clear()
    this.#shares.set(to, share)
    const isFew = share.messages.take(1, now)
    const isSmall = share.bytes.take(data instanceof Uint8Array ? data.length : 0, now)
    if (isFew && isSmall) return true
    this.#floods.set(to, now + FLOOD_MS)
    this.#shares.delete(to)
    this.#listener.flooded(to)
    return false
  }

  #dropFloods(now: number): void {
    for (const [to, endsAt] of this.#floods) {
      this.#throwAway(to)
      if (now >= endsAt) this.#floods.delete(to)
    }
  }

  #throwAway(to: string): void {
    this.#guard(() => {
      for (const [origin, readings] of this.#current.dropUnread(to)) this.#listener.thrownAway(to, origin, readings)
    })
  }

  #readFormer(): void {
    if (!this.#former) return
    try {
      for (let messages = this.#former.next(MESSAGES_AT_ONCE); messages.length > 0; ) {
        for (const message of messages) this.#listener.message(message)
        messages = this.#former.next(MESSAGES_AT_ONCE)
      }
    } catch {
      // What cannot be read any more shows as a gap in the cycle numbers.
    }
  }

  #check(now: number): void {
    if (this.#former && now - this.#replacedAt >= REPLACE_PAUSE_MS) {
      this.#former.destroy()
      this.#former = undefined
    }
    const trouble = this.#current.trouble(ROOM_MIN_BYTES)
    if (trouble !== undefined) this.#replace(trouble)
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!(error instanceof QueueError)) throw error
      // Busy: somebody else has the lock, and the next tick tries again.
      if (!error.busy) this.#replace(`the live queue failed: ${error.message}`)
    }
  }

  #replace(reason: string): void {
    const now = this.#now()
    if (now - this.#replacedAt < REPLACE_PAUSE_MS) return
    this.#replacedAt = now
    try {
      const fresh = new QueueTail(this.#capacityBytes)
      this.#former?.destroy()
      this.#former = this.#current
      this.#current = fresh
    } catch (error) {
      this.#listener.stuck(`${reason}; there is no place for a new one: ${messageOf(error)}`)
      return
    }
    this.#listener.folder(this.#current.folder)
    this.#listener.replaced(this.ref, reason)
  }
}
