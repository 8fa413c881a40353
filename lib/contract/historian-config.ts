// What a historian process is told when it starts, secrets included.

import { type InfluxTarget, parseInfluxTarget } from './influx-target'
import { asCount, asNumber, asOneOf, asRecord, asText } from './parse'

export type HistorianConfig = {
  /** From 1; the first one also keeps the durable queue, and the history in bounds. */
  worker: number
  /** Samples written at once. */
  batchSize: number
  /** The durable queue. */
  queue: QueueSettings
} & (
  | { sink: 'influxdb'; target: InfluxTarget }
  | { sink: 'embedded'; path: string; retentionDays: number; retentionMb: number }
  /** Writes nothing: it keeps the queue while no historian runs. */
  | { sink: 'none' }
)

const WHEN_FULL = ['drop-oldest', 'refuse'] as const
const DURABILITIES = ['commit', 'power'] as const

export type QueueSettings = {
  path: string
  capacityBytes: number
  whenFull: (typeof WHEN_FULL)[number]
  durability: (typeof DURABILITIES)[number]
}

const TEXT_MAX = 4096

export function parseHistorianConfig(input: unknown): HistorianConfig | undefined {
  const record = asRecord(input)
  const worker = asCount(record?.worker)
  const batchSize = asCount(record?.batchSize)
  const queue = parseQueueSettings(record?.queue)
  if (worker === undefined || batchSize === undefined || queue === undefined) return undefined
  if (record?.sink === 'influxdb') {
    const target = parseInfluxTarget(record.target)
    return target && { worker, batchSize, queue, sink: 'influxdb', target }
  }
  if (record?.sink === 'none') return { worker, batchSize, queue, sink: 'none' }
  const path = asText(record?.path, TEXT_MAX)
  const retentionDays = asNumber(record?.retentionDays, 0)
  const retentionMb = asNumber(record?.retentionMb, 0)
  if (record?.sink !== 'embedded' || path === undefined) return undefined
  if (retentionDays === undefined || retentionMb === undefined) return undefined
  return { worker, batchSize, queue, sink: 'embedded', path, retentionDays, retentionMb }
}

function parseQueueSettings(input: unknown): QueueSettings | undefined {
  const record = asRecord(input)
  const path = asText(record?.path, TEXT_MAX)
  const capacityBytes = asCount(record?.capacityBytes)
  const whenFull = asOneOf(record?.whenFull, WHEN_FULL)
  const durability = asOneOf(record?.durability, DURABILITIES)
  if (path === undefined || capacityBytes === undefined || !whenFull || !durability) return undefined
  return { path, capacityBytes, whenFull, durability }
}
