// The embedded history, asked through the historian's process: Node-RED itself never opens the database. One request is
// answered at a time, since the historian has to write besides.

import { Fault, toFault } from '../../lib/contract/fault'
import { type HistoryQuestion, parseHistorySeries, parseHistoryTags } from '../../lib/contract/history-answer'
import {
  HISTORY_TAGS_MAX,
  type HistoryAnswer,
  type HistoryQuery,
  type HistorySeries,
} from '../../lib/contract/history-query'
import type { SupervisedProcess } from './supervised-process'
import { WaitingLine } from './waiting-line'

/** A request is answered within this time, ms, its waiting included. */
export const ANSWER_MS = 20_000
/** So many requests may wait: the charts of one dashboard page, say. */
export const WAITING_MAX = 8

type Keeper = {
  readonly name: string
  readonly keepsHistory: boolean
  readonly historian: SupervisedProcess | undefined
}

export class History {
  readonly #line = new WaitingLine(WAITING_MAX)

  /** Rejects with a Fault whose code is one of the REST routes' errors. `gone`: nobody waits for the answer any more. */
  async ask(keepers: readonly Keeper[], query: HistoryQuery, gone: AbortSignal): Promise<HistoryAnswer> {
    const end = new AbortController()
    const late = setTimeout(() => end.abort(LATE), ANSWER_MS)
    const leave = (): void => end.abort(GONE)
    gone.addEventListener('abort', leave)
    try {
      return await this.#line.inTurn(() => askHistory(keepers, query, end.signal), end.signal)
    } finally {
      clearTimeout(late)
      gone.removeEventListener('abort', leave)
    }
  }
}

const LATE = new Fault(
  'link',
  'timeout',
  `no answer within ${ANSWER_MS / 1000} s: ask for fewer tags or a shorter range`,
)
const GONE = new Fault('link', 'failed', 'the client has gone')

async function askHistory(
  keepers: readonly Keeper[],
  query: HistoryQuery,
  signal: AbortSignal,
): Promise<HistoryAnswer> {
  const keeping = keepers.filter(({ keepsHistory }) => keepsHistory)
  if (keeping.length === 0) throw new Fault('config', 'conflict', 'no supervisor keeps an embedded history')
  const running = keeping.flatMap(({ historian }) => historian ?? [])
  if (running.length === 0) throw new Fault('link', 'failed', 'the historian is not running')
  let fault: Fault | undefined
  for (const historian of running) {
    try {
      const answer = await answerFrom({ historian, signal }, query)
      if (answer.series.length > 0) return answer
    } catch (thrown) {
      if (signal.aborted) throw thrown
      // Another one may have what is asked for.
      fault ??= toFault(thrown)
    }
  }
  if (fault) throw fault
  return answerOf(query, [], 0)
}

/** Whom to ask, and until when. */
type Asked = { historian: SupervisedProcess; signal: AbortSignal }

async function answerFrom(asked: Asked, query: HistoryQuery): Promise<HistoryAnswer> {
  const all = query.tags ?? (await tagsOf(asked, query.collector))
  const tags = all.slice(0, HISTORY_TAGS_MAX)
  const series: HistorySeries[] = []
  // one by one: an answer must fit into one message
  for (const tag of tags) series.push(...(await seriesOf(asked, query, tag)))
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

async function tagsOf({ historian, signal }: Asked, collector: string): Promise<string[]> {
  const query: HistoryQuestion = { ask: 'tags', collector }
  return parseHistoryTags(await historian.ask({ type: 'query', query }, ANSWER_MS, signal)) ?? malformed()
}

async function seriesOf({ historian, signal }: Asked, query: HistoryQuery, tag: string): Promise<HistorySeries[]> {
  const question: HistoryQuestion = { ask: 'series', query, tag }
  return parseHistorySeries(await historian.ask({ type: 'query', query: question }, ANSWER_MS, signal)) ?? malformed()
}

function malformed(): never {
  throw new Fault('protocol', 'failed', 'the historian gave a malformed answer')
}
