// Dead letters by their causes: a thousand values that one thing is wrong with are one line for the operator.

import type { DeadLetterGroup } from '../contract/dead-letters'
import { decodeReadings } from '../contract/readings'
import { causeKey, causeOf } from '../contract/refused-cause'
import type { DeadLetter } from '../queue/queue'

const COLLECTORS_MAX = 20

export class Grouping {
  readonly #groups = new Map<string, DeadLetterGroup>()

  get groups(): DeadLetterGroup[] {
    return [...this.#groups.values()]
  }

  add(letter: DeadLetter): void {
    const { id, origin, weight } = letter
    const { measurement, field, times } = contentOf(letter)
    const cause = { measurement, field, reason: causeOf(letter.reason) }
    const key = causeKey(cause)
    const known = this.#groups.get(key)
    const [first = letter.time] = times
    const last = times.at(-1) ?? letter.time
    if (!known) {
      const group = { ...cause, collectors: [origin], samples: weight, letters: 1, first, last, ids: [id] }
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
function contentOf({ data }: DeadLetter): { measurement: string; field: string; times: string[] } {
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
