// Batches on their way to the live queue. When the queue takes none for a while they wait here, a bounded number of them;
// beyond that the oldest are given up and counted.

import { type Batch, encodeBatch, type TagList } from '../contract/batch'
import type { LiveQueueRef, LogLevel } from '../contract/control'
import type { Envelope } from '../contract/envelope'
import { TITLE_SAMPLES, TITLE_TAGS } from '../contract/limits'
import type { Clock } from './clock'

/** One open queue. `send` stores all envelopes or none; `send` and opening throw a SinkError, and wait for nothing long. */
export interface LiveSink {
  send(envelopes: readonly Envelope[]): void
  close(): void
}
export type OpenSink = (live: LiveQueueRef) => LiveSink

/** `later` try again (busy, full) · `gone` open it anew · `refused` the queue will never take one of these envelopes. */
export type SinkErrorKind = 'later' | 'gone' | 'refused'

export class SinkError extends Error {
  readonly kind: SinkErrorKind

  constructor(kind: SinkErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'SinkError'
    this.kind = kind
  }
}

export type OutboxParts = {
  /** Name of the reader. */
  origin: string
  recipient: string
  tags: TagList
  live: LiveQueueRef
  open: OpenSink
  clock: Clock
  log(level: LogLevel, text: string): void
}

export const WAITING_MAX = 1000
export const WAITING_MAX_BYTES = 4 * 1024 * 1024
/** Between two attempts while the queue takes nothing, ms: each may block the process for the queue's busy timeout. */
export const RETRY_MS = 250
/** Sent in one go at most, bytes, and a quarter of the queue: what waits may be larger than the queue. */
const SEND_MAX_BYTES = 512 * 1024
/** The names of the columns are said again after this time, ms, since the queue may have dropped them. */
export const TAGS_AGAIN_MS = 30_000

type Waiting = { envelope: Envelope<Uint8Array>; samples: number }

export class Outbox {
  readonly #parts: OutboxParts
  #live: LiveQueueRef
  #sink: LiveSink | undefined
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #tagsSentMs = -Infinity
  #failures = 0
  #cancelRetry: (() => void) | undefined
  #dropped = 0
  #droppedBeforeFailing = 0

  constructor(parts: OutboxParts) {
    this.#parts = parts
    this.#live = parts.live
  }

  /** Samples given up because the queue took no more. */
  get dropped(): number {
    return this.#dropped
  }

  put(batch: Batch): void {
    const samples = batch.values.length - batch.bad.size
    this.#waiting.push({ envelope: this.#envelope(TITLE_SAMPLES, encodeBatch(batch)), samples })
    this.#waitingBytes += bytesOf(this.#waiting.at(-1))
    while (this.#waiting.length > WAITING_MAX || (this.#waitingBytes > WAITING_MAX_BYTES && this.#waiting.length > 1)) {
      this.#giveUpOldest()
    }
    if (!this.#cancelRetry) this.flush()
  }

  /** The queue was replaced. */
  reopen(live: LiveQueueRef): void {
    this.#live = live
    this.#closeSink()
    this.flush()
  }

  /** Sends what waits, and the tags if they are due. */
  flush(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    try {
      this.#sink ??= this.#parts.open(this.#live)
      this.#sendTags(this.#sink)
      this.#sendWaiting(this.#sink)
      this.#recovered()
    } catch (thrown) {
      if (!(thrown instanceof SinkError)) throw thrown
      if (thrown.kind === 'gone') this.#closeSink()
      this.#failed(thrown)
    }
  }

  close(): void {
    if (this.#waiting.length > 0) this.flush()
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    this.#closeSink()
  }

  #sendTags(sink: LiveSink): void {
    const { clock, log, tags } = this.#parts
    if (clock.nowMs() - this.#tagsSentMs < TAGS_AGAIN_MS) return
    try {
      sink.send([this.#envelope(TITLE_TAGS, tags)])
    } catch (thrown) {
      if (!(thrown instanceof SinkError) || thrown.kind !== 'refused') throw thrown
      log('error', `the live queue refuses the list of tags: ${thrown.message}`)
    }
    this.#tagsSentMs = clock.nowMs()
  }

  #sendWaiting(sink: LiveSink): void {
    while (this.#waiting.length > 0) {
      const next = this.#nextToSend()
      try {
        sink.send(next.map(({ envelope }) => envelope))
        for (const _ of next) this.#takeOldest()
      } catch (thrown) {
        if (!(thrown instanceof SinkError) || thrown.kind !== 'refused') throw thrown
        this.#sendOneByOne(sink, next)
      }
    }
  }

  #nextToSend(): Waiting[] {
    const maxBytes = Math.min(SEND_MAX_BYTES, this.#live.capacityBytes / 4)
    let bytes = 0
    const end = this.#waiting.findIndex((waiting, index) => {
      bytes += bytesOf(waiting)
      return bytes > maxBytes && index > 0
    })
    return this.#waiting.slice(0, end === -1 ? undefined : end)
  }

  /** One batch that is refused must not cost the others. */
  #sendOneByOne(sink: LiveSink, list: Waiting[]): void {
    for (const { envelope } of list) {
      try {
        sink.send([envelope])
        this.#takeOldest()
      } catch (thrown) {
        if (!(thrown instanceof SinkError) || thrown.kind !== 'refused') throw thrown
        this.#parts.log('error', `the live queue refuses a batch: ${thrown.message}`)
        this.#giveUpOldest()
      }
    }
  }

  #giveUpOldest(): void {
    this.#dropped += this.#takeOldest()?.samples ?? 0
  }

  #takeOldest(): Waiting | undefined {
    const oldest = this.#waiting.shift()
    this.#waitingBytes -= bytesOf(oldest)
    return oldest
  }

  #failed(error: SinkError): void {
    this.#failures++
    if (this.#failures === 1) this.#droppedBeforeFailing = this.#dropped
    // A queue that is busy once is no news.
    if (this.#failures === 2) this.#parts.log('error', `the live queue takes nothing: ${error.message}`)
    this.#cancelRetry = this.#parts.clock.after(RETRY_MS, () => this.flush())
  }

  #recovered(): void {
    const lost = this.#dropped - this.#droppedBeforeFailing
    if (this.#failures >= 2) this.#parts.log('info', `the live queue takes messages again; samples lost: ${lost}`)
    this.#failures = 0
  }

  #closeSink(): void {
    this.#sink?.close()
    this.#sink = undefined
    // Whoever reads the next queue has not been told yet.
    this.#tagsSentMs = -Infinity
  }

  #envelope<Data>(title: string, data: Data): Envelope<Data> {
    const { origin, recipient, clock } = this.#parts
    return { origin, to: recipient, title, data, time: new Date(clock.wallMs()).toISOString() }
  }
}

function bytesOf(waiting: Waiting | undefined): number {
  return waiting?.envelope.data.length ?? 0
}
