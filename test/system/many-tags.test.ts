// A reader with more tags than anybody should have: its configuration alone is megabytes.

import assert from 'node:assert/strict'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { NodeRed } from '../support/node-red'

const TAGS = 50_000

describe(`a reader with ${TAGS} tags`, function () {
  this.timeout(120_000)
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async () => {
    device = await ModbusDevice.start()
    for (const address of [0, TAGS - 1]) device.memory.set('holding', address, address)
    const tags = Array.from({ length: TAGS }, (_, address) => ({ name: `tag ${address}`, address: `hr${address}` }))
    const large = readerNode('large', device.port, { tags, interval: 5000, wires: [] })
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), large) })
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
  })

  it('starts, and reads them all', async () => {
    const row = await nodeRed.rowWhen('large', ({ tags }) => tags.good === TAGS, 90_000)
    assert.deepEqual(
      { link: row.link, restarts: row.restart_count, last_error: row.last_error },
      { link: 'connected', restarts: 0, last_error: null },
    )
  })
})
