// What is counted inside Node-RED while it is measured from outside: values that reach the end of a flow, the delay of
// the event loop, when a reader runs again and when its readings are back.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { asCount, asNumber, asRecord } from '../../lib/contract/parse'
import type { FlowMessage } from '../../nodes/collector-supervisor/flow-message'

/** Since the reading before. */
export type MeterReading = {
  values: number
  messages: number
  /** Messages with at least one tag that is not good. */
  bad: number
  /** How late timers were, ms. */
  delayMs: { p50: number; p99: number; max: number }
}

/** Times of `clockMs`; undefined = not yet. */
export type Return = { runningAt: number | undefined; sampleAt: number | undefined }

/** The granularity of the histogram's own timer, which its numbers contain. */
const RESOLUTION_MS = 10
/** A reader with an interval of 10 ms sends so many messages in 10 s. */
const ARRIVALS_MAX = 1000

type Arrival = { at: number; timestamp: number }

export class Meter {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #arrivals = new Map<string, Arrival[]>()
  readonly #runningAt = new Map<string, number>()
  #values = 0
  #messages = 0
  #bad = 0

  constructor() {
    this.#delay.enable()
  }

  count(message: FlowMessage, values: number): void {
    this.#messages++
    this.#values += values
    if (!isGood(message)) this.#bad++
  }

  /** Remembers when it came; what is bad did not come. */
  note(message: FlowMessage): void {
    if (!isGood(message)) return
    const arrivals = this.#arrivals.get(message.topic) ?? []
    this.#arrivals.set(message.topic, arrivals)
    arrivals.push({ at: clockMs(), timestamp: message.timestamp })
    if (arrivals.length > ARRIVALS_MAX) arrivals.shift()
  }

  running(reader: string): void {
    this.#runningAt.set(reader, clockMs())
  }

  read(): MeterReading {
    const late = (ns: number): number => Math.max(ns / 1e6 - RESOLUTION_MS, 0)
    const reading = {
      values: this.#values,
      messages: this.#messages,
      bad: this.#bad,
      delayMs: {
        p50: late(this.#delay.percentile(50)),
        p99: late(this.#delay.percentile(99)),
        max: late(this.#delay.max),
      },
    }
    this.#values = 0
    this.#messages = 0
    this.#bad = 0
    this.#delay.reset()
    return reading
  }

  /** Of the readings of a reader since then, in the order in which they came; ms since the epoch. */
  timestamps(reader: string, from: number): number[] {
    const arrivals = this.#arrivals.get(reader) ?? []
    return arrivals.flatMap(({ timestamp }) => (timestamp > from ? timestamp : []))
  }

  /** `killedAt` by clockMs, `killedTime` by the wall clock: a reading of an earlier time comes from the process of before. */
  returnOf(reader: string, killedAt: number, killedTime: number): Return {
    const runningAt = this.#runningAt.get(reader) ?? 0
    const sample = this.#arrivals.get(reader)?.find(({ timestamp }) => timestamp > killedTime)
    return { runningAt: runningAt > killedAt ? runningAt : undefined, sampleAt: sample?.at }
  }
}

/** Monotonic, ms, and the same in all processes of this machine (Linux: CLOCK_MONOTONIC). */
export function clockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

function isGood({ quality }: FlowMessage): boolean {
  for (const _ in quality) return false
  return true
}

export function parseMeterReading(input: unknown): MeterReading | undefined {
  const record = asRecord(input)
  const delay = asRecord(record?.delayMs)
  const [values, messages, bad] = [record?.values, record?.messages, record?.bad].map(asCount)
  const [p50, p99, max] = [delay?.p50, delay?.p99, delay?.max].map((ms) => asNumber(ms, 0))
  if (values === undefined || messages === undefined || bad === undefined) return undefined
  if (p50 === undefined || p99 === undefined || max === undefined) return undefined
  return { values, messages, bad, delayMs: { p50, p99, max } }
}

export function parseReturn(input: unknown): Return | undefined {
  const record = asRecord(input)
  return record && { runningAt: asNumber(record.runningAt), sampleAt: asNumber(record.sampleAt) }
}
