// Dead letters by their causes: a thousand values that one thing is wrong with are one line for the operator.

import { setImmediate } from 'node:timers/promises'
import { decodeReadings } from '../../lib/contract/readings'
import { causeKey, causeOf } from '../../lib/contract/refused-cause'
import type { Queue } from '../../lib/queue/queue'
import type { Keeper } from './dead-letters'

export type DeadLetterGroup = {
  supervisor: string
  measurement: string
  /** '' where whole readings are refused, for their time, say, or cannot be read. */
  field: string
  /** Without dates and numbers, which change from one answer of the database to the next. */
  reason: string
  /** Names of the readers. */
  collectors: string[]
  samples: number
  letters: number
  /** ISO times of the readings. */
  first: string
  last: string
  /** For requeueing and discarding. */
  ids: number[]
  /** Its supervisor has more dead letters than were looked at. */
  more?: true
}

type Letter = ReturnType<Queue['deadLetters']>[number]

/** Node-RED gets its turn after each page. */
const PAGE_LETTERS = 200
export const LETTERS_MAX = 10_000
const BYTES_MAX = 64 * 1024 * 1024
const COLLECTORS_MAX = 20

/** The oldest letters, up to a bound; groups with the most samples first. Throws a QueueError. */
export async function groupDeadLetters(keepers: readonly Keeper[]): Promise<DeadLetterGroup[]> {
  const groups: DeadLetterGroup[] = []
  for (const { name, processor } of keepers) {
    const grouping = new Grouping(name)
    let [after, count, bytes] = [0, 0, 0]
    let isAll = true
    for (;;) {
      const page = await processor.use((queue) => queue.deadLetters({ max: PAGE_LETTERS, after }))
      const last = page?.at(-1)
      if (!page || !last) break
      for (const letter of page) {
        grouping.add(letter)
        bytes += letter.data instanceof Uint8Array ? letter.data.length : 0
      }
      after = last.id
      count += page.length
      if (count >= LETTERS_MAX || bytes >= BYTES_MAX) {
        isAll = false
        break
      }
      await setImmediate()
    }
    groups.push(...grouping.groups.map((group): DeadLetterGroup => (isAll ? group : { ...group, more: true })))
  }
  return groups.sort((one, other) => other.samples - one.samples)
}

/** Of one supervisor. */
export class Grouping {
  readonly #supervisor: string
  readonly #groups = new Map<string, DeadLetterGroup>()

  constructor(supervisor: string) {
    this.#supervisor = supervisor
  }

  get groups(): DeadLetterGroup[] {
    return [...this.#groups.values()]
  }

  add(letter: Letter): void {
    const { id, origin, weight } = letter
    const { measurement, field, times } = contentOf(letter)
    const cause = { measurement, field, reason: causeOf(letter.reason) }
    const key = causeKey(cause)
    const known = this.#groups.get(key)
    const [first = letter.time] = times
    const last = times.at(-1) ?? letter.time
    if (!known) {
      const supervisor = this.#supervisor
      const group = { supervisor, ...cause, collectors: [origin], samples: weight, letters: 1, first, last, ids: [id] }
      this.#groups.set(key, group)
      return
    }
    known.samples += weight
    known.letters++
    known.ids.push(id)
    if (first < known.first) known.first = first
    if (last > known.last) known.last = last
    if (!known.collectors.includes(origin) && known.collectors.length < COLLECTORS_MAX) known.collectors.push(origin)
  }
}

/** Times as ISO, in order. */
function contentOf({ data }: Letter): { measurement: string; field: string; times: string[] } {
  const readings = data instanceof Uint8Array ? decodeReadings(data) : undefined
  if (!readings) return { measurement: '', field: '', times: [] }
  const { measurement, columns } = readings.source
  const [only, ...more] = columns
  const times = readings.batches.map(({ time }) => new Date(time)).filter((time) => !Number.isNaN(time.getTime()))
  return {
    measurement,
    field: only && more.length === 0 ? only.name : '',
    times: times.map((time) => time.toISOString()).sort(),
  }
}
