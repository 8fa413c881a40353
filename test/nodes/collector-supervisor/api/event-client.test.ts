import assert from 'node:assert/strict'
import { mountRoutes } from '../../../../nodes/collector-supervisor/api/routes'
import { AdminServer, TOKENS } from '../../../support/admin-server'
import { FakeFleet } from '../../../support/fake-fleet'
import { processEvent, processRow } from '../../../support/process-row'
import { processorStatus } from '../../../support/processor-status'
import { until } from '../../../support/until'

const oven = processRow('oven')

describe('Server-sent events', () => {
  let server: AdminServer
  let fleet: FakeFleet
  beforeEach(async () => {
    server = new AdminServer()
    fleet = new FakeFleet(oven)
    mountRoutes(server.red(), fleet)
    server.events.emit('flows:started')
  })
  afterEach(() => server.close())

  it('are for those who may read', async () => {
    await server.open(true)
    for (const [token, status] of [
      ['wrong', 401],
      [TOKENS.stranger, 403],
    ] as const) {
      const headers = { Authorization: `Bearer ${token}` }
      const answer = await server.ask('GET', '/collectors/events', { headers })
      assert.equal(answer.status, status)
      assert.equal(typeof Object(answer.json).code, 'string')
    }
  })

  it('bring both snapshots, then what changes, each with name and number', async () => {
    await server.open()
    fleet.setProcessor('Line A', processorStatus())
    const response = await fetch(`http://127.0.0.1:${server.port}/collectors/events`)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
    const reader = response.body?.getReader() ?? assert.fail()
    let text = ''
    const untilText = async (wanted: string): Promise<void> => {
      while (!text.includes(wanted)) text += Buffer.from((await reader.read()).value ?? []).toString()
    }
    await untilText('event: processor_status\n')
    await untilText('"Line A"')
    fleet.tell(processEvent('炉子'))
    await untilText('event: process_event\n')
    await untilText('\n\n')
    fleet.set(processRow('line\nbreak'))
    await untilText('event: process_status_update\n')
    await reader.cancel()
    const events = text.split('\n\n').slice(0, -1)
    assert.equal(events[0], 'retry: 2000')
    for (const event of events.slice(1, 4)) {
      const [, id, name, data] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(event) ?? assert.fail(event)
      const { seq, type } = JSON.parse(data ?? '')
      assert.deepEqual([seq, type], [Number(id), name])
    }
    await until(() => fleet.listeners.size === 0)
  })

  it('do not hold a request that wants no body', async () => {
    await server.open()
    const { status } = await server.ask('HEAD', '/collectors/events')
    assert.equal(status, 200)
    assert.equal(fleet.listeners.size, 0)
  })
})
