// One collector put together: read loop, outbox, heartbeat and link reports of one reader. It knows nothing of the process.

import type { Configure, LiveQueueRef } from '../contract/control'
import type { Clock } from './clock'
import type { Control } from './control'
import { REVISION, ReadLoop } from './cycle'
import { LinkReporter } from './link'
import { type OpenSink, Outbox } from './outbox'
import type { Reader, ReaderSettings } from './reader'
import { scheduleOf } from './schedule'
import { Statistics } from './statistics'

export type CollectorParts = {
  configure: Configure
  settings: ReaderSettings
  create(): Reader
  control: Control
  openSink: OpenSink
  clock: Clock
  chance(): number
}

export class Collector {
  readonly #parts: CollectorParts
  readonly #statistics: Statistics
  readonly #outbox: Outbox
  readonly #link: LinkReporter
  readonly #loop: ReadLoop
  #cancelHeartbeat: () => void = () => {}

  constructor(parts: CollectorParts) {
    const { configure, settings, create, control, openSink, clock, chance } = parts
    const { generation, name, recipient, live } = configure
    const log = control.log.bind(control)
    const reader = create()
    this.#parts = parts
    this.#statistics = new Statistics(reader.tags.length)
    this.#outbox = new Outbox({
      origin: name,
      recipient,
      tags: { generation, revision: REVISION, tags: [...reader.tags] },
      live,
      open: openSink,
      clock,
      log,
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
      report: (link, reason) => this.#link.report(link, reason),
      emit: (batch) => this.#outbox.put(batch),
    })
  }

  /** Runs until `stop` and until all is closed; rejects with a Fault of kind `config` or `bug`. */
  async run(): Promise<void> {
    this.#outbox.flush()
    this.#parts.control.ready()
    this.#beat()
    await this.#loop.run()
    this.#cancelHeartbeat()
    this.#link.close()
    this.#outbox.close()
  }

  /** Stops reading at once and gives the reader this time, ms, to close. */
  stop(closeMs: number): void {
    this.#loop.stop(closeMs)
  }

  /** From now on the samples go to this queue. */
  live(live: LiveQueueRef): void {
    this.#outbox.reopen(live)
  }

  #beat(): void {
    const { configure, control, clock } = this.#parts
    control.heartbeat(this.#statistics.counters(this.#outbox.dropped))
    const dueMs = clock.nowMs() + configure.heartbeatMs
    this.#cancelHeartbeat = clock.after(configure.heartbeatMs, () => {
      this.#statistics.lateness(clock.nowMs() - dueMs)
      this.#beat()
    })
  }
}
