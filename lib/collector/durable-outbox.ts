// Batches on their way into the database, through the durable queue: gathered for a moment, so that one transaction on the
// disk carries many readings.

import type { Clock } from '../child/clock'
import { encodeBatch } from '../contract/batch'
import type { DurableQueueRef, LogLevel } from '../contract/control'
import { HISTORIAN, TITLE_READINGS } from '../contract/limits'
import { encodeReadings, encodeSource, type Source } from '../contract/readings'
import { monotonicExactMs } from '../queue/monotonic'
import type { EarlierValue } from './reader'
import { type QueueSink, Sender, type SinkError } from './sender'
import { justBefore } from './source-times'

export type OpenDurable = (durable: DurableQueueRef) => QueueSink

export type DurableOutboxParts = {
  source: Source
  durable: DurableQueueRef | undefined
  open: OpenDurable
  clock: Clock
  log(level: LogLevel, text: string): void
  trouble(error: SinkError | undefined): void
}

/** A message becomes no larger than this by gathering, bytes. */
const GATHER_MAX_BYTES = 1024 * 1024

export class DurableOutbox {
  readonly #parts: DurableOutboxParts
  readonly #source: Uint8Array
  #sender: Sender | undefined
  #durable: DurableQueueRef | undefined
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #gatheredSamples = 0
  #earlier: EarlierValue[] = []
  #earlierReadMs = 0
  #cancelFlush: (() => void) | undefined

  constructor(parts: DurableOutboxParts) {
    this.#parts = parts
    this.#source = encodeSource(parts.source)
    this.reopen(parts.durable)
  }

  /** Samples given up because the queue took no more. */
  get dropped(): number {
    return this.#sender?.dropped ?? 0
  }

  /** A cycle without a good value leaves nothing to write. */
  put(batch: Uint8Array, samples: number): void {
    if (!this.#durable || samples === 0) return
    this.#gathered.push(batch)
    this.#gatheredBytes += batch.length
    this.#gatheredSamples += samples
    if (this.#gatheredSamples >= this.#durable.batchSize || this.#gatheredBytes >= GATHER_MAX_BYTES) this.#send()
    else this.#sendSoon(this.#durable)
  }

  /** Values that came between two cycles, and when they were read. */
  putEarlier(values: readonly EarlierValue[], readingMs = this.#parts.clock.wallMs()): void {
    if (!this.#durable) return
    this.#earlierReadMs = readingMs
    for (const value of values) {
      this.#earlier.push(value)
      if (this.#earlier.length >= this.#durable.batchSize) this.#sendEarlier()
    }
    if (this.#earlier.length > 0) this.#sendSoon(this.#durable)
  }

  /** The queue was made or replaced; without one nothing is kept any more. */
  reopen(durable: DurableQueueRef | undefined): void {
    if (!durable) {
      this.close()
      return
    }
    const { replacement } = durable
    const isNew = replacement?.madeAtMs !== this.#durable?.replacement?.madeAtMs
    this.#durable = durable
    if (!this.#sender) this.#sender = this.#newSender()
    else if (isNew && replacement) this.#sender.replaced(replacement)
    else this.#sender.reopen()
  }

  close(): void {
    this.#send()
    this.#sender?.close()
    this.#sender = undefined
    this.#durable = undefined
  }

  #newSender(): Sender {
    const { open, clock, log, trouble } = this.#parts
    return new Sender({
      queue: 'queue to the database',
      open: () => this.#openQueue(open),
      capacityBytes: () => this.#durable?.capacityBytes ?? 0,
      clock,
      machineMs: monotonicExactMs,
      log,
      trouble,
    })
  }

  #openQueue(open: OpenDurable): QueueSink {
    if (!this.#durable) throw new Error('there is no queue to the database')
    return open(this.#durable)
  }

  #sendSoon({ flushMs }: DurableQueueRef): void {
    this.#cancelFlush ??= this.#parts.clock.after(flushMs, () => this.#send())
  }

  #send(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    this.#sendEarlier()
    if (this.#gathered.length === 0) return
    const data = encodeReadings(this.#source, this.#gathered)
    const weight = this.#gatheredSamples
    this.#gathered = []
    this.#gatheredBytes = 0
    this.#gatheredSamples = 0
    this.#put(data, weight)
  }

  /** A message of its own, with a column for each value: most columns have none. */
  #sendEarlier(): void {
    if (this.#earlier.length === 0) return
    const { source } = this.#parts
    const known = this.#earlier.flatMap(({ column: index, value, time }) => {
      const column = source.columns[index]
      return column ? [{ column, value, time }] : []
    })
    this.#earlier = []
    const batch = {
      generation: 0,
      revision: 0,
      cycle: 0,
      // for a database that does not keep anything so old as their own times
      time: justBefore(this.#earlierReadMs, known.length),
      values: known.map(({ value }) => value),
      bad: new Map(),
      sourceTimes: new Map(known.map(({ time }, index) => [index, time])),
    }
    const columns = known.map(({ column }) => column)
    this.#put(encodeReadings(encodeSource({ ...source, columns }), [encodeBatch(batch)]), known.length)
  }

  #put(data: Uint8Array, weight: number): void {
    const { source, clock } = this.#parts
    const time = new Date(clock.wallMs()).toISOString()
    const message = { origin: source.collector, to: HISTORIAN, title: TITLE_READINGS, data, time, weight }
    this.#sender?.put(message, data.length, weight)
  }
}
