// The REST route of the journal: what happened to the processes, newest first, a page at a time.

import { NAME_MAX_LENGTH } from '../../../lib/contract/command'
import { parseTime, TIME_FORMS } from '../../../lib/contract/history-query'
import { asCount, asOneOf, asText } from '../../../lib/contract/parse'
import { EVENT_KINDS } from '../../../lib/contract/process-event'
import type { Fleet } from '../face'
import type { JournalQuery } from '../journal-page'
import type { Mount } from './database-routes'
import type { Request } from './guard'
import { errorReply, type Reply } from './reply'

const EVENTS_STANDARD = 100
const EVENTS_MAX = 1000

export function mountJournalRoute(fleet: Fleet, get: Mount): void {
  const journal = async ({ query }: Request): Promise<Reply> => {
    const parsed = parseJournalQuery(query, Date.now())
    if ('problem' in parsed) return errorReply('bad-request', parsed.problem)
    return { status: 200, body: await fleet.journal(parsed) }
  }
  get('/journal', journal, { once: ['name', 'kind', 'from', 'limit', 'before'] })
}

/** Absent and empty are the same. A problem is one sentence for whoever made the URL. */
export function parseJournalQuery(query: Request['query'], now: number): JournalQuery | { problem: string } {
  const given = (key: string): unknown => (query[key] === '' ? undefined : query[key])
  const name = given('name') === undefined ? undefined : asText(given('name'), NAME_MAX_LENGTH)
  const kind = asOneOf(given('kind'), EVENT_KINDS)
  const from = given('from') === undefined ? undefined : parseTime(given('from'), '', now)
  const before = given('before') === undefined ? undefined : asCount(Number(given('before')))
  const limit = given('limit') === undefined ? EVENTS_STANDARD : asCount(Number(given('limit')))
  if (given('name') !== undefined && name === undefined) return { problem: 'name: name one process' }
  if (given('kind') !== undefined && !kind) return { problem: `kind: there are ${EVENT_KINDS.join(', ')}` }
  if (given('from') !== undefined && from === undefined) return { problem: `from: ${TIME_FORMS}` }
  if (given('before') !== undefined && before === undefined) return { problem: 'before: expected the `next` of a page' }
  if (limit === undefined || limit < 1 || limit > EVENTS_MAX) {
    return { problem: `limit: expected a whole number from 1 to ${EVENTS_MAX}` }
  }
  return { name, kind, from, before, limit }
}
