// From a device through a process of its own into the flow.

import assert from 'node:assert/strict'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { isGood, NodeRed } from '../support/node-red'

describe('a reader in a real Node-RED', () => {
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async function () {
    this.timeout(60_000)
    device = await ModbusDevice.start({ host: '127.0.0.1', port: 0, engine: 'jsmodbus' })
    device.memory.set('holding', 0, 1234)
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), readerNode('boiler', device.port)) })
  })
  after(async function () {
    this.timeout(60_000)
    await nodeRed.dispose()
    await device.close()
  })

  it('sends one message every cycle', async () => {
    const message = await nodeRed.recordedWhen('boiler', isGood)
    assert.deepEqual(message.payload, { value: 1234 })
    assert.deepEqual(message.quality, {})
    assert.ok(Math.abs((message.timestamp ?? 0) - Date.now()) < 5_000)
  })
})
