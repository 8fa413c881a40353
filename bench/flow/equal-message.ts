// A message as a reader sends it, made up: for the yardsticks.

import type { FlowMessage } from '../../nodes/collector-supervisor/flow-message'

export function tagNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `register ${index}`)
}

/** The message number `cycle` of a stream. */
export function equalMessage(topic: string, names: readonly string[], cycle: number): FlowMessage {
  const payload: Record<string, number> = {}
  for (let index = 0; index < names.length; index++) payload[names[index] ?? ''] = (cycle + index) % 65_536
  return { topic, payload, quality: {}, timestamp: Date.now() }
}
