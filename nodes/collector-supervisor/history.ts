// The embedded history, asked through the historian's process: Node-RED itself never opens the database.

import { Fault, toFault } from '../../lib/contract/fault'
import { type HistoryQuestion, parseHistorySeries, parseHistoryTags } from '../../lib/contract/history-answer'
import {
  HISTORY_TAGS_MAX,
  type HistoryAnswer,
  type HistoryQuery,
  type HistorySeries,
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
  let fault: Fault | undefined
  for (const historian of running) {
    try {
      const answer = await answerFrom(historian, query)
      if (answer.series.length > 0) return answer
    } catch (thrown) {
      // Another one may have what is asked for.
      fault ??= toFault(thrown)
    }
  }
  if (fault) throw fault
  return answerOf(query, [], 0)
}

async function answerFrom(historian: SupervisedProcess, query: HistoryQuery): Promise<HistoryAnswer> {
  const all = query.tags ?? (await tagsOf(historian, query.collector))
  const tags = all.slice(0, HISTORY_TAGS_MAX)
  const series: HistorySeries[] = []
  // one by one: an answer must fit into one message
  for (const tag of tags) series.push(...(await seriesOf(historian, query, tag)))
  return answerOf(query, series, all.length - tags.length)
}

function answerOf(
  { collector, from, to, buckets }: HistoryQuery,
  series: HistorySeries[],
  tagsLeftOut: number,
): HistoryAnswer {
  return {
    collector,
    from,
    to,
    ...(buckets !== undefined && { buckets }),
    series,
    ...(tagsLeftOut > 0 && { tagsLeftOut }),
  }
}

async function tagsOf(historian: SupervisedProcess, collector: string): Promise<string[]> {
  const query: HistoryQuestion = { ask: 'tags', collector }
  return parseHistoryTags(await historian.ask({ type: 'query', query }, ANSWER_MS)) ?? malformed()
}

async function seriesOf(historian: SupervisedProcess, query: HistoryQuery, tag: string): Promise<HistorySeries[]> {
  const question: HistoryQuestion = { ask: 'series', query, tag }
  return parseHistorySeries(await historian.ask({ type: 'query', query: question }, ANSWER_MS)) ?? malformed()
}

function malformed(): never {
  throw new Fault('protocol', 'failed', 'the historian gave a malformed answer')
}
