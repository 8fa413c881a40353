// What a process says of its memory when its garbage has been collected.

import { asRecord, parseNumbers } from '../../lib/contract/parse'

const NAMES = ['uptimeS', 'heapUsedMb', 'heapHeldMb', 'codeMb', 'externalMb', 'contexts', 'detachedContexts'] as const

/** MiB. `heapHeldMb`: what V8 has of the system; `externalMb`: outside of the heap, but held by objects in it. */
export type ProbedMemory = Record<(typeof NAMES)[number], number>

/** undefined for anything else. */
export function parseProbedMemory(line: string): ProbedMemory | undefined {
  const record = asRecord(JSON.parse(line))
  return record && parseNumbers(record, NAMES)
}
