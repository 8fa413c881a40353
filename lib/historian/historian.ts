// The work of a historian: claims readings from the durable queue, oldest first and of all collectors together, writes them
// to the database, and tells the queue what became of them. Holds one claim at a time, so its memory does not depend on how
// much is waiting. While the database cannot take more, nothing else is claimed: the rest waits in its order.

import type { Clock } from '../child/clock'
import { messageOf } from '../contract/fault'
import type { Link } from '../contract/lifecycle'
import { HISTORIAN } from '../contract/limits'
import { QueueError } from '../queue/queue-error'
import { backoffMs } from './backoff'
import { BatchLimit } from './batch'
import { Claim } from './claim'
import { Delivery, type Outcome } from './delivery'
import type { Claimed, DurableQueue } from './durable-queue'
import { pause } from './pause'
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
  /** So many samples became dead letters. */
  refused(samples: number, reason: string): void
  /** What an operator should know; `queueIsBroken`: nobody will get on with this file of the queue. */
  failed(reason: string, queueIsBroken?: boolean): void
}

/** How long others leave a claimed message alone, ms: what a historian that was killed had claimed waits so long. */
export const LEASE_MS = 20_000
/** While it is being written, a lease that is older than this is renewed, ms. */
const RENEW_MS = 5_000
/** Bytes of messages in one claim; as lines they become about three times as much. */
const CLAIM_BYTES = 1024 * 1024
const POLL_MS = 500
/** What comes within this time, ms, is written together. */
const GATHER_MS = 250
/** Between tries to reach a queue that is in trouble, ms. */
const QUEUE_FIRST_MS = 1000
const QUEUE_LONGEST_MS = 30_000
/** Between tries to settle in a queue that is locked, ms. */
const BUSY_MS = 250

export class Historian {
  readonly #parts: HistorianParts
  readonly #delivery: Delivery
  /** No further claims. */
  readonly #stopping = new AbortController()
  /** Not even what is being written. */
  readonly #end = new AbortController()
  #cancelEnd: (() => void)[] = []
  #queue: DurableQueue | undefined
  #isReplaced = false
  #leasedAtMs = 0
  #failures = 0
  #queueFailures = 0
  #link: { link: Link; reason: string } | undefined

  constructor(parts: HistorianParts) {
    this.#parts = parts
    this.#delivery = new Delivery({
      sink: parts.sink,
      limit: new BatchLimit(parts.batchSize),
      beforeWrite: (claim) => {
        parts.progress.cycle()
        this.#keepLease(claim)
      },
      afterSuccess: () => {
        this.#failures = 0
        this.#report('connected', '')
      },
    })
  }

  /** Resolves after stop(); rejects for nothing but a bug. */
  async run(): Promise<void> {
    this.#report('connecting', '')
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
      this.#closeQueue()
      this.#parts.sink.close()
    }
  }

  /** Finishes what is claimed if that takes no longer than this, and gives the rest back. May be called again. */
  stop(graceMs: number): void {
    this.#stopping.abort()
    this.#cancelEnd.push(this.#parts.clock.after(graceMs, () => this.#end.abort()))
  }

  /** The queue was replaced: what is claimed next comes from the file that is there now. */
  reopen(): void {
    this.#isReplaced = true
  }

  async #turn(): Promise<void> {
    const queue = this.#openQueue()
    const messages = await this.#claim(queue)
    if (this.#queueFailures > 0) this.#report('connecting', '')
    this.#queueFailures = 0
    this.#parts.progress.cycle()
    if (messages.length === 0) return this.#probe()
    const claim = new Claim(messages)
    const outcome = await this.#whileLeased(claim, () => this.#delivery.deliver(claim, this.#end.signal))
    await this.#conclude(claim, outcome, queue)
    if (outcome.kind === 'written' && !this.#isFull(messages)) await this.#pause(GATHER_MS)
  }

  /** While nothing comes, somebody may still want to know whether it could be written. */
  async #probe(): Promise<void> {
    const { sink } = this.#parts
    if (this.#link?.link !== 'connecting' || !sink.probe) return
    const verdict = await sink.probe(this.#end.signal)
    if (verdict.kind === 'accepted') this.#report('connected', '')
    else this.#report('disconnected', verdict.reason)
  }

  #openQueue(): DurableQueue {
    if (this.#isReplaced) this.#closeQueue()
    this.#isReplaced = false
    this.#queue ??= this.#parts.open()
    return this.#queue
  }

  #closeQueue(): void {
    try {
      this.#queue?.close()
    } catch (thrown) {
      this.#parts.log('warn', `the queue could not be closed: ${messageOf(thrown)}`)
    }
    this.#queue = undefined
  }

  async #claim(queue: DurableQueue): Promise<Claimed[]> {
    const { batchSize, clock } = this.#parts
    try {
      const { signal } = this.#stopping
      this.#leasedAtMs = clock.nowMs()
      const options = { max: batchSize, leaseMs: LEASE_MS, maxBytes: CLAIM_BYTES, timeoutMs: POLL_MS, signal }
      return await queue.receiveWithin(HISTORIAN, options)
    } catch (thrown) {
      if (thrown instanceof QueueError && thrown.kind === 'QueueEmpty') return []
      // However it puts that it was not to wait any longer.
      if (this.#stopping.signal.aborted) return []
      throw thrown
    }
  }

  #isFull(messages: readonly Claimed[]): boolean {
    const bytes = messages.reduce((sum, { data }) => sum + (data instanceof Uint8Array ? data.length : 0), 0)
    return messages.length >= this.#parts.batchSize || bytes >= CLAIM_BYTES / 2
  }

  /** A single write may take longer than a lease lasts. */
  async #whileLeased<T>(claim: Claim, work: () => Promise<T>): Promise<T> {
    let cancel = (): void => {}
    const renewLater = (): void => {
      cancel = this.#parts.clock.after(RENEW_MS, () => {
        this.#keepLease(claim)
        renewLater()
      })
    }
    renewLater()
    try {
      return await work()
    } finally {
      cancel()
    }
  }

  #keepLease(claim: Claim): void {
    const nowMs = this.#parts.clock.nowMs()
    if (!this.#queue || nowMs - this.#leasedAtMs < RENEW_MS) return
    try {
      // Those that somebody else has by now are written twice, which does no harm.
      this.#queue.extend(claim.ids, LEASE_MS)
      this.#leasedAtMs = nowMs
    } catch (thrown) {
      if (!(thrown instanceof QueueError)) throw thrown
      this.#parts.log('warn', `a lease could not be extended: ${thrown.message}`)
    }
  }

  async #conclude(claim: Claim, outcome: Outcome, queue: DurableQueue): Promise<void> {
    switch (outcome.kind) {
      case 'written':
        this.#failures = 0
        this.#report('connected', '')
        await this.#settle(claim, queue, { delayMs: 0, reason: '' })
        break
      case 'stopped':
        await this.#settle(claim, queue, { delayMs: 0, reason: 'the historian was stopped' })
        break
      case 'later':
      case 'blocked': {
        this.#failures++
        const delayMs = backoffMs(outcome, this.#failures, this.#parts.chance())
        this.#report('disconnected', outcome.reason)
        this.#parts.progress.failed(outcome.reason)
        // The historian waits, not the messages: one with a new configuration takes them at once and in their order.
        await this.#settle(claim, queue, { delayMs: 0, reason: outcome.reason })
        await this.#pause(delayMs)
        break
      }
      default:
        outcome satisfies never
    }
  }

  /** What is done is done, the rest goes back. While the queue is locked, as long as the lease lasts. */
  async #settle(claim: Claim, queue: DurableQueue, rest: { delayMs: number; reason: string }): Promise<void> {
    try {
      for (;;) {
        try {
          claim.settle(queue)
          claim.giveBack(queue, rest)
          return
        } catch (thrown) {
          const overdue = this.#parts.clock.nowMs() - this.#leasedAtMs > LEASE_MS || this.#end.signal.aborted
          if (!(thrown instanceof QueueError) || !thrown.busy || overdue) throw thrown
        }
        await pause(this.#parts.clock, BUSY_MS, this.#end.signal)
      }
    } finally {
      this.#tell(claim)
    }
  }

  #tell({ samples, refusal }: Claim): void {
    const { progress, log } = this.#parts
    if (samples.written > 0) progress.delivered(samples.written)
    if (samples.dead === 0) return
    progress.refused(samples.dead, refusal)
    progress.failed(refusal)
    log('warn', `${samples.dead} values were refused and are dead letters now; the last one: ${refusal}`)
  }

  async #queueFailed(error: QueueError): Promise<void> {
    const { progress, log, clock } = this.#parts
    this.#queueFailures++
    const reason = `the queue cannot be used, ${error.kind}: ${error.message}`
    progress.cycle()
    progress.failed(reason, error.kind === 'CorruptedData')
    log('error', reason)
    if (!error.busy) this.#report('degraded', reason)
    // A claim that it holds still comes back when its lease ends.
    if (!error.busy) this.#closeQueue()
    const delayMs = Math.min(QUEUE_FIRST_MS * 2 ** (this.#queueFailures - 1), QUEUE_LONGEST_MS)
    await pause(clock, delayMs, this.#stopping.signal)
  }

  #pause(delayMs: number): Promise<void> {
    return pause(this.#parts.clock, delayMs, this.#stopping.signal)
  }

  #report(link: Link, reason: string): void {
    if (this.#link?.link === link && this.#link.reason === reason) return
    this.#link = { link, reason }
    this.#parts.report(this.#link)
    if (link === 'disconnected') this.#parts.log('warn', reason)
    if (link === 'connected') this.#parts.log('info', 'the database takes the data')
  }
}
