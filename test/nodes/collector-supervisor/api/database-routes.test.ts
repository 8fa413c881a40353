import assert from 'node:assert/strict'
import { Fault } from '../../../../lib/contract/fault'
import type { HistoryQuery } from '../../../../lib/contract/history-query'
import { mountRoutes } from '../../../../nodes/collector-supervisor/api/routes'
import type { DeadLetterScope } from '../../../../nodes/collector-supervisor/dead-letters'
import { AdminServer, type Ask, TOKENS } from '../../../support/admin-server'
import { FakeFleet } from '../../../support/fake-fleet'
import { processRow } from '../../../support/process-row'
import { processorStatus } from '../../../support/processor-status'

describe('The REST routes of the way into the database', () => {
  let server: AdminServer
  let fleet: FakeFleet

  const open = async (adminAuth: boolean): Promise<void> => {
    server = new AdminServer()
    fleet = new FakeFleet(processRow('oven'))
    mountRoutes(server.red(), fleet)
    await server.open(adminAuth)
  }
  const json = (body: unknown): Ask => ({
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  afterEach(() => server.close())

  describe('without users', () => {
    beforeEach(() => open(false))

    it('tell how it is doing, by supervisor', async () => {
      const status = processorStatus({ queue_pending: 7 })
      fleet.setProcessor('Line A', status)
      const answer = await server.ask('GET', '/collectors/processor')
      assert.deepEqual(answer.json, { 'Line A': status })
    })

    it('list dead letters, a hundred unless asked for more, of one supervisor or of all', async () => {
      const asked: [DeadLetterScope, number][] = []
      fleet.letters = async (scope, max) => {
        asked.push([scope, max])
        return []
      }
      for (const query of ['', '?max=1000', '?supervisor=Line%20A&max=1']) {
        assert.equal((await server.ask('GET', `/collectors/dead-letters${query}`)).status, 200)
      }
      assert.deepEqual(asked, [
        [{ supervisor: undefined }, 100],
        [{ supervisor: undefined }, 1000],
        [{ supervisor: 'Line A' }, 1],
      ])
    })

    const wrong: [string, number, string][] = [
      ['?max=0', 400, 'bad-request'],
      ['?max=1001', 400, 'bad-request'],
      ['?max=some', 400, 'bad-request'],
      ['?max=1.5', 400, 'bad-request'],
      ['?supervisor=nobody', 404, 'not-found'],
    ]
    for (const [query, status, code] of wrong) {
      it(`list none for ${query}`, async () => {
        const answer = await server.ask('GET', `/collectors/dead-letters${query}`)
        assert.equal(answer.status, status)
        assert.match(answer.text, new RegExp(`"code":"${code}"`))
      })
    }

    for (const how of ['requeue', 'discard'] as const) {
      it(`${how} all dead letters, those of a supervisor, or some of it`, async () => {
        const asked: [DeadLetterScope, string][] = []
        fleet.moved = async (...order) => {
          asked.push(order)
          return 3
        }
        const path = `/collectors/dead-letters/${how}`
        const bodies = [{}, { supervisor: 'Line B' }, { supervisor: 'Line B', ids: [4, 5] }]
        for (const body of bodies) {
          const { status, json: reply } = await server.ask('POST', path, json(body))
          assert.equal(status, 200)
          assert.deepEqual(reply, { message: `3 dead letters ${how}${how === 'requeue' ? 'd' : 'ed'}`, count: 3 })
        }
        assert.equal((await server.ask('POST', path)).status, 200)
        assert.deepEqual(
          asked.map(([scope]) => ({ ids: undefined, supervisor: undefined, ...scope })),
          [...bodies, {}].map((body) => ({ ids: undefined, supervisor: undefined, ...body })),
        )
        assert.ok(asked.every(([, order]) => order === how))
      })

      for (const body of [[], { ids: [1] }, { supervisor: 'Line A', ids: 1 }, { supervisor: 'Line A', ids: ['1'] }]) {
        it(`${how} none for ${JSON.stringify(body)}`, async () => {
          fleet.moved = () => assert.fail('must not be asked')
          const { status } = await server.ask('POST', `/collectors/dead-letters/${how}`, json(body))
          assert.equal(status, 400)
        })
      }
    }

    it('say that the queue is busy, or does not work', async () => {
      for (const [code, status] of [
        ['timeout', 504],
        ['failed', 409],
      ] as const) {
        fleet.letters = () => Promise.reject(new Fault('link', code, 'the queue says no'))
        const answer = await server.ask('GET', '/collectors/dead-letters')
        assert.equal(answer.status, status)
        assert.match(answer.text, /the queue says no/)
      }
    })

    it('answer from the history what was asked', async () => {
      const asked: HistoryQuery[] = []
      fleet.past = async (query) => {
        asked.push(query)
        return { collector: query.collector, from: query.from, to: query.to, series: [] }
      }
      const path = '/collectors/history?collector=oven&tag=a&tag=b&from=1000&to=2000&buckets=10'
      const { status, json: answer } = await server.ask('GET', path)
      assert.equal(status, 200)
      assert.deepEqual(answer, { collector: 'oven', from: 1000, to: 2000, series: [] })
      assert.deepEqual(asked, [{ collector: 'oven', tags: ['a', 'b'], from: 1000, to: 2000, buckets: 10 }])
    })

    it('refuse a history query that makes no sense', async () => {
      for (const query of ['', '?collector=oven&from=later', '?collector=oven&buckets=0']) {
        assert.equal((await server.ask('GET', `/collectors/history${query}`)).status, 400, query)
      }
    })

    it('answer 404 for a collector that neither exists nor has a history', async () => {
      assert.equal((await server.ask('GET', '/collectors/history?collector=nobody')).status, 404)
    })

    const faults = { conflict: 409, failed: 409, timeout: 504 } as const
    for (const [code, status] of Object.entries(faults)) {
      it(`answer ${status} when the history fails with ${code}`, async () => {
        fleet.past = () => Promise.reject(new Fault('link', code, 'the historian is not running'))
        const answer = await server.ask('GET', '/collectors/history?collector=oven')
        assert.equal(answer.status, status)
        assert.match(answer.text, /the historian is not running/)
      })
    }
  })

  describe('with users', () => {
    beforeEach(() => open(true))
    const as = (token: string): Ask => ({ headers: { Authorization: `Bearer ${token}` } })
    const reads = ['/collectors/processor', '/collectors/dead-letters', '/collectors/history?collector=oven']
    const writes = ['/collectors/dead-letters/requeue', '/collectors/dead-letters/discard']

    it('tell nothing to strangers, and let only operators move dead letters', async () => {
      for (const path of reads) {
        assert.equal((await server.ask('GET', path)).status, 401)
        assert.equal((await server.ask('GET', path, as(TOKENS.stranger))).status, 403)
        assert.equal((await server.ask('GET', path, as(TOKENS.reader))).status, 200)
      }
      for (const path of writes) {
        assert.equal((await server.ask('POST', path)).status, 401)
        assert.equal((await server.ask('POST', path, as(TOKENS.reader))).status, 403)
        assert.equal((await server.ask('POST', path, as(TOKENS.operator))).status, 200)
      }
    })
  })
})
