// A database that refuses values: the row, the status, an event, the REST routes tell it, and nothing else is held up.

import assert from 'node:assert/strict'
import type { ProcessEvent } from '../../lib/contract/process-event'
import type { DeadLetterGroup } from '../../nodes/collector-supervisor/dead-letters'
import { flowOf, TAB } from '../support/flows'
import { KeptReader } from '../support/kept-reader'
import { type FlowNode, NodeRed } from '../support/node-red'
import { ScriptedHttp } from '../support/scripted-http'

const EVENTS = 'refusals'
/** As InfluxDB 2.0 said it (influxdb#19779). */
const CONFLICT =
  'unexpected error writing points to database: partial write: field type conflict: input field "value" on measurement "press" is type unsigned, already exists as type float dropped=1'

describe('a database that refuses a field', function () {
  this.timeout(60_000)
  this.bail(true)
  let reader: KeptReader
  let database: ScriptedHttp
  let nodeRed: NodeRed

  before(async () => {
    reader = await KeptReader.start('press', 20)
    database = await ScriptedHttp.start()
    database.answer = () => ({ status: 500, body: JSON.stringify({ code: 'internal error', message: CONFLICT }) })
    nodeRed = await NodeRed.start({ flows: [] })
    const settings = { historian: 'influxdb', influxUrl: database.url, influxOrg: 'o', influxBucket: 'b' }
    const [supervisor, ...others] = reader.nodes(settings)
    assert.ok(supervisor)
    await nodeRed.deploy(flowOf({ ...supervisor, credentials: { influxToken: 'secret' } }, ...others, ...eventNodes()))
  })
  after(async () => {
    await nodeRed?.dispose()
    await database?.close()
    await reader?.close()
  })

  it('has dead letters after few requests, and the row and the status say why', async () => {
    const row = await nodeRed.rowWhen(reader.historian, ({ link }) => link === 'degraded')
    assert.match(row.last_error ?? '', /refuses "value" of "press": .*field type conflict/)
    const status = await reader.processorWhen(nodeRed, ({ queue_dead }) => queue_dead >= 100)
    assert.match(status.last_error ?? '', /field type conflict/)
    assert.equal(status.queue_retry, 0)
    assert.ok(database.received.length <= 10, `${database.received.length} requests`)
    await reader.witness.assertUndisturbed(nodeRed)
  })

  it('is told by one event', async () => {
    const events = nodeRed.recorded(EVENTS).map(({ payload }) => payload as ProcessEvent)
    assert.deepEqual(
      events.map(({ name, from, to, refused }) => [name, from, to, refused?.measurement, refused?.field]),
      [[reader.historian, 'running', 'running', 'press', 'value']],
    )
    assert.match(events[0]?.refused?.reason ?? '', /field type conflict.* dropped=#/)
    assert.ok((events[0]?.refused?.count ?? 0) > 0)
  })

  it('is one group of dead letters', async () => {
    const { body } = await nodeRed.request('GET', '/collectors/dead-letters?group=1')
    const [group, ...more] = body as DeadLetterGroup[]
    assert.deepEqual(more, [])
    assert.ok(group && group.samples >= 100 && group.ids.length === group.letters)
    assert.deepEqual(
      { ...group, reason: '', samples: 0, letters: 0, ids: [], first: '', last: '' },
      {
        supervisor: reader.name,
        measurement: 'press',
        field: 'value',
        reason: '',
        collectors: [reader.name],
        samples: 0,
        letters: 0,
        first: '',
        last: '',
        ids: [],
      },
    )
    assert.ok(group.first < group.last)
  })

  it('takes all of it once that is mended and asked for, and nothing is lost', async () => {
    database.answer = () => ({ status: 204 })
    const { status } = await nodeRed.request('POST', '/collectors/dead-letters/requeue')
    assert.equal(status, 200)
    await reader.processorWhen(nodeRed, ({ queue_dead, last_error }) => queue_dead === 0 && last_error === null)
    const { dropped, queue_dead } = await reader.assertBalance(nodeRed)
    assert.deepEqual({ dropped, queue_dead }, { dropped: 0, queue_dead: 0 })
  })
})

function eventNodes(): FlowNode[] {
  const common = { z: TAB, x: 1, y: 1 }
  const func = `if (msg.payload.kind === "refused") return { topic: "${EVENTS}", payload: msg.payload }`
  return [
    { ...common, id: 'broadcast', type: 'status-broadcast', interval: 0, wires: [[], ['as-told']] },
    { ...common, id: 'as-told', type: 'function', func, outputs: 1, wires: [['record']] },
  ]
}
