// Batches on their way into the flow, through the live queue, and the names of their columns.

import type { Clock } from '../child/clock'
import type { TagList } from '../contract/batch'
import type { LiveQueueRef, LogLevel } from '../contract/control'
import type { Envelope } from '../contract/envelope'
import { TITLE_SAMPLES, TITLE_TAGS } from '../contract/limits'
import { type QueueSink, Sender } from './sender'

export type OpenLive = (live: LiveQueueRef) => QueueSink

export type OutboxParts = {
  /** Name of the reader. */
  origin: string
  recipient: string
  tags: TagList
  live: LiveQueueRef
  open: OpenLive
  clock: Clock
  log(level: LogLevel, text: string): void
}

/** The names of the columns are said again after this time, ms, since the queue may have dropped them. */
export const TAGS_AGAIN_MS = 30_000

export class Outbox {
  readonly #parts: OutboxParts
  readonly #sender: Sender
  #live: LiveQueueRef
  #tagsSentMs = -Infinity

  constructor(parts: OutboxParts) {
    this.#parts = parts
    this.#live = parts.live
    this.#sender = new Sender({
      queue: 'live queue',
      open: () => parts.open(this.#live),
      capacityBytes: () => this.#live.capacityBytes,
      preamble: () => this.#dueTags(),
      opened: () => {
        this.#tagsSentMs = -Infinity
      },
      clock: parts.clock,
      log: parts.log,
    })
  }

  /** Samples given up because the queue took no more. */
  get dropped(): number {
    return this.#sender.dropped
  }

  put(batch: Uint8Array, samples: number): void {
    this.#sender.put(this.#envelope(TITLE_SAMPLES, batch), batch.length, samples)
  }

  /** The queue was replaced. */
  reopen(live: LiveQueueRef): void {
    this.#live = live
    this.#sender.reopen()
  }

  /** Sends what waits, and the tags if they are due. */
  flush(): void {
    this.#sender.flush()
  }

  close(): void {
    this.#sender.close()
  }

  #dueTags(): Envelope | undefined {
    const { clock, tags } = this.#parts
    if (clock.nowMs() - this.#tagsSentMs < TAGS_AGAIN_MS) return undefined
    this.#tagsSentMs = clock.nowMs()
    return this.#envelope(TITLE_TAGS, tags)
  }

  #envelope<Data>(title: string, data: Data): Envelope<Data> {
    const { origin, recipient, clock } = this.#parts
    return { origin, to: recipient, title, data, time: new Date(clock.wallMs()).toISOString() }
  }
}
