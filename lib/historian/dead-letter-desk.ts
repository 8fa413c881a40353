// Questions about dead letters, answered beside the writing: whatever there are many of is looked at and moved in slices, so that
// the heartbeat and the writing get their turns, and others the lock of the queue.

import { setImmediate, setTimeout } from 'node:timers/promises'
import type { DeadLetter, DeadLetterGroup, DeadLetterMove, DeadLetterQuestion } from '../contract/dead-letters'
import { Fault, toFault } from '../contract/fault'
import { decodeReadings } from '../contract/readings'
import { Queue, QueueError, type DeadLetter as StoredLetter } from '../queue/queue'
import { Grouping } from './dead-letter-groups'

export type DeadLetterDeskParts = {
  /** Of the durable queue. */
  path: string
  answer(id: number, answer: unknown): void
  refuse(id: number, fault: Fault): void
}

/** Letters that are looked at, and such that are moved in one transaction. */
const PAGE_LETTERS = 200
const MOVE_LETTERS = 500
/** So many are looked at for their causes. */
export const LETTERS_MAX = 10_000
const BYTES_MAX = 64 * 1024 * 1024
/** JSON of one answer, and of the values of one letter, bytes; a line of the control channel holds it with ease. */
const ANSWER_BYTES_MAX = 512 * 1024
const VALUES_BYTES_MAX = 64 * 1024
/** Somebody else has the lock: it is waited for, ms, and asked for again so often. */
const BUSY_LIMIT_MS = 5_000
const BUSY_RETRY_MS = 25

export class DeadLetterDesk {
  readonly #parts: DeadLetterDeskParts
  readonly #end = new AbortController()
  readonly #open = new Set<Promise<void>>()

  constructor(parts: DeadLetterDeskParts) {
    this.#parts = parts
  }

  ask(id: number, question: DeadLetterQuestion): void {
    const served = this.#serve(id, question).finally(() => this.#open.delete(served))
    this.#open.add(served)
  }

  /** What is being moved stops after its slice; settles when the queue is closed. */
  async close(): Promise<void> {
    this.#end.abort(new Fault('link', 'failed', 'the historian was stopped'))
    await Promise.all(this.#open)
  }

  async #serve(id: number, question: DeadLetterQuestion): Promise<void> {
    const { path, answer, refuse } = this.#parts
    try {
      const queue = Queue.connect(path, { busyTimeoutMs: 0 })
      try {
        answer(id, await this.#answerTo(queue, question))
      } finally {
        queue.close()
      }
    } catch (thrown) {
      refuse(id, thrown instanceof QueueError ? faultOf(thrown) : toFault(thrown))
    }
  }

  #answerTo(queue: Queue, question: DeadLetterQuestion): Promise<unknown> {
    switch (question.ask) {
      case 'dead-letters':
        return this.#list(queue, question.after, question.max)
      case 'dead-letter-groups':
        return this.#group(queue)
      case 'move-dead-letters':
        return this.#move(queue, question.how, question.ids)
      default:
        return question satisfies never
    }
  }

  async #list(queue: Queue, after: number, max: number): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = []
    let bytes = 0
    const page = await this.#patiently(() => queue.deadLetters({ max: Math.min(max, PAGE_LETTERS), after }))
    for (const stored of page) {
      const letter = describe(stored)
      bytes += Buffer.byteLength(JSON.stringify(letter))
      if (bytes > ANSWER_BYTES_MAX && letters.length > 0) break
      letters.push(letter)
    }
    return letters
  }

  /** The oldest letters, up to a bound; groups with the most samples first. */
  async #group(queue: Queue): Promise<DeadLetterGroup[]> {
    const grouping = new Grouping()
    let [after, count, bytes] = [0, 0, 0]
    let isAll = true
    for (;;) {
      const page = await this.#patiently(() => queue.deadLetters({ max: PAGE_LETTERS, after }))
      const last = page.at(-1)
      if (!last) break
      for (const letter of page) {
        grouping.add(letter)
        bytes += letter.data instanceof Uint8Array ? letter.data.length : 0
      }
      after = last.id
      count += page.length
      if (count >= LETTERS_MAX || bytes >= BYTES_MAX) {
        isAll = false
        break
      }
      await setImmediate()
    }
    return fitting(
      grouping.groups.sort((one, other) => other.samples - one.samples),
      isAll,
    )
  }

  async #move(queue: Queue, how: DeadLetterMove, ids: readonly number[] | undefined): Promise<number> {
    const move = (some: readonly number[]): number =>
      how === 'requeue' ? queue.requeueDead(some) : queue.discardDead(some)
    let moved = 0
    // What dies meanwhile is not meant.
    const end = ids ? undefined : await this.#patiently(() => queue.lastDeadId())
    for (let [after, at] = [0, 0]; ; at += MOVE_LETTERS) {
      const some = ids
        ? ids.slice(at, at + MOVE_LETTERS)
        : await this.#patiently(() => queue.deadIds({ after, max: MOVE_LETTERS }))
      const meant = end === undefined ? some : some.filter((id) => id <= end)
      const last = meant.at(-1)
      if (last === undefined) return moved
      moved += await this.#patiently(() => move(meant))
      after = last
      await setImmediate()
      this.#end.signal.throwIfAborted()
    }
  }

  /** Once nobody else has the lock. */
  async #patiently<T>(work: () => T): Promise<T> {
    const endMs = performance.now() + BUSY_LIMIT_MS
    for (;;) {
      try {
        return work()
      } catch (thrown) {
        if (!(thrown instanceof QueueError && thrown.busy) || performance.now() > endMs) throw thrown
      }
      await setTimeout(BUSY_RETRY_MS)
      this.#end.signal.throwIfAborted()
    }
  }
}

function faultOf({ message, busy }: QueueError): Fault {
  return new Fault('link', busy ? 'timeout' : 'failed', message)
}

/** As many groups as an answer holds. */
function fitting(groups: DeadLetterGroup[], isAll: boolean): DeadLetterGroup[] {
  let bytes = 0
  const end = groups.findIndex((group) => {
    bytes += Buffer.byteLength(JSON.stringify(group))
    return bytes > ANSWER_BYTES_MAX
  })
  const told = end === -1 ? groups : groups.slice(0, Math.max(1, end))
  return isAll && told.length === groups.length ? told : told.map((group) => ({ ...group, more: true }))
}

function describe({ id, origin, time, weight, reason, data }: StoredLetter): DeadLetter {
  const common = { id, collector: origin, time, reason, samples: weight }
  const readings = data instanceof Uint8Array ? decodeReadings(data) : undefined
  const [batch] = readings?.batches ?? []
  if (!readings || !batch) return common
  const { measurement, columns } = readings.source
  const values = Object.fromEntries(columns.map(({ name }, column) => [name, batch.values[column] ?? null]))
  const isShort = Buffer.byteLength(JSON.stringify(values)) <= VALUES_BYTES_MAX
  return { ...common, time: new Date(batch.time).toISOString(), measurement, ...(isShort && { values }) }
}
