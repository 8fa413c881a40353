// One collector put together: read loop, outboxes, heartbeat and link reports of one reader. It knows nothing of the process.

import type { Clock } from '../child/clock'
import type { Control } from '../child/control'
import { Heartbeat } from '../child/heartbeat'
import { LinkReporter } from '../child/link'
import { type Batch, encodeBatch } from '../contract/batch'
import type { Configure, DurableQueueRef, LiveQueueRef } from '../contract/control'
import type { ProcessType } from '../contract/process-row'
import type { ReadNow } from '../contract/read-now'
import { samplesIn, withoutHeld } from '../contract/readings'
import { REVISION, ReadLoop } from './cycle'
import { DurableOutbox, type OpenDurable } from './durable-outbox'
import { type OpenLive, Outbox } from './outbox'
import type { EarlierValue, Reader, ReaderSettings } from './reader'
import { scheduleOf } from './schedule'
import { KeptTimes } from './source-times'
import { Statistics } from './statistics'

export type CollectorParts = {
  configure: Configure
  settings: ReaderSettings
  type: ProcessType
  create(): Reader
  control: Control
  openLive: OpenLive
  openDurable: OpenDurable
  clock: Clock
  chance(): number
}

export class Collector {
  readonly #parts: CollectorParts
  readonly #statistics: Statistics
  readonly #outbox: Outbox
  readonly #durable: DurableOutbox
  readonly #kept: KeptTimes
  readonly #link: LinkReporter
  readonly #loop: ReadLoop
  readonly #heartbeat: Heartbeat

  constructor(parts: CollectorParts) {
    const { configure, settings, type, create, control, openLive, openDurable, clock, chance } = parts
    const { generation, name, recipient, live, durable } = configure
    const log = control.log.bind(control)
    const reader = create()
    this.#parts = parts
    this.#statistics = new Statistics(reader.tags.length)
    this.#outbox = new Outbox({
      origin: name,
      recipient,
      tags: { generation, revision: REVISION, tags: [...reader.tags] },
      live,
      open: openLive,
      clock,
      log,
    })
    const { measurement, pointTags, time } = settings
    this.#kept = new KeptTimes(time)
    this.#durable = new DurableOutbox({
      source: {
        collector: name,
        type,
        measurement: measurement === '' ? name : measurement,
        pointTags,
        columns: [...reader.tags],
      },
      durable,
      open: openDurable,
      clock,
      log,
      trouble: (error) => control.durable(error?.message ?? '', error?.kind === 'broken'),
    })
    this.#heartbeat = new Heartbeat(clock, configure.heartbeatMs, (latenessMs) => {
      this.#statistics.lateness(latenessMs)
      this.#beat()
    })
    this.#link = new LinkReporter(clock, (report) => control.link(report))
    this.#loop = new ReadLoop({
      reader,
      create,
      settings,
      clock,
      chance,
      log,
      generation,
      schedule: scheduleOf(name, settings.interval, { nowMs: clock.nowMs(), wallMs: clock.wallMs() }),
      statistics: this.#statistics,
      report: (link, reason, code) => this.#link.report(link, reason, code),
      emit: (batch, earlier) => this.#emit(batch, earlier),
    })
  }

  /** Runs until `stop` and until all is closed; rejects with a Fault of kind `config` or `bug`. */
  async run(): Promise<void> {
    this.#outbox.flush()
    this.#parts.control.ready()
    this.#heartbeat.start()
    await this.#loop.run()
    this.#heartbeat.stop()
    this.#link.close()
    this.#outbox.close()
    this.#durable.close()
    // What was read since the last beat counts, too.
    this.#beat()
  }

  /** Stops reading at once and gives the reader this time, ms, to close. */
  stop(closeMs: number): void {
    this.#loop.stop(closeMs)
  }

  /** See ReadLoop. */
  readNow(): Promise<ReadNow> {
    return this.#loop.readNow()
  }

  /** The device is tried again at once, if it is not reached. */
  retry(): void {
    this.#loop.retry()
  }

  /** From now on the samples go to this queue. */
  live(live: LiveQueueRef): void {
    this.#outbox.reopen(live)
  }

  /** From now on the readings are kept in this queue. */
  durable(durable: DurableQueueRef | undefined): void {
    this.#durable.reopen(durable)
  }

  #beat(): void {
    const forecast = this.#loop.forecast()
    this.#parts.control.heartbeat({ ...this.#statistics.counters(this.#outbox.dropped), ...(forecast && { forecast }) })
  }

  #emit(batch: Batch, earlier: readonly EarlierValue[]): void {
    this.#durable.putEarlier(this.#kept.earlier(earlier, batch.time), batch.time)
    const bytes = encodeBatch(batch)
    const samples = samplesIn(batch)
    this.#outbox.put(bytes, samples)
    const kept = this.#kept.batch(withoutHeld(batch))
    this.#durable.put(kept === batch ? bytes : encodeBatch(kept), samples)
  }
}
