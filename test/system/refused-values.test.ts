// A database that refuses values: the row, the status, an event, the REST routes tell it, and nothing else is held up.

import assert from 'node:assert/strict'
import type { RefusedEvent } from '../../lib/contract/process-event'
import type { DeadLetterGroup } from '../../nodes/collector-supervisor/dead-letters'
import { flowOf, TAB } from '../support/flows'
import { KeptReader } from '../support/kept-reader'
import { type FlowNode, NodeRed } from '../support/node-red'
import { ScriptedHttp } from '../support/scripted-http'

const EVENTS = 'refusals'
const TAGS = ['value', 'twin'].map((name) => ({ name, address: 'hr0', type: 'uint16' }))

/** As InfluxDB 2.0 said it (influxdb#19779), which names the first field at fault. */
function conflictIn(body: string): string {
  const field = TAGS.find(({ name }) => body.includes(`${name}=`))?.name ?? 'nothing'
  return `unexpected error writing points to database: partial write: field type conflict: input field "${field}" on measurement "press" is type unsigned, already exists as type float dropped=1`
}

describe('a database that refuses two fields', function () {
  this.timeout(60_000)
  this.bail(true)
  let reader: KeptReader
  let database: ScriptedHttp
  let nodeRed: NodeRed

  before(async () => {
    reader = await KeptReader.start('press', 20)
    database = await ScriptedHttp.start()
    database.answer = ({ body }) => {
      return { status: 500, body: JSON.stringify({ code: 'internal error', message: conflictIn(body) }) }
    }
    nodeRed = await NodeRed.start({ flows: [] })
    const settings = { historian: 'influxdb', influxUrl: database.url, influxOrg: 'o', influxBucket: 'b' }
    const [supervisor, ...others] = reader.nodes(settings, { tags: TAGS })
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
    assert.match(row.last_error ?? '', /refuses "(value|twin)" of "press": .*field type conflict/)
    const status = await reader.processorWhen(nodeRed, ({ queue_dead }) => queue_dead >= 100)
    assert.match(status.last_error ?? '', /field type conflict/)
    assert.equal(status.queue_retry, 0)
    assert.ok(database.received.length <= 10, `${database.received.length} requests`)
    await reader.witness.assertUndisturbed(nodeRed)
  })

  it('is told by one event a field, however many values there are', async () => {
    const events = nodeRed.recorded(EVENTS).map(({ payload }) => payload as RefusedEvent)
    const told = events.map(({ name, from, to, refused }) => [name, from, to, refused.measurement, refused.field])
    assert.deepEqual(told.sort(), [
      [reader.historian, 'running', 'running', 'press', 'twin'],
      [reader.historian, 'running', 'running', 'press', 'value'],
    ])
    for (const { refused } of events) {
      assert.match(refused.reason, new RegExp(`^.*field type conflict: input field "${refused.field}".* dropped=#$`))
      assert.ok(refused.count > 0)
    }
  })

  it('is one group of dead letters a field', async () => {
    const { body } = await nodeRed.request('GET', '/collectors/dead-letters?group=1')
    const groups = body as DeadLetterGroup[]
    assert.deepEqual(groups.map(({ field }) => field).sort(), ['twin', 'value'])
    for (const group of groups) {
      assert.ok(group.samples >= 50 && group.ids.length === group.letters)
      assert.ok(group.first < group.last)
      assert.deepEqual([group.supervisor, group.measurement, group.collectors], [reader.name, 'press', [reader.name]])
    }
    const most = await nodeRed.request('GET', '/collectors/dead-letters?group=1&max=1')
    assert.equal((most.body as DeadLetterGroup[]).length, 1)
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
