// One live queue with the place up to which it has been read.

import { join } from 'node:path'
import { TITLE_SAMPLES } from '../../lib/contract/limits'
import { type Message, Queue } from '../../lib/queue/queue'
import { freeBytes, makeLiveFolder, removeLiveFolder } from './live-folder'

export class QueueTail {
  readonly path: string
  readonly folder: string
  readonly #queue: Queue
  #cursor = 0
  #discarded = 0

  /** Makes a new queue in a new folder. Throws a QueueError, or what the file system says. */
  constructor(capacityBytes: number) {
    // The log of the queue takes about as much again as its messages.
    this.folder = makeLiveFolder(2 * capacityBytes)
    this.path = join(this.folder, 'live.queue')
    try {
      this.#queue = Queue.create(this.path, { capacityBytes, busyTimeoutMs: 0 })
    } catch (error) {
      removeLiveFolder(this.folder)
      throw error
    }
  }

  /** Id of the message that was read last. */
  get cursor(): number {
    return this.#cursor
  }

  /** Id of the message that was written last. Throws a QueueError. */
  end(): number {
    return this.#queue.lastId()
  }

  /** The next messages, each given once. Throws a QueueError. */
  next(max: number): Message[] {
    const messages = this.#queue.tail(this.#cursor, max)
    this.#cursor = messages.at(-1)?.id ?? this.#cursor
    return messages
  }

  /** Gives up all for one recipient that was not read; returns how many readings of this origin it were. Throws a QueueError. */
  dropUnread(to: string): Map<string, number> {
    const lots = this.#queue.dropAfter(to, this.#cursor).filter(({ title }) => title === TITLE_SAMPLES)
    return new Map(lots.map(({ origin, count }) => [origin, count]))
  }

  /** Removes what was read. Throws a QueueError. */
  discard(): void {
    if (this.#cursor === this.#discarded) return
    this.#queue.discardThrough(this.#cursor)
    this.#discarded = this.#cursor
  }

  /** Why this queue will not do any longer, or undefined. */
  trouble(roomBytes: number): string | undefined {
    if (!this.#queue.isInPlace()) return 'the file of the live queue is gone'
    if (freeBytes(this.folder) < roomBytes) return 'there is no room left for the live queue'
    return undefined
  }

  /** Never throws: a file that cannot be removed stays. */
  destroy(): void {
    try {
      this.#queue.destroy()
      removeLiveFolder(this.folder)
    } catch {
      // Shared memory is emptied by the next start of the machine, at the latest.
    }
  }
}
