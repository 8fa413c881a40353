// What the historian uses of the durable queue.

import type { Envelope } from '../contract/envelope'

/** A claimed message. */
export type Claimed = Envelope & {
  id: number
  /** Samples in it. */
  weight: number
}
export type DeadLetter = { message: Envelope & { weight: number }; reason: string }

/** All numbers returned say how many of the messages this connection still held. Throws QueueError. */
export interface DurableQueue {
  /** Waits up to `timeoutMs`, then throws QueueEmpty. */
  receiveWithin(
    to: string,
    options: { max: number; leaseMs: number; maxBytes: number; timeoutMs: number; signal: AbortSignal },
  ): Promise<Claimed[]>
  ack(ids: number[]): number
  extend(ids: number[], leaseMs: number): number
  retry(ids: number[], options: { delayMs: number; reason: string }): number
  dead(ids: number[], reason: string): number
  /** All or nothing. */
  settle(outcome: { done: number[]; dead: DeadLetter[] }): number
  close(): void
}
