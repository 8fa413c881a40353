// Messages on their way to a queue. When the queue takes none for a while they wait here, a bounded number of them; beyond
// that the oldest are given up and counted.

import type { Clock } from '../child/clock'
import type { LogLevel, QueueReplacement } from '../contract/control'
import type { Outgoing } from '../queue/queue'

export type { Outgoing } from '../queue/queue'

/** One open queue. `send` stores all messages or none; `send` and opening throw a SinkError, and wait for nothing long. */
export interface QueueSink {
  send(messages: readonly Outgoing[]): void
  /** Samples were given up: for a queue that keeps a balance. Throws as `send` does. */
  countLost?(samples: number): void
  close(): void
}

/**
 * `later` try again (busy, full) · `gone` open it anew · `broken` open it anew, though it will take a new file ·
 * `refused` the queue will never take one of these messages.
 */
export type SinkErrorKind = 'later' | 'gone' | 'broken' | 'refused'

export class SinkError extends Error {
  readonly kind: SinkErrorKind

  constructor(kind: SinkErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'SinkError'
    this.kind = kind
  }
}

export type SenderParts = {
  /** For the log, e.g. `live queue`. */
  queue: string
  /** Opens the queue as it is known now. */
  open(): QueueSink
  capacityBytes(): number
  /** What has to be said before anything else, whenever it is due; undefined = nothing now. */
  preamble?(): Outgoing | undefined
  /** The queue was opened anew: whoever reads it has not been told anything yet. */
  opened?(): void
  /** The queue takes nothing, told at the second failure in a row and now and then, or takes messages again (undefined). */
  trouble?(error: SinkError | undefined): void
  clock: Clock
  /** The machine's monotonic clock: for `replaced`. */
  machineMs?(): number
  log(level: LogLevel, text: string): void
}

export const WAITING_MAX = 1000
export const WAITING_MAX_BYTES = 4 * 1024 * 1024
/** Between two attempts while the queue takes nothing, ms: each may block the process for the queue's busy timeout. */
export const RETRY_MS = 250
/** Attempts after which a trouble that lasts is told again: it may not have been possible to mend it before. */
const TELL_EVERY = 10
/** Attempts at a busy queue when the process ends: there is no later one. */
const LAST_ATTEMPTS = 10
/** Messages that are remembered with the time at which they were sent. */
const SENT_MAX = 1000
/** Sent in one go at most, bytes, and a quarter of the queue: what waits may be larger than the queue. */
const SEND_MAX_BYTES = 512 * 1024

type Waiting = { message: Outgoing; bytes: number; samples: number }

export class Sender {
  readonly #parts: SenderParts
  #sink: QueueSink | undefined
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #failures = 0
  #cancelRetry: (() => void) | undefined
  #dropped = 0
  /** To a queue that was opened at the second time. */
  #sent: { atMs: number; openedAtMs: number; samples: number }[] = []
  #openedAtMs = 0
  /** Of those that were dropped the queue knows. */
  #told = 0
  #droppedBeforeFailing = 0

  constructor(parts: SenderParts) {
    this.#parts = parts
  }

  /** Samples given up because the queue took no more. */
  get dropped(): number {
    return this.#dropped
  }

  /** `samples`: what is lost with it. */
  put(message: Outgoing, bytes: number, samples: number): void {
    this.#waiting.push({ message, bytes, samples })
    this.#waitingBytes += bytes
    while (this.#waiting.length > WAITING_MAX || (this.#waitingBytes > WAITING_MAX_BYTES && this.#waiting.length > 1)) {
      this.#giveUpOldest()
    }
    if (!this.#cancelRetry) this.flush()
  }

  /** The queue was replaced. */
  reopen(): void {
    this.#closeSink()
    this.flush()
  }

  /** As `reopen`; what was sent to the former queue so late that the new one knows nothing of it is lost. */
  replaced({ knownUntilMs, madeAtMs }: QueueReplacement): void {
    for (const { atMs, openedAtMs, samples } of this.#sent) {
      if (atMs > knownUntilMs && openedAtMs < madeAtMs) this.#dropped += samples
    }
    this.#sent = []
    this.reopen()
  }

  /** Sends what waits, and the preamble if it is due. */
  flush(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    const error = this.#attempt()
    if (error) this.#failed(error)
    else this.#recovered()
  }

  /** Sends what can be sent; the rest is given up, and counted where that is possible. */
  close(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    for (let attempt = 1; this.#waiting.length > 0 && attempt <= LAST_ATTEMPTS; attempt++) {
      if (this.#attempt()?.kind === 'broken') break
    }
    while (this.#waiting.length > 0) this.#giveUpOldest()
    if (this.#dropped !== this.#told) this.#attempt()
    this.#closeSink()
  }

  #attempt(): SinkError | undefined {
    try {
      this.#sink ??= this.#open()
      this.#sendPreamble(this.#sink)
      // First: a queue that is full can still count.
      this.#tellLost(this.#sink)
      this.#sendWaiting(this.#sink)
      this.#tellLost(this.#sink)
      return undefined
    } catch (thrown) {
      if (!(thrown instanceof SinkError)) throw thrown
      if (thrown.kind === 'gone' || thrown.kind === 'broken') this.#closeSink()
      return thrown
    }
  }

  #open(): QueueSink {
    const sink = this.#parts.open()
    this.#openedAtMs = this.#parts.machineMs?.() ?? 0
    return sink
  }

  #sendPreamble(sink: QueueSink): void {
    const { preamble, log, queue } = this.#parts
    const message = preamble?.()
    if (!message) return
    try {
      sink.send([message])
    } catch (thrown) {
      if (!(thrown instanceof SinkError) || thrown.kind !== 'refused') {
        this.#parts.opened?.()
        throw thrown
      }
      log('error', `the ${queue} refuses the list of tags: ${thrown.message}`)
    }
  }

  #sendWaiting(sink: QueueSink): void {
    while (this.#waiting.length > 0) {
      const next = this.#nextToSend()
      try {
        sink.send(next.map(({ message }) => message))
        for (const _ of next) this.#sentOldest()
      } catch (thrown) {
        if (!(thrown instanceof SinkError) || thrown.kind !== 'refused') throw thrown
        this.#sendOneByOne(sink, next)
      }
    }
  }

  #tellLost(sink: QueueSink): void {
    if (this.#dropped === this.#told) return
    sink.countLost?.(this.#dropped - this.#told)
    this.#told = this.#dropped
  }

  #nextToSend(): Waiting[] {
    const maxBytes = Math.min(SEND_MAX_BYTES, this.#parts.capacityBytes() / 4)
    let bytes = 0
    const end = this.#waiting.findIndex((waiting, index) => {
      bytes += waiting.bytes
      return bytes > maxBytes && index > 0
    })
    return this.#waiting.slice(0, end === -1 ? undefined : end)
  }

  /** One message that is refused must not cost the others. */
  #sendOneByOne(sink: QueueSink, list: Waiting[]): void {
    for (const { message } of list) {
      try {
        sink.send([message])
        this.#sentOldest()
      } catch (thrown) {
        if (!(thrown instanceof SinkError) || thrown.kind !== 'refused') throw thrown
        this.#parts.log('error', `the ${this.#parts.queue} refuses a batch: ${thrown.message}`)
        this.#giveUpOldest()
      }
    }
  }

  #sentOldest(): void {
    const samples = this.#takeOldest()?.samples ?? 0
    const { machineMs } = this.#parts
    if (machineMs) this.#sent.push({ atMs: machineMs(), openedAtMs: this.#openedAtMs, samples })
    if (this.#sent.length > SENT_MAX) this.#sent.shift()
  }

  #giveUpOldest(): void {
    this.#dropped += this.#takeOldest()?.samples ?? 0
  }

  #takeOldest(): Waiting | undefined {
    const oldest = this.#waiting.shift()
    this.#waitingBytes -= oldest?.bytes ?? 0
    return oldest
  }

  #failed(error: SinkError): void {
    const { log, queue, trouble, clock } = this.#parts
    this.#failures++
    if (this.#failures === 1) this.#droppedBeforeFailing = this.#dropped
    // A queue that is busy once is no news.
    if (this.#failures === 2) log('error', `the ${queue} takes nothing: ${error.message}`)
    if (this.#failures >= 2 && this.#failures % TELL_EVERY === 2) trouble?.(error)
    this.#cancelRetry = clock.after(RETRY_MS, () => this.flush())
  }

  #recovered(): void {
    if (this.#failures >= 2) {
      const lost = this.#dropped - this.#droppedBeforeFailing
      this.#parts.log('info', `the ${this.#parts.queue} takes messages again; samples lost: ${lost}`)
      this.#parts.trouble?.(undefined)
    }
    this.#failures = 0
  }

  #closeSink(): void {
    this.#sink?.close()
    this.#sink = undefined
    this.#parts.opened?.()
  }
}
