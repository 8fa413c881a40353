// What a historian process is told when it starts, secrets included.

import { type InfluxTarget, parseInfluxTarget } from './influx-target'
import { asCount, asNumber, asRecord, asText } from './parse'

export type HistorianConfig = {
  /** From 1; the first one also keeps the history in bounds. */
  worker: number
  /** Samples written at once. */
  batchSize: number
  /** Path of the durable queue. */
  queue: string
} & (
  | { sink: 'influxdb'; target: InfluxTarget }
  | { sink: 'embedded'; path: string; retentionDays: number; retentionMb: number }
)

const TEXT_MAX = 4096

export function parseHistorianConfig(input: unknown): HistorianConfig | undefined {
  const record = asRecord(input)
  const worker = asCount(record?.worker)
  const batchSize = asCount(record?.batchSize)
  const queue = asText(record?.queue, TEXT_MAX)
  if (worker === undefined || batchSize === undefined || queue === undefined) return undefined
  if (record?.sink === 'influxdb') {
    const target = parseInfluxTarget(record.target)
    return target && { worker, batchSize, queue, sink: 'influxdb', target }
  }
  const path = asText(record?.path, TEXT_MAX)
  const retentionDays = asNumber(record?.retentionDays, 0)
  const retentionMb = asNumber(record?.retentionMb, 0)
  if (record?.sink !== 'embedded' || path === undefined) return undefined
  if (retentionDays === undefined || retentionMb === undefined) return undefined
  return { worker, batchSize, queue, sink: 'embedded', path, retentionDays, retentionMb }
}
