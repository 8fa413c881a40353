// A reader that is only asked: it connects when there is a question, answers one at a time, and keeps the connection for the next.

import type { Clock } from '../child/clock'
import type { Order, Work } from '../child/main'
import { Fault, toFault } from '../contract/fault'
import { ANSWER_MAX_BYTES } from '../contract/limits'
import { readNow } from '../contract/read-now'
import { openLimitMs } from './connection'
import { within } from './deadline'
import type { Reader, ReaderSettings } from './reader'
import { columnsOf } from './reading'
import { believed } from './source-times'

export type InspectionParts = {
  create(): Reader
  settings: ReaderSettings
  clock: Clock
  ready(): void
  answer(id: number, data: unknown): void
  refuse(id: number, fault: Fault): void
}

type Question = Extract<Order, { type: 'query' | 'read-now' }>

/** For an answer, ms, besides the time to connect: who asks sits there and waits. */
export const ANSWER_MS = 30_000
/** The longest wait for a connection, too, ms. */
const OPEN_MAX_MS = 30_000
/** A reader that has not let go of its connection after this time, ms, is left to itself. */
const CLOSE_MS = 2000
const WAITING_MAX = 8

export class Inspection implements Work {
  readonly #parts: InspectionParts
  readonly #stop = new AbortController()
  #reader: Reader | undefined
  #opened = false
  /** It has answered: there is a connection. */
  #kept = false
  #waiting = 0
  #closeMs = CLOSE_MS
  /** Of all questions so far. */
  #tail: Promise<void> = Promise.resolve()

  /** Throws as `create` does: settings that cannot work have to show before anything is asked. */
  constructor(parts: InspectionParts) {
    this.#parts = parts
    this.#reader = parts.create()
  }

  async run(): Promise<void> {
    this.#parts.ready()
    const { signal } = this.#stop
    if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    await this.#close(this.#closeMs)
  }

  stop(closeMs: number): void {
    this.#closeMs = closeMs
    this.#stop.abort()
  }

  obey(order: Order): void {
    if (order.type !== 'query' && order.type !== 'read-now') return
    const { id } = order
    if (this.#waiting >= WAITING_MAX) {
      this.#parts.refuse(id, new Fault('device', 'busy', 'too many questions are waiting for an answer already'))
      return
    }
    this.#waiting++
    this.#tail = this.#tail.then(async () => {
      try {
        this.#parts.answer(id, await this.#answerTo(order))
      } catch (thrown) {
        this.#parts.refuse(id, this.#stop.signal.aborted ? STOPPED : toFault(thrown))
      }
      this.#waiting--
    })
  }

  async #answerTo(question: Question): Promise<unknown> {
    this.#stop.signal.throwIfAborted()
    const ms = ANSWER_MS + this.#openMs
    const fault = (): Fault => new Fault('link', 'answer-deadline', `the device did not answer within ${ms / 1000} s`)
    const limit = { ms, clock: this.#parts.clock, signal: this.#stop.signal, fault }
    const wasKept = this.#kept
    try {
      return await within(limit, async (signal) => {
        try {
          return await this.#ask(question, signal)
        } catch (thrown) {
          // What was kept since the question before may be gone without notice.
          if (!wasKept || signal.aborted || isAnswer(thrown)) throw thrown
          await this.#close(CLOSE_MS)
          return await this.#ask(question, signal)
        }
      })
    } catch (thrown) {
      if (!isAnswer(thrown) && !this.#stop.signal.aborted) await this.#close(CLOSE_MS)
      throw thrown
    }
  }

  async #ask(question: Question, signal: AbortSignal): Promise<unknown> {
    this.#reader ??= this.#parts.create()
    const reader = this.#reader
    const answer = await (question.type === 'read-now'
      ? this.#readNow(reader, signal)
      : this.#browse(reader, question.query, signal))
    this.#kept = true
    return fitting(answer)
  }

  async #readNow(reader: Reader, signal: AbortSignal): Promise<unknown> {
    const { clock } = this.#parts
    if (!this.#opened) await this.#open(reader, signal)
    const startedMs = clock.nowMs()
    const reading = await reader.read(signal)
    const tookMs = clock.nowMs() - startedMs
    const columns = columnsOf(reading, reader.tags.length)
    const { time = clock.wallMs(), degraded } = reading
    const sourceTimes = believed(reading.sourceTimes ?? new Map(), time)
    const names = reader.tags.map(({ name }) => name)
    const statusOf = (column: number) => reader.status?.(column)
    return readNow(
      { names, ...columns, sourceTimes, statusOf },
      { time, tookMs, ...(degraded !== undefined && { degraded }) },
    )
  }

  async #browse(reader: Reader, question: unknown, signal: AbortSignal): Promise<unknown> {
    if (!reader.browse) throw new Fault('config', 'no-browse', 'devices of this kind cannot be browsed')
    return reader.browse(question, signal)
  }

  async #open(reader: Reader, signal: AbortSignal): Promise<void> {
    const ms = this.#openMs
    const fault = (): Fault => new Fault('link', 'open-deadline', `the device did not answer within ${ms / 1000} s`)
    await within({ ms, clock: this.#parts.clock, signal, fault }, (limited) => reader.open(limited))
    this.#opened = true
  }

  get #openMs(): number {
    return Math.min(openLimitMs(this.#parts.settings), OPEN_MAX_MS)
  }

  /** Never rejects: what does not close is gone with the process. */
  async #close(ms: number): Promise<void> {
    const reader = this.#reader
    this.#reader = undefined
    this.#opened = false
    this.#kept = false
    const fault = (): Fault => new Fault('bug', 'close-deadline', 'not closed in time')
    await within({ ms, clock: this.#parts.clock, fault }, async () => reader?.close()).catch(() => {})
  }
}

const STOPPED = new Fault('link', 'stopped', 'the inspection has ended')

/** A device that says no keeps its connection; after all else the next question finds a new one. */
function isAnswer(thrown: unknown): boolean {
  return toFault(thrown).kind === 'device'
}

function fitting(answer: unknown): unknown {
  const bytes = Buffer.byteLength(JSON.stringify(answer) ?? '')
  if (bytes <= ANSWER_MAX_BYTES) return answer
  throw new Fault('protocol', 'answer-too-long', `the answer has ${bytes} bytes, ${ANSWER_MAX_BYTES} are the limit`)
}
