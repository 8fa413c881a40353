// The embedded history, asked through the historian's process: Node-RED itself never opens the database.

import { Fault } from '../../lib/contract/fault'
import {
  type HistoryAnswer,
  type HistoryQuery,
  type HistorySeries,
  parseHistorySeries,
  parseHistoryTags,
} from '../../lib/contract/history-query'
import type { SupervisedProcess } from './supervised-process'

/** A question is answered within this time, ms, also by a historian that is just writing. */
const ANSWER_MS = 10_000

type Keeper = {
  readonly name: string
  readonly keepsHistory: boolean
  readonly historian: SupervisedProcess | undefined
}

/** Rejects with a Fault whose code is one of the REST routes' errors. */
export async function askHistory(keepers: readonly Keeper[], query: HistoryQuery): Promise<HistoryAnswer> {
  const keeping = keepers.filter(({ keepsHistory }) => keepsHistory)
  if (keeping.length === 0) throw new Fault('config', 'conflict', 'no supervisor keeps an embedded history')
  const running = keeping.flatMap(({ historian }) => historian ?? [])
  if (running.length === 0) throw new Fault('link', 'failed', 'the historian is not running')
  for (const historian of running) {
    const tags = query.tags ?? (await tagsOf(historian, query.collector))
    const series: HistorySeries[] = []
    // one by one: an answer must fit into one message
    for (const tag of tags) {
      const found = await seriesOf(historian, query, tag)
      if (found) series.push(found)
    }
    if (series.length > 0) return answerOf(query, series)
  }
  return answerOf(query, [])
}

function answerOf({ collector, from, to, buckets }: HistoryQuery, series: HistorySeries[]): HistoryAnswer {
  return { collector, from, to, ...(buckets !== undefined && { buckets }), series }
}

async function tagsOf(historian: SupervisedProcess, collector: string): Promise<string[]> {
  const tags = parseHistoryTags(await historian.ask({ ask: 'tags', collector }, ANSWER_MS))
  if (!tags) throw new Fault('protocol', 'failed', 'the historian gave a malformed answer')
  return tags
}

/** undefined = there is no such tag. */
async function seriesOf(
  historian: SupervisedProcess,
  query: HistoryQuery,
  tag: string,
): Promise<HistorySeries | undefined> {
  const answer = await historian.ask({ ask: 'series', query, tag }, ANSWER_MS)
  if (answer === null) return undefined
  const series = parseHistorySeries(answer)
  if (!series) throw new Fault('protocol', 'failed', 'the historian gave a malformed answer')
  return series
}
