// Claimed messages as the readings in them, and what became of each: a message is done when all its readings are. Those
// that the database has refused become dead letters of their own in the place of their message.

import { TITLE_READINGS } from '../contract/limits'
import { decodeReadings } from '../contract/readings'
import { causeKey, causeOf, type RefusedCause } from '../contract/refused-cause'
import { QueueError } from '../queue/queue-error'
import { halves } from './batch'
import type { Claimed, DeadLetter, DurableQueue } from './durable-queue'
import { type Field, messageOfReading, type Reading, readingsOf } from './reading'

/** A reading, or some fields of one, and the message it came with. */
export type Part = { reading: Reading; entry: Entry }
/** What is known of a message. */
export type Entry = {
  message: Claimed
  /** Parts of which it is not known yet what becomes of them. */
  open: Set<Part>
  /** By time and reason. */
  dead: Map<string, Dead>
}
type Dead = { reading: Reading; reason: string; scope: Scope }
/** What is at fault: one field, the reading as such, or all that there is of a message, which may stay one then. */
type Scope = 'field' | 'reading' | 'message'
export type Death = { reason: string; scope?: Scope }

export class Claim {
  #entries: Entry[] = []
  #unreadable: Claimed[] = []
  /** All readings, in order. */
  readonly parts: Part[] = []
  /** Samples of the messages that are settled: those in the database, and those that are dead letters now. */
  readonly samples = { written: 0, dead: 0 }
  /** The last reason for a dead letter. */
  refusal = ''
  readonly #causes = new Map<string, RefusedCause>()

  /** `resume`: what is known already of a message that was set aside. */
  constructor(messages: readonly Claimed[], resume: (message: Claimed) => Entry | undefined = () => undefined) {
    for (const message of messages) {
      const known = resume(message)
      if (known) {
        this.#entries.push(known)
        this.parts.push(...known.open)
        continue
      }
      const readings = readingsIn(message)
      if (!readings) {
        this.#unreadable.push(message)
        continue
      }
      const entry: Entry = { message, open: new Set(), dead: new Map() }
      this.#entries.push(entry)
      for (const reading of readings) this.parts.push(opened({ reading, entry }))
    }
  }

  /** All that is not settled or returned yet. */
  get ids(): number[] {
    return idsOf(this.#entries.map(({ message }) => message))
  }

  /** What is known of those. */
  get entries(): readonly Entry[] {
    return this.#entries
  }

  /** There is nothing in it, or nothing left. */
  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#unreadable.length === 0
  }

  done(parts: readonly Part[]): void {
    for (const part of parts) part.entry.open.delete(part)
  }

  dead(part: Part, { reason, scope = 'field' }: Death): void {
    const { entry, reading } = part
    entry.open.delete(part)
    this.refusal = reason
    // Fields of one reading with one fault are one letter again.
    const key = `${reading.time}+${reading.clockSteps} ${reason}`
    const known = entry.dead.get(key)
    if (known) known.reading = { ...reading, fields: [...known.reading.fields, ...reading.fields] }
    else entry.dead.set(key, { reading, reason, scope })
  }

  /** Why there are dead letters among the messages that are settled. */
  get causes(): RefusedCause[] {
    return [...this.#causes.values()]
  }

  /** The reading without the fields that fit, and with only those; undefined for one that would have none. */
  sever(part: Part, fits: (field: Field) => boolean): [others: Part | undefined, fitting: Part | undefined] {
    const fitting = part.reading.fields.filter(fits)
    if (fitting.length === 0) return [part, undefined]
    if (fitting.length === part.reading.fields.length) return [undefined, part]
    const others = part.reading.fields.filter((field) => !fits(field))
    const [first, second] = this.#splitInto(part, [others, fitting])
    return [first, second]
  }

  /** Its fields one by one. */
  singles(part: Part): Part[] {
    return this.#splitInto(
      part,
      part.reading.fields.map((field) => [field]),
    )
  }

  /** The same reading with another time, in the place of the part. */
  moved(part: Part, reading: Reading): Part {
    part.entry.open.delete(part)
    return opened({ entry: part.entry, reading })
  }

  /** The same reading in two parts with half of its fields each; undefined for a single field. */
  halve(part: Part): Part[] | undefined {
    const both = halves(part.reading.fields)
    return both && this.#splitInto(part, both)
  }

  #splitInto(part: Part, fields: readonly Field[][]): Part[] {
    const { entry, reading } = part
    entry.open.delete(part)
    return fields.map((some) => opened({ entry, reading: { ...reading, fields: some } }))
  }

  /** Tells the queue what is done, and forgets it. When it throws, it may be called again for the rest. */
  settle(queue: DurableQueue): void {
    if (this.#unreadable.length > 0) {
      this.refusal = 'this is no message of readings, or one of a newer version'
      queue.dead(idsOf(this.#unreadable), this.refusal)
      for (const { weight } of this.#unreadable) this.samples.dead += weight
      this.#unreadable = []
    }
    const finished = this.#entries.filter(({ open }) => open.size === 0)
    const clean = finished.filter(({ dead }) => dead.size === 0)
    if (clean.length > 0) queue.ack(idsOf(clean.map(({ message }) => message)))
    this.#forget(clean)
    // One by one: if a single message is somebody else's by now, nothing of a transaction is carried out.
    for (const entry of finished) {
      if (entry.dead.size === 0) continue
      this.#bury(entry, queue)
      this.#forget([entry])
    }
  }

  #bury({ message, dead: letters }: Entry, queue: DurableQueue): void {
    const dead = [...letters.values()]
    const [first] = dead
    // Thousands of readings may be too old at once.
    const isOne = dead.every(({ reason, scope }) => scope === 'message' && reason === first?.reason)
    if (first && isOne && isAll(dead, message)) {
      queue.dead([message.id], first.reason)
      return
    }
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
      const letters = [...dead.values()]
      const refused = samplesOf(letters)
      for (const letter of letters) this.#note(letter)
      this.samples.dead += refused
      this.samples.written += message.weight - refused
    }
    const gone = new Set(finished)
    this.#entries = this.#entries.filter((entry) => !gone.has(entry))
  }

  #note({ reading: { source, fields }, reason, scope }: Dead): void {
    const names = scope !== 'field' ? [''] : fields.map(({ column }) => column.name)
    for (const field of names) {
      const cause = { measurement: source.measurement, field, reason: causeOf(reason) }
      const key = causeKey(cause)
      const { count = 0 } = this.#causes.get(key) ?? {}
      this.#causes.set(key, { ...cause, count: count + (scope !== 'field' ? fields.length : 1) })
    }
  }
}

function samplesOf(dead: readonly Dead[]): number {
  return dead.reduce((sum, { reading }) => sum + reading.fields.length, 0)
}

function isAll(dead: readonly Dead[], { weight }: Claimed): boolean {
  return samplesOf(dead) === weight
}

function opened(part: Part): Part {
  part.entry.open.add(part)
  return part
}

function idsOf(messages: readonly Claimed[]): number[] {
  return messages.map(({ id }) => id)
}

function readingsIn({ title, data }: Claimed): Reading[] | undefined {
  if (title !== TITLE_READINGS || !(data instanceof Uint8Array)) return undefined
  const readings = decodeReadings(data)
  return readings && readingsOf(readings)
}

function deadLetter({ origin, to, title }: Claimed, { reading, reason }: Dead): DeadLetter {
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
