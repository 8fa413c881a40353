// What the database refused, for the operator: listed, given another try, or given up.

import { decodeReadings } from '../../lib/contract/readings'
import type { Queue } from '../../lib/queue/queue'
import type { Processor } from './processor'

export type DeadLetter = {
  supervisor: string
  id: number
  /** Name of the reader. */
  collector: string
  /** ISO time of the reading. */
  time: string
  /** What the database said against it. */
  reason: string
  samples: number
  measurement?: string
  /** tag -> value, where it can be read; of several readings the first one. */
  values?: Record<string, unknown>
}

export type DeadLetterScope = {
  /** Name of a supervisor; absent = all of them. */
  supervisor?: string | undefined
  /** Absent = all. Ids are of one supervisor. */
  ids?: number[] | undefined
}

export type Keeper = { readonly name: string; readonly processor: Processor }

/** Oldest first, at most `max` of each supervisor. Throws a QueueError. */
export async function listDeadLetters(keepers: readonly Keeper[], max: number): Promise<DeadLetter[]> {
  const lists = await Promise.all(
    keepers.map(async ({ name, processor }) => {
      const letters = await processor.use((queue) => queue.deadLetters({ max }))
      return (letters ?? []).map((letter) => describe(name, letter))
    }),
  )
  return lists.flat()
}

/** Returns how many there were. Throws a QueueError. */
export async function moveDeadLetters(
  keepers: readonly Keeper[],
  how: 'requeue' | 'discard',
  ids: number[] | undefined,
): Promise<number> {
  const counts = await Promise.all(
    keepers.map(({ processor }) =>
      processor.use((queue) => (how === 'requeue' ? queue.requeueDead(ids) : queue.discardDead(ids))),
    ),
  )
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)
}

function describe(supervisor: string, letter: ReturnType<Queue['deadLetters']>[number]): DeadLetter {
  const { id, origin, time, weight, reason, data } = letter
  const common = { supervisor, id, collector: origin, time, reason, samples: weight }
  const readings = data instanceof Uint8Array ? decodeReadings(data) : undefined
  const [batch] = readings?.batches ?? []
  if (!readings || !batch) return common
  const values = readings.source.columns.map(({ name }, column) => [name, batch.values[column] ?? null])
  return {
    ...common,
    time: new Date(batch.time).toISOString(),
    measurement: readings.source.measurement,
    values: Object.fromEntries(values),
  }
}
