// A process under supervision: what its child reports, and what comes from it out of the live queue.

import assert from 'node:assert/strict'
import { encodeBatch } from '../../../lib/contract/batch'
import { TITLE_SAMPLES, TITLE_TAGS } from '../../../lib/contract/limits'
import type { Message } from '../../../lib/queue/queue'
import { until } from '../../support/until'
import { COUNTERS, READY, supervising } from './supervision'

function message(title: string, data: unknown): Message {
  return { id: 1, origin: 'oven', to: 'a1', title, data, time: '', weight: 1, attempts: 0, priority: 0 }
}
function tags(generation: number): Message {
  return message(TITLE_TAGS, { generation, revision: 1, tags: [{ name: 'speed', unit: '', kind: 'number' }] })
}
function reading(generation: number, value: number | null, cycle = 1): Message {
  const bad = new Map(value === null ? [[0, 'exception 2']] : [])
  return message(
    TITLE_SAMPLES,
    encodeBatch({ generation, revision: 1, cycle, time: 0, values: [value], bad, sourceTimes: new Map() }),
  )
}

describe('a supervised process whose child reports', () => {
  const { running } = supervising()

  it('shows link, counters and what is wrong', async () => {
    const link = { type: 'link', link: 'disconnected', reason: 'ECONNREFUSED' }
    const oven = await running({ says: [READY, { type: 'heartbeat', counters: COUNTERS }, link] })
    await oven.heard('link disconnected')
    const row = oven.process.row()
    assert.deepEqual([row.samples_total, row.overruns, row.cycle_ms], [30, 1, COUNTERS.cycleMs])
    assert.deepEqual([row.link, row.last_error], ['disconnected', 'ECONNREFUSED'])
  })

  it('tells why its database refuses values, as far as the child says it in a form that is known', async () => {
    const causes = ['force', 'speed'].map((field) => ({ measurement: 'press', field, reason: 'type', count: 3 }))
    const malformed = [{ ...causes[0], count: -1 }]
    const says = [READY, ...[causes, malformed, causes.slice(1)].map((some) => ({ type: 'refused', causes: some }))]
    const historian = await running({ says: [...says, { type: 'log', level: 'info', text: 'that is all' }] })
    await historian.heard('that is all')
    assert.deepEqual(historian.refusals, [causes, causes.slice(1)])
    assert.equal(historian.status, 'running')
  })

  it('shows that its history was set aside, and tells its supervisor, until it is started anew', async () => {
    const told = 'the history is damaged; it is kept as x'
    const historian = await running({ says: [READY, { type: 'history-set-aside', text: told }] })
    await historian.heard(told)
    assert.ok(historian.calls.includes(`history set aside: ${told}`))
    historian.process.notice(told)
    assert.equal(historian.process.row().last_error, told)
    await historian.process.operate('restart')
    assert.equal(historian.process.row().last_error, null)
  })

  it('keeps its totals over a restart', async () => {
    const oven = await running({ says: [READY, { type: 'heartbeat', counters: COUNTERS }] })
    await until(() => oven.process.row().samples_total === 30)
    await oven.process.operate('restart')
    await until(() => oven.process.row().samples_total === 60)
    assert.equal(oven.process.row().overruns, 2)
  })

  it('tells its child of a new live queue', async () => {
    const oven = await running()
    const live = { path: '/dev/shm/other', capacityBytes: 16 }
    oven.process.liveReplaced(live, 'the file is gone')
    await oven.heard('{"type":"live"')
    assert.ok(oven.texts.includes(JSON.stringify({ type: 'live', generation: 1, live })))
    assert.ok(oven.texts.includes('the file is gone'))
  })

  it('brings readings of this process only', async () => {
    const oven = await running()
    const got: unknown[] = []
    oven.process.deliver(({ batch }) => got.push(batch.values))
    for (const each of [tags(1), reading(0, 7), reading(1, 8)]) oven.process.receive(each)
    assert.deepEqual([got, oven.process.row().tags], [[[8]], { total: 1, good: 1, bad: 0 }])
    await oven.process.operate('restart')
    for (const each of [tags(1), reading(1, 9), tags(2), reading(2, 10)]) oven.process.receive(each)
    assert.deepEqual(got, [[8], [10]])
  })

  it('brings all readings, those that were kept too, though what is done with each of them throws', async () => {
    const oven = await running()
    for (const each of [tags(1), reading(1, 7), reading(1, 8, 2)]) oven.process.receive(each)
    const got: unknown[] = []
    oven.process.deliver(({ batch }) => {
      got.push(...batch.values)
      throw new Error('what a flow')
    })
    oven.process.receive(reading(1, 9, 3))
    assert.deepEqual(got, [7, 8, 9])
    assert.ok(oven.texts.includes('a reading could not be passed on: what a flow'))
  })

  it('distrusts a live queue through which nothing comes of what it says to have read', async () => {
    const heartbeat = { type: 'heartbeat', counters: { ...COUNTERS, cyclesTotal: 1 } }
    const oven = await running({ says: [READY, heartbeat] })
    await until(() => oven.process.row().samples_total > 0)
    const distrusted = (): string[] => oven.calls.filter((call) => call === 'distrust')
    oven.process.watch(false)
    assert.deepEqual(distrusted(), [])
    oven.aheadMs += 3_100
    oven.process.watch(true)
    assert.deepEqual(distrusted(), [])
    oven.process.watch(false)
    assert.deepEqual(distrusted(), ['distrust'])
    for (const each of [tags(1), reading(1, 7)]) oven.process.receive(each)
    oven.process.watch(false)
    assert.deepEqual(distrusted(), ['distrust'])
  })

  it('tells that its row has changed when tags become good or bad, and not for every reading', async () => {
    const oven = await running()
    oven.process.receive(tags(1))
    const before = oven.changes
    oven.process.receive(reading(1, 1))
    assert.equal(oven.changes, before + 1)
    oven.process.receive(reading(1, 2, 2))
    assert.equal(oven.changes, before + 1)
    oven.process.receive(reading(1, null, 3))
    assert.equal(oven.changes, before + 2)
    assert.equal(oven.process.row().last_error, 'speed: exception 2')
  })

  it('is silent until a reading comes, whatever else does', async () => {
    const oven = await running({ says: [READY, { type: 'link', link: 'connected', reason: '' }] })
    await until(() => oven.process.row().link === 'connected')
    oven.aheadMs += 3_100
    oven.process.watch(false)
    const row = oven.process.row()
    assert.deepEqual([row.link, row.last_error], ['degraded', 'no readings for more than 3 s'])
    for (const each of [message(TITLE_SAMPLES, 'garbage'), reading(0, 5), reading(1, 5)]) oven.process.receive(each)
    assert.equal(oven.process.row().link, 'degraded')
    const changes = oven.changes
    for (const each of [tags(1), reading(1, 6, 2)]) oven.process.receive(each)
    assert.deepEqual([oven.process.row().link, oven.process.row().last_error], ['connected', null])
    assert.equal(oven.changes, changes + 1)
  })
})
