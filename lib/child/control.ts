// The child's side of the control channel: typed messages to the supervisor. Nothing here ever throws or waits for the
// supervisor; when the channel is closed or does not take more, messages are dropped.

import type { Counters, FromChild, LogLevel, QueueReplacement } from '../contract/control'
import type { Fault, FaultKind } from '../contract/fault'
import { CONTROL_TEXT_MAX, CONTROL_VERSION, LOG_LINE_MAX } from '../contract/limits'
import type { QueueCounts } from '../contract/queue-totals'
import { CAUSE_TEXT_MAX, CAUSES_MAX, type RefusedCause } from '../contract/refused-cause'
import type { LinkReport } from './link'

/** Hands a message to the channel and calls `done` once it is written or lost; may throw instead of that. */
export type Channel = (message: FromChild, done: () => void) => void

/** Messages on their way above which those are held back that come again or may be missed. */
const UNSENT_MAX = 200
/** What parseFromChild accepts, UTF-16 units. */
const CODE_MAX = 100

export class Control {
  readonly #channel: Channel
  #generation = 0
  #unsent = 0
  #heldLink: LinkReport | undefined
  #whenSettled: (() => void)[] = []

  constructor(channel: Channel) {
    this.#channel = channel
  }

  get generation(): number {
    return this.#generation
  }

  adopt(generation: number): void {
    this.#generation = generation
  }

  ready(): void {
    this.#send({ type: 'ready', generation: this.#generation, version: CONTROL_VERSION })
  }

  heartbeat(counters: Counters): void {
    if (this.#congested) return
    this.#send({ type: 'heartbeat', generation: this.#generation, counters })
  }

  link(report: LinkReport): void {
    // Only the latest one matters, but that one must arrive.
    if (this.#congested) {
      this.#heldLink = report
      return
    }
    const reason = cut(report.reason, CONTROL_TEXT_MAX)
    const code = report.code === undefined ? {} : { code: cut(report.code, CODE_MAX) }
    this.#send({ type: 'link', generation: this.#generation, link: report.link, reason, ...code })
  }

  log(level: LogLevel, text: string): void {
    if (this.#congested) return
    this.#send({ type: 'log', generation: this.#generation, level, text: cut(text, LOG_LINE_MAX) })
  }

  durable(trouble: string, broken: boolean): void {
    this.#send({ type: 'durable', generation: this.#generation, trouble: cut(trouble, CONTROL_TEXT_MAX), broken })
  }

  /** There is a queue to the database, another one, or none (`trouble`). `setAside`: a damaged one is. */
  queue(trouble: string, report: string, replacement: QueueReplacement | undefined, setAside = false): void {
    this.#send({
      type: 'queue',
      generation: this.#generation,
      trouble: cut(trouble, CONTROL_TEXT_MAX),
      report: cut(report, CONTROL_TEXT_MAX),
      ...(replacement && { replacement }),
      ...(setAside && { setAside }),
    })
  }

  /** The file of that queue seems to be damaged: what does another process say? */
  queueSuspected(reason: string): void {
    const text = cut(reason, CONTROL_TEXT_MAX)
    this.#send({ type: 'queue-suspected', generation: this.#generation, reason: text })
  }

  queueCounts(counts: QueueCounts): void {
    if (this.#congested) return
    this.#send({ type: 'queue-counts', generation: this.#generation, counts })
  }

  /** Causes in one message, so that the line stays short; those beyond come again. */
  refused(causes: readonly RefusedCause[]): void {
    if (this.#congested || causes.length === 0) return
    const told = causes.slice(0, CAUSES_MAX).map((cause) => ({
      ...cause,
      measurement: cut(cause.measurement, CAUSE_TEXT_MAX),
      field: cut(cause.field, CAUSE_TEXT_MAX),
      reason: cut(cause.reason, CAUSE_TEXT_MAX),
    }))
    this.#send({ type: 'refused', generation: this.#generation, causes: told })
  }

  /** The file of the history was damaged: why, where it is now, what to do. */
  historySetAside(text: string): void {
    this.#send({ type: 'history-set-aside', generation: this.#generation, text: cut(text, CONTROL_TEXT_MAX) })
  }

  fault({ code, message }: Fault, kind: FaultKind): void {
    const text = cut(message, CONTROL_TEXT_MAX)
    this.#send({ type: 'fault', generation: this.#generation, kind, code: cut(code, CODE_MAX), message: text })
  }

  result(id: number, ok: boolean, data: unknown): void {
    this.#send({ type: 'result', generation: this.#generation, id, ok, data })
  }

  /** Resolves when all that was said so far is written or lost. */
  settled(): Promise<void> {
    if (this.#unsent === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenSettled.push(resolve))
  }

  get #congested(): boolean {
    return this.#unsent >= UNSENT_MAX
  }

  #send(message: FromChild): void {
    this.#unsent++
    try {
      this.#channel(message, () => this.#sent())
    } catch {
      this.#sent()
    }
  }

  #sent(): void {
    this.#unsent--
    const held = this.#heldLink
    if (held && !this.#congested) {
      this.#heldLink = undefined
      this.link(held)
    }
    if (this.#unsent > 0) return
    for (const resolve of this.#whenSettled.splice(0)) resolve()
  }
}

/** The beginning of a text that takes at most this many bytes as UTF-8, without half a character at its end. */
function cut(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(maxBytes)).read)
}
