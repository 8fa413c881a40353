// Claimed messages as the readings in them, and what became of each: a message is done when all its readings are. Those
// that the database has refused become dead letters of their own in the place of their message.

import { TITLE_READINGS } from '../contract/limits'
import { decodeReadings } from '../contract/readings'
import { QueueError } from '../queue/queue-error'
import { halves } from './batch'
import type { Claimed, DeadLetter, DurableQueue } from './durable-queue'
import { messageOfReading, type Reading, readingsOf } from './reading'

/** A reading, or some fields of one, and the message it came with. */
export type Part = { reading: Reading; entry: Entry }
type Entry = {
  message: Claimed
  /** Parts of which nobody knows yet what becomes of them. */
  open: number
  dead: { reading: Reading; reason: string }[]
}

export class Claim {
  #entries: Entry[] = []
  #unreadable: Claimed[] = []
  /** All readings, in order. */
  readonly parts: Part[] = []
  /** Samples of the messages that are settled: those in the database, and those that are dead letters now. */
  readonly samples = { written: 0, dead: 0 }
  /** The last reason for a dead letter. */
  refusal = ''

  constructor(messages: readonly Claimed[]) {
    for (const message of messages) {
      const readings = readingsIn(message)
      if (!readings) {
        this.#unreadable.push(message)
        continue
      }
      const entry: Entry = { message, open: readings.length, dead: [] }
      this.#entries.push(entry)
      for (const reading of readings) this.parts.push({ reading, entry })
    }
  }

  /** All that is not settled or returned yet. */
  get ids(): number[] {
    return idsOf(this.#entries.map(({ message }) => message))
  }

  done(parts: readonly Part[]): void {
    for (const { entry } of parts) entry.open--
  }

  dead({ entry, reading }: Part, reason: string): void {
    entry.open--
    this.refusal = reason
    const last = entry.dead.at(-1)
    // Fields of one reading with one fault are one letter again.
    if (last && last.reason === reason && isSamePoint(last.reading, reading)) {
      last.reading = { ...reading, fields: [...last.reading.fields, ...reading.fields] }
    } else entry.dead.push({ reading, reason })
  }

  /** The same reading in two parts, the second with those fields that fit; undefined if that is none or all of them. */
  split({ entry, reading }: Part, fits: (field: Reading['fields'][number]) => boolean): [Part, Part] | undefined {
    const second = reading.fields.filter(fits)
    if (second.length === 0 || second.length === reading.fields.length) return undefined
    const first = reading.fields.filter((field) => !fits(field))
    entry.open++
    return [
      { entry, reading: { ...reading, fields: first } },
      { entry, reading: { ...reading, fields: second } },
    ]
  }

  /** The same reading in two parts with half of its fields each; undefined for a single field. */
  halve(part: Part): [Part, Part] | undefined {
    const [, second] = halves(part.reading.fields) ?? []
    return second && this.split(part, (field) => second.includes(field))
  }

  /** Tells the queue what is done, and forgets it. When it throws, it may be called again for the rest. */
  settle(queue: DurableQueue): void {
    if (this.#unreadable.length > 0) {
      this.refusal = 'this is no message of readings, or one of a newer version'
      queue.dead(idsOf(this.#unreadable), this.refusal)
      for (const { weight } of this.#unreadable) this.samples.dead += weight
      this.#unreadable = []
    }
    const finished = this.#entries.filter(({ open }) => open === 0)
    const clean = finished.filter(({ dead }) => dead.length === 0)
    if (clean.length > 0) queue.ack(idsOf(clean.map(({ message }) => message)))
    this.#forget(clean)
    // One by one: if a single message is somebody else's by now, nothing of a transaction is carried out.
    for (const entry of finished) {
      if (entry.dead.length === 0) continue
      this.#bury(entry, queue)
      this.#forget([entry])
    }
  }

  #bury({ message, dead }: Entry, queue: DurableQueue): void {
    try {
      queue.settle({ done: [message.id], dead: dead.map((letter) => deadLetter(message, letter)) })
    } catch (thrown) {
      if (!(thrown instanceof QueueError) || thrown.kind !== 'SerializationFailed') throw thrown
      // What is refused cannot be a message of its own, for its size, say: better all of it than to try for ever.
      queue.dead([message.id], this.refusal)
    }
  }

  /** Gives back what is not done, from its beginning: to write something twice does no harm. */
  giveBack(queue: DurableQueue, options: { delayMs: number; reason: string }): void {
    if (this.#entries.length === 0) return
    queue.retry(this.ids, options)
    this.#entries = []
  }

  #forget(finished: readonly Entry[]): void {
    for (const { message, dead } of finished) {
      const refused = dead.reduce((sum, { reading }) => sum + reading.fields.length, 0)
      this.samples.dead += refused
      this.samples.written += message.weight - refused
    }
    const gone = new Set(finished)
    this.#entries = this.#entries.filter((entry) => !gone.has(entry))
  }
}

function idsOf(messages: readonly Claimed[]): number[] {
  return messages.map(({ id }) => id)
}

function readingsIn({ title, data }: Claimed): Reading[] | undefined {
  if (title !== TITLE_READINGS || !(data instanceof Uint8Array)) return undefined
  const readings = decodeReadings(data)
  return readings && readingsOf(readings)
}

function deadLetter({ origin, to, title }: Claimed, { reading, reason }: Entry['dead'][number]): DeadLetter {
  const time = new Date(reading.time)
  return {
    message: {
      origin,
      to,
      title,
      time: Number.isNaN(time.getTime()) ? '' : time.toISOString(),
      data: messageOfReading(reading),
      weight: reading.fields.length,
    },
    reason,
  }
}

function isSamePoint(one: Reading, other: Reading): boolean {
  return one.source === other.source && one.time === other.time && one.clockSteps === other.clockSteps
}
