// Control messages between a supervisor and its child, over the IPC channel. Samples never go this way.
// Every message carries the generation (spawn number) it belongs to; the receiver ignores those of another one.

import { cleanText } from './clean-text'
import { FAULT_KINDS, type FaultKind } from './fault'
import type { Link } from './lifecycle'
import { LINKS } from './lifecycle'
import { CONTROL_TEXT_MAX } from './limits'
import { asCount, asNumber, asOneOf, asRecord, asText, everyParsed } from './parse'
import { type KnownTotals, parseKnownTotals, parseQueueCounts, type QueueCounts } from './queue-totals'
import { CAUSES_MAX, parseRefusedCause, type RefusedCause } from './refused-cause'

/** Everything a child needs; it comes in the first message, so that no secret stands in argv or environment. */
export type Configure = {
  type: 'configure'
  generation: number
  version: number
  /** Name of the reader, for messages to people. */
  name: string
  /** Recipient of its samples in the live queue: the id of the reader node. */
  recipient: string
  /** Path and size of the live queue. */
  live: LiveQueueRef
  /** Absent where no history is kept, and while the queue's file cannot be made. */
  durable?: DurableQueueRef
  /** Of the process that keeps the durable queue: what was last known of it. */
  known?: KnownTotals
  heartbeatMs: number
  /** What the process may read and write besides, where its driver keeps files, e.g. certificates. */
  folder?: string
  /** The reader's own configuration, secrets included; parsed by the child with its own fields. */
  config: unknown
}
/**
 * In the place of `configure`: the process is there to be asked about a device whose settings nobody may have deployed. It reads
 * by no schedule and writes to no queue.
 */
export type Inspect = Pick<Configure, 'generation' | 'version' | 'name' | 'folder' | 'config'> & { type: 'inspect' }
export type LiveQueueRef = { path: string; capacityBytes: number }
export type DurableQueueRef = LiveQueueRef & {
  /** A message holds the readings of so many ms, */
  flushMs: number
  /** or so many samples, whichever comes first. */
  batchSize: number
  /** The file was put in the place of another one. */
  replacement?: QueueReplacement
}
/**
 * A new file went on counting from what the other one had held at `knownUntilMs`, on the machine's monotonic clock. What was sent
 * to that one later was lost with it, and nobody but its sender knows of it. Who opens the path after `madeAtMs` has the new file.
 */
export type QueueReplacement = { knownUntilMs: number; madeAtMs: number }

export type ToChild =
  | Configure
  | Inspect
  /** The live queue was replaced: write to this one from now on. */
  | { type: 'live'; generation: number; live: LiveQueueRef }
  /** The durable queue was made or replaced; without one there is none any more. */
  | { type: 'durable'; generation: number; durable: DurableQueueRef | undefined }
  /** To the process that keeps the durable queue: another one cannot get on with the file, and why. */
  | { type: 'distrust'; generation: number; trouble: string }
  /** To the same: what another process finds wrong with the file that this one has said to be damaged; without it, that one could not tell. */
  | { type: 'queue-judged'; generation: number; damage: string | undefined }
  /** A question to a historian, or of the protocol's own to a device; the answer comes as a `result` of this id. */
  | { type: 'query'; generation: number; id: number; query: unknown }
  /** Nobody waits any more for the answer to the question of this id. */
  | { type: 'cancel'; generation: number; id: number }
  /**
   * What kept the reader from its device may be gone: it tries again now, whatever it waits for. A historian asks its database anew
   * about what that had refused.
   */
  | { type: 'retry'; generation: number }
  /** Close the device and exit with 0 within this time, ms. */
  | { type: 'stop'; generation: number; graceMs: number }
  /** One reading, out of the schedule; the `result` holds a ReadNow. */
  | { type: 'read-now'; generation: number; id: number }

export type Counters = {
  samplesTotal: number
  /** Samples the child itself had to give up because the queue took no more. */
  dropped: number
  cyclesTotal: number
  overruns: number
  cycleMs: { last: number; p50: number; p99: number; max: number }
  tags: { total: number; good: number; bad: number }
  /** The largest lateness of a timer since the last heartbeat, ms: how long the event loop was held up. */
  loopDelayMs: number
  /** What a cycle asks of the device as things stand; absent where a reader does not plan its requests. */
  forecast?: Forecast
}

/** Of one read cycle: its requests, and the time, ms, that they should take. */
export type Forecast = { requests: number; cycleMs: number }

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
const PATH_MAX = 4096

export type FromChild =
  | { type: 'ready'; generation: number; version: number }
  | { type: 'heartbeat'; generation: number; counters: Counters }
  | { type: 'link'; generation: number; link: Link; reason: string; code?: string }
  | { type: 'log'; generation: number; level: LogLevel; text: string }
  /** The durable queue takes nothing, and why; '' when it does again. `broken`: no process will get on with this file. */
  | { type: 'durable'; generation: number; trouble: string; broken: boolean }
  /**
   * Of the process that keeps the durable queue: it has made the file or put another one in its place, so that everybody has to
   * open it anew; or there is none, and why. `report` is for the operator, '' where there is nothing to tell.
   */
  | {
      type: 'queue'
      generation: number
      trouble: string
      report: string
      replacement?: QueueReplacement
      /** A damaged file was set aside. */
      setAside?: boolean
    }
  /** Of the same: it finds the file damaged, and waits for what another process says of it. */
  | { type: 'queue-suspected'; generation: number; reason: string }
  /** Of the same, once a second. */
  | { type: 'queue-counts'; generation: number; counts: QueueCounts }
  /** Of a historian: values became dead letters, and why. */
  | { type: 'refused'; generation: number; causes: RefusedCause[] }
  /** Of a historian: its database was damaged. Why, where it is now, what to do. */
  | { type: 'history-set-aside'; generation: number; text: string }
  | { type: 'fault'; generation: number; kind: FaultKind; code: string; message: string }
  /** `data` of one that is not `ok`: a text, or a Refusal. */
  | { type: 'result'; generation: number; id: number; ok: boolean; data: unknown }

/** Parses what a child sent: untrusted. Undefined for anything that is not a well-formed message. */
export function parseFromChild(input: unknown): FromChild | undefined {
  const message = asRecord(input)
  const generation = asCount(message?.generation)
  if (!message || generation === undefined) return undefined
  switch (message.type) {
    case 'ready': {
      const version = asCount(message.version)
      return version === undefined ? undefined : { type: 'ready', generation, version }
    }
    case 'heartbeat': {
      const counters = parseCounters(message.counters)
      return counters && { type: 'heartbeat', generation, counters }
    }
    case 'link': {
      const link = asOneOf(message.link, LINKS)
      const reason = asCleanText(message.reason)
      const code = asText(message.code, 100)
      if (link === undefined || reason === undefined) return undefined
      return { type: 'link', generation, link, reason, ...(code !== undefined && { code }) }
    }
    case 'log': {
      const level = asOneOf(message.level, LOG_LEVELS)
      const text = asCleanText(message.text)
      return level === undefined || text === undefined ? undefined : { type: 'log', generation, level, text }
    }
    case 'durable': {
      const trouble = asCleanText(message.trouble)
      if (trouble === undefined || typeof message.broken !== 'boolean') return undefined
      return { type: 'durable', generation, trouble, broken: message.broken }
    }
    case 'queue': {
      const trouble = asCleanText(message.trouble)
      const report = asCleanText(message.report)
      const replacement = parseReplacement(message.replacement)
      if (trouble === undefined || report === undefined) return undefined
      const aside = message.setAside === true && { setAside: true }
      return { type: 'queue', generation, trouble, report, ...(replacement && { replacement }), ...aside }
    }
    case 'queue-suspected': {
      const reason = asCleanText(message.reason)
      return reason === undefined ? undefined : { type: 'queue-suspected', generation, reason }
    }
    case 'queue-counts': {
      const counts = parseQueueCounts(message.counts)
      return counts && { type: 'queue-counts', generation, counts }
    }
    case 'refused': {
      const causes = everyParsed(message.causes, parseRefusedCause)
      return causes && causes.length <= CAUSES_MAX ? { type: 'refused', generation, causes } : undefined
    }
    case 'history-set-aside': {
      const text = asCleanText(message.text)
      return text === undefined ? undefined : { type: 'history-set-aside', generation, text }
    }
    case 'fault': {
      const kind = asOneOf(message.kind, FAULT_KINDS)
      const code = asText(message.code, 100)
      const text = asCleanText(message.message)
      if (kind === undefined || code === undefined || text === undefined) return undefined
      return { type: 'fault', generation, kind, code, message: text }
    }
    case 'result': {
      const id = asCount(message.id)
      if (id === undefined || typeof message.ok !== 'boolean') return undefined
      return { type: 'result', generation, id, ok: message.ok, data: message.data }
    }
    default:
      return undefined
  }
}

/** It goes into logs, rows and texts below nodes. */
function asCleanText(input: unknown): string | undefined {
  const text = asText(input, CONTROL_TEXT_MAX)
  return text === undefined ? undefined : cleanText(text)
}

function parseCounters(input: unknown): Counters | undefined {
  const record = asRecord(input)
  const cycle = asRecord(record?.cycleMs)
  const tags = asRecord(record?.tags)
  if (!record || !cycle || !tags) return undefined
  const counts = [record.samplesTotal, record.dropped, record.cyclesTotal, record.overruns].map(asCount)
  const [samplesTotal, dropped, cyclesTotal, overruns] = counts
  const [last, p50, p99, max] = [cycle.last, cycle.p50, cycle.p99, cycle.max].map((ms) => asNumber(ms, 0))
  const [total, good, bad] = [tags.total, tags.good, tags.bad].map(asCount)
  const loopDelayMs = asNumber(record.loopDelayMs, 0)
  const forecast = parseForecast(record.forecast)
  if (samplesTotal === undefined || dropped === undefined || cyclesTotal === undefined) return undefined
  if (overruns === undefined || loopDelayMs === undefined) return undefined
  if (record.forecast !== undefined && !forecast) return undefined
  if (last === undefined || p50 === undefined || p99 === undefined || max === undefined) return undefined
  if (total === undefined || good === undefined || bad === undefined) return undefined
  return {
    samplesTotal,
    dropped,
    cyclesTotal,
    overruns,
    cycleMs: { last, p50, p99, max },
    tags: { total, good, bad },
    loopDelayMs,
    ...(forecast && { forecast }),
  }
}

function parseForecast(input: unknown): Forecast | undefined {
  const record = asRecord(input)
  const requests = asCount(record?.requests)
  const cycleMs = asNumber(record?.cycleMs, 0)
  return requests === undefined || cycleMs === undefined ? undefined : { requests, cycleMs }
}

/** Parses what the supervisor sent. The child trusts its parent, but a stale or foreign message must not hurt it. */
export function parseToChild(input: unknown): ToChild | undefined {
  const message = asRecord(input)
  const generation = asCount(message?.generation)
  if (!message || generation === undefined) return undefined
  switch (message.type) {
    case 'configure': {
      const version = asCount(message.version)
      const name = asText(message.name, 1000)
      const recipient = asText(message.recipient, 1000)
      const live = parseLive(message.live)
      const durable = parseDurable(message.durable)
      const known = parseKnownTotals(message.known)
      const heartbeatMs = asNumber(message.heartbeatMs, 10, 600_000)
      if (version === undefined || name === undefined || recipient === undefined || !live) return undefined
      if (heartbeatMs === undefined) return undefined
      const { config } = message
      const folder = asText(message.folder, PATH_MAX)
      return {
        type: 'configure',
        generation,
        version,
        name,
        recipient,
        live,
        ...(durable && { durable }),
        ...(known && { known }),
        heartbeatMs,
        ...(folder !== undefined && { folder }),
        config,
      }
    }
    case 'inspect': {
      const version = asCount(message.version)
      const name = asText(message.name, 1000)
      const folder = asText(message.folder, PATH_MAX)
      if (version === undefined || name === undefined) return undefined
      const { config } = message
      return { type: 'inspect', generation, version, name, ...(folder !== undefined && { folder }), config }
    }
    case 'live': {
      const live = parseLive(message.live)
      return live && { type: 'live', generation, live }
    }
    case 'durable':
      return { type: 'durable', generation, durable: parseDurable(message.durable) }
    case 'distrust': {
      const trouble = asText(message.trouble, CONTROL_TEXT_MAX)
      return trouble === undefined ? undefined : { type: 'distrust', generation, trouble }
    }
    case 'queue-judged':
      return { type: 'queue-judged', generation, damage: asText(message.damage, CONTROL_TEXT_MAX) }
    case 'query': {
      const id = asCount(message.id)
      return id === undefined ? undefined : { type: 'query', generation, id, query: message.query }
    }
    case 'cancel': {
      const id = asCount(message.id)
      return id === undefined ? undefined : { type: 'cancel', generation, id }
    }
    case 'stop': {
      const graceMs = asNumber(message.graceMs, 0)
      return graceMs === undefined ? undefined : { type: 'stop', generation, graceMs }
    }
    case 'retry':
      return { type: 'retry', generation }
    case 'read-now': {
      const id = asCount(message.id)
      return id === undefined ? undefined : { type: 'read-now', generation, id }
    }
    default:
      return undefined
  }
}

function parseLive(input: unknown): LiveQueueRef | undefined {
  const record = asRecord(input)
  const path = asText(record?.path, PATH_MAX)
  const capacityBytes = asCount(record?.capacityBytes)
  return path === undefined || capacityBytes === undefined ? undefined : { path, capacityBytes }
}

function parseDurable(input: unknown): DurableQueueRef | undefined {
  const record = asRecord(input)
  const queue = parseLive(input)
  const flushMs = asNumber(record?.flushMs, 1)
  const batchSize = asCount(record?.batchSize)
  const replacement = parseReplacement(record?.replacement)
  if (!queue || flushMs === undefined || batchSize === undefined) return undefined
  return { ...queue, flushMs, batchSize, ...(replacement && { replacement }) }
}

function parseReplacement(input: unknown): QueueReplacement | undefined {
  const record = asRecord(input)
  const knownUntilMs = asNumber(record?.knownUntilMs, 0)
  const madeAtMs = asNumber(record?.madeAtMs, 0)
  return knownUntilMs === undefined || madeAtMs === undefined ? undefined : { knownUntilMs, madeAtMs }
}
