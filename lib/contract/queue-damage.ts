// Is the file of the durable queue damaged? Asked of a process that has nothing else to do with it, when the one that keeps the queue
// says so.

import { asRecord, asText } from './parse'

/** Settings of such a process: which file. */
export type QueueWitnessConfig = { path: string }
/** Its answer: what it finds wrong, or null. */
export type QueueFinding = { damage: string | null }

const TEXT_MAX = 4096

export function parseQueueWitnessConfig(input: unknown): QueueWitnessConfig | undefined {
  const path = asText(asRecord(input)?.path, TEXT_MAX)
  return path === undefined ? undefined : { path }
}

export function parseQueueFinding(input: unknown): QueueFinding | undefined {
  const record = asRecord(input)
  if (record?.damage === null) return { damage: null }
  const damage = asText(record?.damage, TEXT_MAX)
  return damage === undefined ? undefined : { damage }
}
