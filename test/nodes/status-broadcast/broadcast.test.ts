import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessEvent } from '../../../lib/contract/process-event'
import type { ProcessRow } from '../../../lib/contract/process-row'
import { Broadcast } from '../../../nodes/status-broadcast/broadcast'
import { parseFilter } from '../../../nodes/status-broadcast/filter'
import { viewOf } from '../../../nodes/status-broadcast/view'
import { FakeFleet } from '../../support/fake-fleet'
import { processEvent, processRow } from '../../support/process-row'
import { processorStatus } from '../../support/processor-status'
import { until } from '../../support/until'

describe('A broadcast', () => {
  let broadcast: Broadcast | undefined
  const statuses: ProcessRow[][] = []
  const events: ProcessEvent[] = []
  let news = 0

  function open(fleet: FakeFleet, { supervisorId = '', filter = '', intervalMs = 0, gapMs = 30 } = {}): Broadcast {
    const parsed = parseFilter(filter)
    assert.ok('shows' in parsed)
    broadcast = new Broadcast(
      fleet,
      viewOf(fleet, supervisorId, parsed.shows),
      { intervalMs, gapMs },
      {
        status: (rows) => statuses.push(rows),
        event: (event) => events.push(event),
        news: () => news++,
      },
    )
    return broadcast
  }
  beforeEach(() => {
    statuses.length = 0
    events.length = 0
    news = 0
  })
  afterEach(() => broadcast?.close())
  const names = () => statuses.map((rows) => rows.map(({ name }) => name))

  it('sends nothing before the flow runs, then first the events that waited, then the state', async () => {
    const fleet = new FakeFleet(processRow('oven'))
    const one = open(fleet)
    fleet.tell(processEvent('oven'))
    fleet.set(processRow('oven', { status: 'crashed' }))
    await delay(30)
    assert.deepEqual([statuses, events], [[], []])
    one.start()
    assert.deepEqual(events, [processEvent('oven')])
    await until(() => statuses.length > 0)
    assert.deepEqual(statuses, [[processRow('oven', { status: 'crashed' })]])
  })

  it('sends a message when the way into the database of a supervisor it shows changes, not for its counts', async () => {
    const fleet = new FakeFleet(processRow('oven'))
    fleet.setProcessor('Line A', processorStatus())
    open(fleet, { supervisorId: 's1', gapMs: 5 }).start()
    await until(() => statuses.length === 1)
    fleet.setProcessor('Line A', processorStatus())
    await until(() => statuses.length === 2)
    fleet.setProcessor('Line A', processorStatus({ processed_total: 5000 }))
    fleet.setProcessor('Line B', processorStatus({ queue_dead: 1 }))
    fleet.setProcessor('Line A', processorStatus({ queue_dead: 1 }))
    await until(() => statuses.length === 3)
    await delay(30)
    assert.equal(statuses.length, 3)
  })

  it('sends no message for measurements, and the last of many changes', async () => {
    const fleet = new FakeFleet(processRow('oven'))
    open(fleet).start()
    await until(() => statuses.length === 1)
    fleet.set(processRow('oven', { cpu_percent: 50 }))
    assert.equal(news, 0)
    for (let restart = 1; restart <= 50; restart++) fleet.set(processRow('oven', { restart_count: restart }))
    assert.equal(news, 50)
    await until(() => statuses.at(-1)?.[0]?.restart_count === 50)
    assert.ok(statuses.length <= 3)
  })

  it('keeps to the rate under a flood', async () => {
    const fleet = new FakeFleet(processRow('oven'))
    const startedAt = performance.now()
    open(fleet, { gapMs: 50 }).start()
    for (let restart = 1; statuses.length < 5; restart++) {
      fleet.set(processRow('oven', { restart_count: restart }))
      await new Promise(setImmediate)
    }
    const atMost = Math.floor((performance.now() - startedAt) / 50) + 1
    assert.ok(statuses.length <= atMost, `${statuses.length} of ${atMost}`)
  })

  it('repeats at its interval', async () => {
    open(new FakeFleet(processRow('oven')), { intervalMs: 20, gapMs: 10 }).start()
    await until(() => statuses.length === 4)
  })

  it('shows one supervisor only, and events of it only', async () => {
    const fleet = new FakeFleet(processRow('oven'), processRow('press', { supervisor: 'Line B' }))
    open(fleet, { supervisorId: 's2' }).start()
    await until(() => statuses.length === 1)
    fleet.tell(processEvent('oven'))
    fleet.tell(processEvent('press', { supervisor: 'Line B' }))
    fleet.set(processRow('oven', { status: 'error' }))
    assert.equal(news, 0)
    assert.deepEqual(names(), [['press']])
    assert.deepEqual(
      events.map(({ name }) => name),
      ['press'],
    )
  })

  it('tells when a process comes into the filter, leaves it, or is removed', async () => {
    const fleet = new FakeFleet(processRow('oven'), processRow('press'))
    open(fleet, { filter: 'status:error' }).start()
    await until(() => statuses.length === 1)
    fleet.set(processRow('oven', { status: 'error' }))
    await until(() => statuses.length === 2)
    fleet.set(processRow('oven'))
    await until(() => statuses.length === 3)
    fleet.set(processRow('press', { status: 'error' }))
    await until(() => statuses.length === 4)
    fleet.remove('press')
    await until(() => statuses.length === 5)
    fleet.remove('oven')
    assert.deepEqual(names(), [[], ['oven'], [], ['press'], []])
    assert.equal(news, 4)
  })

  it('holds the filter against the status that an event leads to, and the type of the process', () => {
    const fleet = new FakeFleet(processRow('oven', { type: 'opcua' }), processRow('press'))
    open(fleet, { filter: 'type:modbus, status:crashed' }).start()
    fleet.tell(processEvent('press', { seq: 1, from: 'running', to: 'crashed' }))
    fleet.tell(processEvent('press', { seq: 2, from: 'crashed', to: 'starting' }))
    fleet.tell(processEvent('oven', { seq: 3, from: 'running', to: 'crashed' }))
    fleet.tell(processEvent('nobody', { seq: 4, from: 'running', to: 'crashed' }))
    assert.deepEqual(
      events.map(({ seq }) => seq),
      [1],
    )
  })

  it('tells what concerns a supervisor as a whole, whatever the filter, and of the others nothing', () => {
    const fleet = new FakeFleet(processRow('oven'))
    open(fleet, { supervisorId: 's1', filter: 'type:opcua' }).start()
    const notice = { kind: 'notice', code: 'journal-damaged', reason: '', time: '', generation: 0 } as const
    fleet.tell({ ...notice, seq: 1, name: 'Line A', supervisor: 'Line A' })
    fleet.tell({ ...notice, seq: 2, name: 'Line B', supervisor: 'Line B' })
    fleet.tell({ ...notice, seq: 3, name: 'oven', supervisor: 'Line A' })
    assert.deepEqual(
      events.map(({ seq }) => seq),
      [1],
    )
  })

  it('lets go of everything when it is closed, twice without harm', async () => {
    const fleet = new FakeFleet(processRow('oven'))
    const one = open(fleet, { intervalMs: 10, gapMs: 10 })
    one.start()
    await until(() => statuses.length > 0)
    one.close()
    one.close()
    one.start()
    assert.equal(fleet.listeners.size, 0)
    const count = statuses.length
    await delay(50)
    assert.equal(statuses.length, count)
  })
})
