// A durable queue in memory, for tests with a stepped clock: leases, delays and the exact balance of the real one.

import type { Clock } from '../../../lib/child/clock'
import type { Envelope } from '../../../lib/contract/envelope'
import { HISTORIAN, TITLE_READINGS } from '../../../lib/contract/limits'
import type { Claimed, DeadLetter, DurableQueue } from '../../../lib/historian/durable-queue'
import { QueueError } from '../../../lib/queue/queue-error'

type Row = { message: Claimed; dueMs: number; state: 'waiting' | 'claimed' | 'retry'; attempts: number }

export class MemoryQueue implements DurableQueue {
  readonly #clock: Clock
  #rows: Row[] = []
  #nextId = 1
  readonly letters: (DeadLetter & { id: number })[] = []
  sent = 0
  delivered = 0
  closed = 0
  /** Of each call of retry. */
  readonly delays: number[] = []
  /** Thrown by the next calls, the first first. */
  readonly faults: { method: string; error: QueueError }[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  send(data: unknown, weight: number, envelope: Partial<Envelope> = {}): number {
    const message = { origin: 'reader', to: HISTORIAN, title: TITLE_READINGS, time: '', ...envelope, data, weight }
    this.#rows.push({ message: { ...message, id: this.#nextId++ }, dueMs: 0, state: 'waiting', attempts: 0 })
    this.sent += weight
    return this.#nextId - 1
  }

  status(): { pending: number; claimed: number; retry: number; dead: number } {
    const sum = (state: Row['state']): number =>
      this.#rows.filter((row) => row.state === state).reduce((total, { message }) => total + message.weight, 0)
    const dead = this.letters.reduce((total, { message }) => total + message.weight, 0)
    return { pending: sum('waiting'), claimed: sum('claimed'), retry: sum('retry'), dead }
  }

  async receiveWithin(
    _to: string,
    { max, leaseMs, maxBytes, timeoutMs, signal }: Parameters<DurableQueue['receiveWithin']>[1],
  ): Promise<Claimed[]> {
    this.#fail('receiveWithin')
    const untilMs = this.#clock.nowMs() + timeoutMs
    for (;;) {
      const nowMs = this.#clock.nowMs()
      const claimed: Row[] = []
      let bytes = 0
      for (const row of this.#rows.filter(({ dueMs }) => dueMs <= nowMs)) {
        bytes += row.message.data instanceof Uint8Array ? row.message.data.length : 0
        if (claimed.length >= max || (claimed.length > 0 && bytes > maxBytes)) break
        claimed.push(row)
      }
      for (const row of claimed) Object.assign(row, { state: 'claimed', dueMs: nowMs + leaseMs })
      if (claimed.length > 0) return claimed.map(({ message }) => message)
      if (nowMs >= untilMs || signal.aborted) throw new QueueError('QueueEmpty', 'nothing came')
      await new Promise<void>((resolve) => this.#clock.after(50, resolve))
    }
  }

  ack(ids: number[]): number {
    this.#fail('ack')
    return this.#remove(ids, (row) => {
      this.delivered += row.message.weight
    })
  }

  extend(ids: number[], leaseMs: number): number {
    this.#fail('extend')
    const held = this.#held(ids)
    for (const row of held) row.dueMs = this.#clock.nowMs() + leaseMs
    return held.length
  }

  retry(ids: number[], { delayMs }: { delayMs: number; reason: string }): number {
    this.#fail('retry')
    this.delays.push(delayMs)
    const held = this.#held(ids)
    for (const row of held) Object.assign(row, { state: 'retry', dueMs: this.#clock.nowMs() + delayMs })
    return held.length
  }

  dead(ids: number[], reason: string): number {
    this.#fail('dead')
    return this.#remove(ids, ({ message }) => this.letters.push({ id: message.id, message, reason }))
  }

  settle({ done, dead }: { done: number[]; dead: DeadLetter[] }): number {
    this.#fail('settle')
    const held = this.#held(done).length
    if (held < done.length) return held
    this.#remove(done, (row) => {
      this.delivered += row.message.weight
    })
    for (const letter of dead) {
      this.delivered -= letter.message.weight
      this.letters.push({ id: this.#nextId++, ...letter })
    }
    return held
  }

  /** All dead letters into the queue again. */
  requeueDead(): void {
    for (const { message } of this.letters.splice(0)) {
      this.#rows.push({ message: { ...message, id: this.#nextId++ }, dueMs: 0, state: 'waiting', attempts: 0 })
    }
  }

  close(): void {
    this.closed++
  }

  #held(ids: number[]): Row[] {
    const wanted = new Set(ids)
    const nowMs = this.#clock.nowMs()
    return this.#rows.filter(
      ({ message, state, dueMs }) => wanted.has(message.id) && state === 'claimed' && dueMs > nowMs,
    )
  }

  #remove(ids: number[], each: (row: Row) => void): number {
    const held = new Set(this.#held(ids))
    for (const row of held) each(row)
    this.#rows = this.#rows.filter((row) => !held.has(row))
    return held.size
  }

  #fail(method: string): void {
    const [next] = this.faults
    if (next?.method !== method) return
    this.faults.shift()
    throw next.error
  }
}
