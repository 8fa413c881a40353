// The tags of every point in the database: as the flow has them, and as the rows of the dialog.

import { asRecord } from '../lib/contract/parse'
import { checkPointText } from '../lib/contract/point-text'

export type Pair = { key: string; value: string }
/** What is wrong with the key and with the value. */
export type PairProblem = { key?: string; value?: string }

export function pairsOf(stored: unknown): Pair[] {
  return Object.entries(asRecord(stored) ?? {}).map(([key, value]) => ({ key, value: String(value) }))
}

/** Rows in which nothing stands are left out; of rows with the same key the first one counts. */
export function storedOf(pairs: readonly Pair[]): Record<string, string> {
  const counting = pairs.filter(
    ({ key, value }, index) => (key !== '' || value !== '') && firstWith(pairs, key) === index,
  )
  return Object.fromEntries(counting.map(({ key, value }) => [key, value]))
}

/** One entry a pair, empty where all is well. */
export function checkPointTags(pairs: readonly Pair[]): PairProblem[] {
  return pairs.map((pair, index) => {
    if (pair.key === '' && pair.value === '') return {}
    const first = firstWith(pairs, pair.key)
    const key = first < index ? `is also the key of pair ${first + 1}` : checkPointText('tag-key', pair.key)
    const value = checkPointText('tag-value', pair.value)
    return { ...(key !== undefined && { key }), ...(value !== undefined && { value }) }
  })
}

/** Index of the first pair with this key in which anything stands. */
function firstWith(pairs: readonly Pair[], wanted: string): number {
  return pairs.findIndex(({ key, value }) => key === wanted && (key !== '' || value !== ''))
}
