// Follows the process table and says when a status message or an event is to be sent.

import type { ProcessEvent } from '../../lib/contract/process-event'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import type { Fleet } from '../collector-supervisor/face'
import { isNews, isProcessorNews, type ProcessorTelling, processorTellingOf, type Telling, tellingOf } from './news'
import { type Pace, Throttle } from './throttle'
import type { View } from './view'

export type BroadcastSink = {
  status(rows: ProcessRow[]): void
  event(event: ProcessEvent): void
  /** The table has changed in a way that is worth telling; not throttled. */
  news(): void
}

export class Broadcast {
  readonly #view: View
  readonly #sink: BroadcastSink
  readonly #throttle: Throttle
  /** The shown rows as they were last heard of. */
  readonly #known = new Map<string, Telling>()
  /** Supervisor -> what was last heard of its way into the database. */
  readonly #knownProcessors = new Map<string, ProcessorTelling>()
  readonly #unsubscribe: () => void
  /** Events wait in here until the flow that is to get them runs. */
  #held: ProcessEvent[] | undefined = []
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(fleet: Fleet, view: View, pace: Pace, sink: BroadcastSink) {
    this.#view = view
    this.#sink = sink
    this.#throttle = new Throttle(pace)
    const { snapshot, unsubscribe } = fleet.subscribe({
      rows: (changed, removed) => this.#rows(changed, removed),
      event: (event) => this.#event(event),
      processor: (supervisor, status) => this.#processor(supervisor, status),
    })
    this.#unsubscribe = unsubscribe
    for (const row of snapshot) if (view.shows(row)) this.#known.set(row.name, tellingOf(row))
  }

  /** The flow runs: sends what was held back, and from now on at once. */
  start(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const event of held) this.#sink.event(event)
    this.#schedule()
  }

  close(): void {
    this.#closed = true
    this.#unsubscribe()
    clearTimeout(this.#timer)
  }

  #rows(changed: ProcessRow[], removed: string[]): void {
    let news = false
    const note = (name: string, telling: Telling | undefined) => {
      news ||= isNews(this.#known.get(name), telling)
      if (telling) this.#known.set(name, telling)
      else this.#known.delete(name)
    }
    for (const row of changed) note(row.name, this.#view.shows(row) ? tellingOf(row) : undefined)
    for (const name of removed) note(name, undefined)
    if (!news) return
    this.#sink.news()
    this.#throttle.changed()
    this.#schedule()
  }

  #processor(supervisor: string, status: ProcessorStatus): void {
    if (!this.#view.showsProcessor(supervisor)) return
    const telling = processorTellingOf(status)
    const news = isProcessorNews(this.#knownProcessors.get(supervisor), telling)
    this.#knownProcessors.set(supervisor, telling)
    if (!news) return
    this.#throttle.changed()
    this.#schedule()
  }

  #event(event: ProcessEvent): void {
    if (!this.#view.showsEvent(event, this.#known.get(event.name))) return
    if (this.#held) this.#held.push(event)
    else this.#sink.event(event)
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#held || this.#closed) return
    const dueAt = this.#throttle.dueAt()
    if (dueAt === Infinity) return
    // rounded up: a timer that fires a little early would only be set again
    this.#timer = setTimeout(() => this.#send(), Math.max(0, Math.ceil(dueAt - performance.now())))
  }

  #send(): void {
    const now = performance.now()
    if (now >= this.#throttle.dueAt()) {
      this.#throttle.sent(now)
      this.#sink.status(this.#view.rows())
    }
    this.#schedule()
  }
}
