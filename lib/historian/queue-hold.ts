// The historian's hold on the queue: open as long as it is good, and leases that last as long as the work.

import type { Clock } from '../child/clock'
import { messageOf } from '../contract/fault'
import { HISTORIAN } from '../contract/limits'
import { QueueError } from '../queue/queue-error'
import type { Claim } from './claim'
import type { Claimed, DurableQueue } from './durable-queue'
import { pause } from './pause'
import type { SetAside } from './set-aside'

/** How long others leave a claimed message alone, ms: what a historian that was killed had claimed waits so long. */
export const LEASE_MS = 20_000
/** While it is being written, a lease that is older than this is renewed, ms. */
const RENEW_MS = 5_000
/** Bytes of messages in one claim; as lines they become about three times as much. */
const CLAIM_BYTES = 1024 * 1024
const POLL_MS = 500
/** Between tries to settle in a queue that is locked, ms. */
const BUSY_MS = 250

export type QueueHoldParts = {
  /** Throws QueueError; called again when the queue is in trouble. */
  open(): DurableQueue
  clock: Clock
  batchSize: number
  /** Its messages are known by their ids: of another queue they would be others. */
  aside: SetAside
  log(level: 'warn', text: string): void
}
/** What happens to the rest of a claim. */
export type Rest = { delayMs: number; reason: string; isAside?: boolean }

export class QueueHold {
  readonly #parts: QueueHoldParts
  #queue: DurableQueue | undefined
  #isReplaced = false
  #leasedAtMs = 0
  #held: readonly Claim[] = []

  constructor(parts: QueueHoldParts) {
    this.#parts = parts
  }

  /** The queue was replaced: what is claimed next comes from the file that is there now. */
  reopen(): void {
    this.#isReplaced = true
  }

  /** May be called twice; the next claim opens it again. */
  close(): void {
    try {
      this.#queue?.close()
    } catch (thrown) {
      this.#parts.log('warn', `the queue could not be closed: ${messageOf(thrown)}`)
    }
    this.#queue = undefined
    this.#parts.aside.clear()
  }

  /** Waits a moment for something to come. Throws QueueError. */
  async claim(signal: AbortSignal): Promise<Claimed[]> {
    const { batchSize, clock } = this.#parts
    const queue = this.#opened()
    try {
      this.#leasedAtMs = clock.nowMs()
      const options = { max: batchSize, leaseMs: LEASE_MS, maxBytes: CLAIM_BYTES, timeoutMs: POLL_MS, signal }
      return await queue.receiveWithin(HISTORIAN, options)
    } catch (thrown) {
      if (thrown instanceof QueueError && thrown.kind === 'QueueEmpty') return []
      // However it puts that it was not to wait any longer.
      if (signal.aborted) return []
      throw thrown
    }
  }

  /** There may be more. */
  isFull(messages: readonly Claimed[]): boolean {
    const bytes = messages.reduce((sum, { data }) => sum + (data instanceof Uint8Array ? data.length : 0), 0)
    return messages.length >= this.#parts.batchSize || bytes >= CLAIM_BYTES / 2
  }

  /** These are worked on. */
  hold(claims: readonly Claim[]): void {
    this.#held = claims
  }

  /** A single write may take longer than a lease lasts. */
  async whileLeased<T>(work: () => Promise<T>): Promise<T> {
    let cancel = (): void => {}
    const renewLater = (): void => {
      cancel = this.#parts.clock.after(RENEW_MS, () => {
        this.keepLease()
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

  keepLease(): void {
    const nowMs = this.#parts.clock.nowMs()
    if (!this.#queue || nowMs - this.#leasedAtMs < RENEW_MS) return
    const ids = this.#held.flatMap((claim) => claim.ids)
    try {
      // Those that somebody else has by now are written twice, which does no harm.
      this.#queue.extend(ids, LEASE_MS)
      this.#leasedAtMs = nowMs
    } catch (thrown) {
      if (!(thrown instanceof QueueError)) throw thrown
      this.#parts.log('warn', `a lease could not be extended: ${thrown.message}`)
    }
  }

  /** What is done is done, the rest goes back. While the queue is locked, as long as the lease lasts. Throws QueueError. */
  async settle(claim: Claim, rest: Rest, signal: AbortSignal): Promise<void> {
    const { clock, aside } = this.#parts
    const queue = this.#queue
    if (!queue) throw new QueueError('AccessFailed', 'the queue is closed')
    for (;;) {
      try {
        claim.settle(queue)
        if (rest.isAside) aside.add(claim)
        claim.giveBack(queue, rest)
        return
      } catch (thrown) {
        const overdue = clock.nowMs() - this.#leasedAtMs > LEASE_MS || signal.aborted
        if (!(thrown instanceof QueueError) || !thrown.busy || overdue) throw thrown
      }
      await pause(clock, BUSY_MS, signal)
    }
  }

  #opened(): DurableQueue {
    if (this.#isReplaced) this.close()
    this.#isReplaced = false
    this.#queue ??= this.#parts.open()
    return this.#queue
  }
}
