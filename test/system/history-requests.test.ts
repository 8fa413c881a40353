// Many questions to a large embedded history at once: one is answered at a time, few wait, and the historian lives on.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { asRecord, parseJson } from '../../lib/contract/parse'
import { HistoryFile } from '../../lib/historian/history/history-file'
import { WAITING_MAX } from '../../nodes/collector-supervisor/history'
import { flowOf, SUPERVISOR, supervisorNode } from '../support/flows'
import { NodeRed } from '../support/node-red'
import { until } from '../support/until'

const TAGS = 12
const VALUES_PER_TAG = 50_000
const SPAN_MS = 10 * 3_600_000

/** Of the reader `press`: a value of each tag every 0.7 s, up to now. */
function fill(path: string): void {
  HistoryFile.open(path).close()
  const database = new DatabaseSync(path)
  const startUs = (Date.now() - SPAN_MS) * 1000
  database.exec(`
    PRAGMA synchronous = OFF;
    BEGIN;
    INSERT INTO series (id, collector, tag, unit, kind)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${TAGS})
      SELECT i, 'press', 'tag ' || i, '', 'number' FROM n;
    INSERT INTO sample (series, time, value)
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${VALUES_PER_TAG - 1})
      SELECT series.id, ${startUs} + i * ${(SPAN_MS / VALUES_PER_TAG) * 1000}, i FROM series, n;
    COMMIT`)
  database.close()
}

describe('requests to a large history', function () {
  this.timeout(120_000)
  let userDir = ''
  let nodeRed: NodeRed | undefined

  before(async () => {
    userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    const folder = join(userDir, 'collectors', SUPERVISOR)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    fill(join(folder, 'history.db'))
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode({ historian: 'embedded' })), userDir })
    await until(async () => (await historian()).status === 'running')
  })
  after(async () => {
    await nodeRed?.stop()
    rmSync(userDir, { recursive: true, force: true })
  })

  const url = (query: string): string => `${nodeRed?.url}/collectors/history?collector=press&from=-12h&${query}`

  async function historian() {
    const row = (await nodeRed?.rows())?.find(({ type }) => type === 'historian')
    assert.ok(row)
    return row
  }

  it('are answered one after the other; few wait, the others are told to come again', async () => {
    const { generation } = await historian()
    const responses = await Promise.all(Array.from({ length: 30 }, () => fetch(url('buckets=300'))))
    const answered = responses.filter(({ status }) => status === 200)
    const refused = responses.filter(({ status }) => status === 503)
    // One of those that came first may be answered before the last one comes.
    assert.ok(answered.length > WAITING_MAX && refused.length > 0, `${answered.length}, ${refused.length}`)
    assert.equal(answered.length + refused.length, responses.length)
    for (const response of refused) {
      assert.match(response.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
      const body = asRecord(parseJson(Buffer.from(await response.arrayBuffer())))
      assert.equal(body?.code, 'busy')
      assert.match(String(body?.error), /ask again/)
    }
    for (const response of answered) {
      const body = asRecord(parseJson(Buffer.from(await response.arrayBuffer())))
      assert.ok(Array.isArray(body?.series) && body.series.length === TAGS)
    }
    assert.equal((await historian()).generation, generation)
  })

  it('are given up when their clients have gone', async () => {
    const clients = new AbortController()
    const requests = Array.from({ length: 2 * (1 + WAITING_MAX) }, () =>
      fetch(url('buckets=300'), { signal: clients.signal }).then(({ status }) => status),
    )
    const statuses = Promise.allSettled(requests)
    // The line is full once one of them is refused.
    await Promise.any(requests.map(async (request) => assert.equal(await request, 503)))
    clients.abort()
    const left = (await statuses).filter(({ status }) => status === 'rejected')
    assert.ok(left.length > 0)
    // Nobody is in the way any more: else none of these would find a place.
    const next = async (): Promise<number[]> => {
      const responses = Array.from({ length: 1 + WAITING_MAX }, () => fetch(url('tag=tag%201&buckets=1')))
      return (await Promise.all(responses)).map(({ status }) => status)
    }
    assert.deepEqual(new Set(await next()), new Set([200]))
  })
})
