// The journal as REST tells it.

import assert from 'node:assert/strict'
import type { NoticeEvent, ProcessEvent } from '../../lib/contract/process-event'
import type { JournalPage } from '../../nodes/collector-supervisor/journal-page'
import type { NodeRed } from './node-red'

/** Newest first. */
export async function journalOf(nodeRed: NodeRed, query = ''): Promise<ProcessEvent[]> {
  const { status, body } = await nodeRed.request(
    'GET',
    `/collectors/journal?${query.includes('limit=') ? query : `limit=1000&${query}`}`,
  )
  assert.equal(status, 200, JSON.stringify(body))
  return (body as JournalPage).events
}

/** Newest first. */
export async function noticesIn(nodeRed: NodeRed): Promise<NoticeEvent[]> {
  return (await journalOf(nodeRed, 'kind=notice')).filter((event) => event.kind === 'notice')
}
