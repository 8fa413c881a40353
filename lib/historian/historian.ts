// The work of a historian: claims readings from the durable queue, oldest first and of all collectors together, writes them
// to the database, and tells the queue what became of them. Holds one claim at a time, so its memory does not depend on how
// much is waiting. While the database cannot take more, nothing else is claimed: the rest waits in its order.

import type { Clock } from '../child/clock'
import type { Link } from '../contract/lifecycle'
import { causeOf, describeCause, type RefusedCause } from '../contract/refused-cause'
import { isTenfold } from '../contract/tenfold'
import { QueueError } from '../queue/queue-error'
import { backoffMs } from './backoff'
import { BatchLimit } from './batch'
import { Claim } from './claim'
import { DatabaseLink } from './database-link'
import { Delivery } from './delivery'
import type { DurableQueue } from './durable-queue'
import { type Outcome, WRITTEN } from './outcome'
import { pause } from './pause'
import { QueueHold, type Rest } from './queue-hold'
import { SearchBudget } from './search-budget'
import { SetAside } from './set-aside'
import type { Sink } from './sink'

export type HistorianParts = {
  /** Throws QueueError; called again when the queue is in trouble. */
  open(): DurableQueue
  sink: Sink
  clock: Clock
  /** From [0, 1). */
  chance(): number
  /** Readings in one write. */
  batchSize: number
  /** Only what is new. */
  report(report: { link: Link; reason: string }): void
  log(level: 'info' | 'warn' | 'error', text: string): void
  progress: Progress
}
export type Progress = {
  /** Something was tried, if only to see that nothing waits: the historian does not hang. */
  cycle(): void
  /** So many samples are in the database now. */
  delivered(samples: number): void
  /** So many samples became dead letters, for these causes as far as they are known. */
  refused(samples: number, causes: readonly RefusedCause[]): void
  /** What an operator should know; `queueIsBroken`: nobody will get on with this file of the queue. */
  failed(reason: string, queueIsBroken?: boolean): void
}

/** What comes within this time, ms, is written together. */
const GATHER_MS = 250
/** Between tries to reach a queue that is in trouble, ms. */
const QUEUE_FIRST_MS = 1000
const QUEUE_LONGEST_MS = 30_000
/** What is set aside comes again after this, ms, if a search may go on then. */
const ASIDE_MS = 10_000

export class Historian {
  readonly #parts: HistorianParts
  readonly #delivery: Delivery
  readonly #link: DatabaseLink
  readonly #budget = new SearchBudget()
  readonly #aside = new SetAside()
  readonly #hold: QueueHold
  /** No further claims. */
  readonly #stopping = new AbortController()
  /** Not even what is being written. */
  readonly #end = new AbortController()
  #cancelEnd: (() => void)[] = []
  #failures = 0
  #queueFailures = 0
  #moved = 0

  constructor(parts: HistorianParts) {
    this.#parts = parts
    const { clock, sink, report, log, open, batchSize } = parts
    this.#hold = new QueueHold({ open, clock, batchSize, aside: this.#aside, log })
    this.#link = new DatabaseLink({ nowMs: () => clock.nowMs(), report, log })
    this.#delivery = new Delivery({
      sink,
      limit: new BatchLimit(parts.batchSize),
      budget: this.#budget,
      clock,
      beforeWrite: () => {
        parts.progress.cycle()
        this.#hold.keepLease()
      },
      afterSuccess: () => {
        this.#failures = 0
        this.#link.connected()
      },
      moved: (samples) => this.#tellMoved(samples),
    })
  }

  /** Resolves after stop(); rejects for nothing but a bug. */
  async run(): Promise<void> {
    this.#link.connecting()
    try {
      while (!this.#stopping.signal.aborted) {
        try {
          await this.#turn()
        } catch (thrown) {
          if (!(thrown instanceof QueueError)) throw thrown
          await this.#queueFailed(thrown)
        }
      }
    } finally {
      for (const cancel of this.#cancelEnd) cancel()
      this.#hold.close()
      this.#parts.sink.close()
    }
  }

  /** Finishes what is claimed if that takes no longer than this, and gives the rest back. May be called again. */
  stop(graceMs: number): void {
    this.#stopping.abort()
    this.#cancelEnd.push(this.#parts.clock.after(graceMs, () => this.#end.abort()))
  }

  /** Somebody has mended something: what was refused is asked about anew. */
  retry(): void {
    this.#delivery.forget()
    this.#link.mended()
  }

  /** The queue was replaced: what is claimed next comes from the file that is there now. */
  reopen(): void {
    this.#hold.reopen()
  }

  async #turn(): Promise<void> {
    const messages = await this.#hold.claim(this.#stopping.signal)
    if (this.#queueFailures > 0) this.#link.connecting()
    this.#queueFailures = 0
    this.#parts.progress.cycle()
    if (messages.length === 0) return this.#probe()
    const { fresh, aside } = this.#aside.split(messages)
    const resumed = new Claim(aside, (message) => this.#aside.resume(message))
    const pauseMs = await this.#writeBoth(new Claim(fresh), resumed)
    if (pauseMs > 0) await this.#pause(pauseMs)
    else if (!this.#hold.isFull(messages)) await this.#pause(GATHER_MS)
  }

  /** What is fresh first. Returns how long the database is to be left alone, ms. */
  async #writeBoth(fresh: Claim, aside: Claim): Promise<number> {
    this.#hold.hold([fresh, aside])
    const outcome = await this.#write(fresh, false)
    const pauseMs = await this.#conclude(fresh, outcome)
    this.#hold.hold([aside])
    if (outcome.kind !== 'written' && outcome.kind !== 'set-aside') {
      await this.#settle(aside, { delayMs: 0, reason: 'reason' in outcome ? outcome.reason : '', isAside: true })
      return pauseMs
    }
    return this.#conclude(aside, await this.#write(aside, true))
  }

  #write(claim: Claim, resumed: boolean): Promise<Outcome> {
    if (claim.isEmpty) return Promise.resolve(WRITTEN)
    return this.#hold.whileLeased(() => this.#delivery.deliver(claim, this.#end.signal, { resumed }))
  }

  /** While nothing comes, somebody may still want to know whether it could be written. */
  async #probe(): Promise<void> {
    const { sink } = this.#parts
    if (!this.#link.isConnecting || !sink.probe) return
    const verdict = await sink.probe(this.#end.signal)
    if (verdict.kind === 'accepted') this.#link.connected()
    else this.#link.disconnected(verdict.reason)
  }

  /** Returns how long the database is to be left alone, ms. */
  async #conclude(claim: Claim, outcome: Outcome): Promise<number> {
    switch (outcome.kind) {
      case 'written':
        if (claim.isEmpty) return 0
        this.#failures = 0
        this.#link.connected()
        await this.#settle(claim, { delayMs: 0, reason: '' })
        return 0
      case 'stopped':
        await this.#settle(claim, { delayMs: 0, reason: 'the historian was stopped' })
        return 0
      case 'set-aside': {
        const { reason } = outcome
        this.#link.refusing(`the database refuses values, which are being searched for: ${causeOf(reason)}`)
        const delayMs = Math.max(ASIDE_MS, this.#budget.freeInMs(this.#parts.clock.nowMs()))
        await this.#settle(claim, { delayMs, reason, isAside: true })
        return 0
      }
      case 'later':
      case 'blocked': {
        this.#failures++
        const delayMs = backoffMs(outcome, this.#failures, this.#parts.chance())
        this.#link.disconnected(outcome.reason)
        this.#parts.progress.failed(outcome.reason)
        // The historian waits, not the messages: one with a new configuration takes them at once and in their order.
        await this.#settle(claim, { delayMs: 0, reason: outcome.reason })
        return delayMs
      }
      default:
        return outcome satisfies never
    }
  }

  async #settle(claim: Claim, rest: Rest): Promise<void> {
    try {
      await this.#hold.settle(claim, rest, this.#end.signal)
    } finally {
      this.#tell(claim)
    }
  }

  #tell({ samples, refusal, causes }: Claim): void {
    const { progress, log } = this.#parts
    if (samples.written > 0) progress.delivered(samples.written)
    if (samples.dead === 0) return
    progress.refused(samples.dead, causes)
    progress.failed(refusal)
    const [cause] = causes
    this.#link.refusing(cause ? describeCause(cause) : refusal)
    log('warn', `${samples.dead} values were refused and are dead letters now; the last one: ${refusal}`)
  }

  #tellMoved(samples: number): void {
    const before = this.#moved
    this.#moved += samples
    if (!isTenfold(before, this.#moved)) return
    const text = `${this.#moved} values so far had source times older than the database keeps`
    this.#parts.log('warn', `${text}: they are stored with the times of their readings`)
  }

  async #queueFailed(error: QueueError): Promise<void> {
    const { progress, log, clock } = this.#parts
    this.#queueFailures++
    const reason = `the queue cannot be used, ${error.kind}: ${error.message}`
    progress.cycle()
    progress.failed(reason, error.kind === 'CorruptedData')
    log('error', reason)
    if (!error.busy) this.#link.degraded(reason)
    // A claim that it holds still comes back when its lease ends.
    if (!error.busy) this.#hold.close()
    const delayMs = Math.min(QUEUE_FIRST_MS * 2 ** (this.#queueFailures - 1), QUEUE_LONGEST_MS)
    await pause(clock, delayMs, this.#stopping.signal)
  }

  #pause(delayMs: number): Promise<void> {
    return pause(this.#parts.clock, delayMs, this.#stopping.signal)
  }
}
