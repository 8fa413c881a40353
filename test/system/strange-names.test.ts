// Names that mean something in JavaScript, and bodies that mean nothing in JSON.

import assert from 'node:assert/strict'
import { asRecord, parseJson } from '../../lib/contract/parse'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode, TAB } from '../support/flows'
import { type FlowNode, NodeRed } from '../support/node-red'
import { until } from '../support/until'

const SUPERVISORS = ['__proto__', 'constructor', 'toString']

describe('a supervisor and a reader', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    nodeRed = await NodeRed.start({ flows: flowOf(...SUPERVISORS.flatMap(plant), ...broadcast()) })
    for (const name of SUPERVISORS) await nodeRed.rowWhen(`reader ${name}`, ({ link }) => link === 'connected')
    await nodeRed.rowWhen('hasOwnProperty', ({ link }) => link === 'connected')
  })
  after(async () => {
    await nodeRed?.dispose()
    await device?.close()
  })

  function plant(name: string, index: number): FlowNode[] {
    const supervisor = `supervisor-${index}`
    const readers = [readerNode(`reader ${name}`, device.port, { id: `reader-${index}`, supervisor })]
    if (index === 0) readers.push(readerNode('hasOwnProperty', device.port, { id: 'reader-own', supervisor }))
    return [supervisorNode({ id: supervisor, name, historian: 'embedded', flushInterval: 0.1 }), ...readers]
  }

  function broadcast(): FlowNode[] {
    const common = { z: TAB, x: 1, y: 1 }
    const func =
      'return { topic: "processor", payload: Object.keys(msg.processor).sort(), total: msg.summary.total_processes }'
    return [
      { ...common, id: 'broadcast', type: 'status-broadcast', interval: 1, wires: [['keys'], []] },
      { ...common, id: 'keys', type: 'function', func, outputs: 1, wires: [['record']] },
    ]
  }

  it('may have any name: the way into the database of each is told', async () => {
    await until(async () => {
      const { body } = await nodeRed.request('GET', '/collectors/processor')
      return JSON.stringify(Object.keys(Object(body)).sort()) === JSON.stringify([...SUPERVISORS].sort())
    })
    const { total } = await nodeRed.recordedWhen(
      'processor',
      ({ payload }) => JSON.stringify(payload) === JSON.stringify([...SUPERVISORS].sort()),
    )
    assert.equal(total, 2 * SUPERVISORS.length + 1)
  })

  it('may have any name: rows, logs, certificates and commands go by it', async () => {
    for (const name of ['hasOwnProperty', 'reader __proto__', 'historian constructor']) {
      assert.equal((await nodeRed.row(name)).name, name)
      assert.equal((await nodeRed.request('GET', `/collectors/processes/${encodeURIComponent(name)}/logs`)).status, 200)
    }
    const { body } = await nodeRed.request('GET', '/collectors/certificates')
    assert.deepEqual(Object.keys(Object(body)).sort(), [...SUPERVISORS].sort())
    assert.equal((await nodeRed.command('hasOwnProperty/restart')).status, 200)
    const missing = await nodeRed.request('GET', '/collectors/processes/valueOf')
    assert.equal(missing.status, 404)
  })

  for (const [what, body] of [
    ['cut off', '{"supervisor":'],
    ['no JSON', 'hello'],
    ['no value', ''],
    ['a number', '5'],
  ] as const) {
    it(`answer a body that is ${what} with an error in JSON, or take it for none`, async () => {
      for (const path of ['dead-letters/requeue', 'processes/hasOwnProperty/start', 'inspect/close']) {
        const response = await fetch(`${nodeRed.url}/collectors/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        })
        const text = await response.text()
        const answer = asRecord(parseJson(Buffer.from(text)))
        assert.ok(answer, `${path}: ${response.status} ${text}`)
        if (response.ok) continue
        assert.ok('error' in answer && 'code' in answer, `${path}: ${JSON.stringify(answer)}`)
        assert.ok(response.status === 400 || response.status === 404, `${path}: ${response.status}`)
      }
    })
  }
})
