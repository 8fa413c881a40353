// A reader with as many items as a large controller serves, from a server that takes them by the hundred.

import assert from 'node:assert/strict'
import { asRecord } from '../../lib/contract/parse'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import { flowOf, opcuaNode, supervisorNode } from '../support/flows'
import { NodeRed, type Recorded } from '../support/node-red'
import { lasting } from '../support/opcua-lane'

const ITEMS = 10_000
const A_CALL = 100
/** The one that comes late, in the midst of a batch. */
const LATE = 4711
const PATIENCE_MS = 90_000

describe(`${ITEMS} items of an OPC UA server that takes ${A_CALL} in a call`, function () {
  this.timeout(120_000)
  let device: OpcuaDeviceProcess
  let nodeRed: NodeRed

  before(async () => {
    device = await OpcuaDeviceProcess.start({
      many: ITEMS,
      settings: { limits: { maxMonitoredItemsPerCall: A_CALL, maxNodesPerRead: A_CALL } },
    })
    const tags = Array.from({ length: ITEMS }, (_, index) => ({
      name: `tag ${index}`,
      address: lasting(index === LATE ? 'Late.One' : `Many.${index}`),
    }))
    const reader = opcuaNode('large', device.endpoint, { tags, interval: 1000 })
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), reader) })
  })
  after(async () => {
    await nodeRed?.dispose()
    await device?.close()
  })

  it('are all read, but for the one that is not there, and that is named', async () => {
    const { tags, link } = await nodeRed.rowWhen('large', ({ tags }) => tags.good === ITEMS - 1, PATIENCE_MS)
    assert.deepEqual({ tags, link }, { tags: { total: ITEMS, good: ITEMS - 1, bad: 1 }, link: 'connected' })
    const { payload, quality } = await nodeRed.recordedWhen('large', hasAllButOne)
    assert.equal(Object.keys(payload ?? {}).length, ITEMS)
    assert.match(quality?.[`tag ${LATE}`] ?? '', /the server has no such node: is the NodeId right\?/)
    assert.match((await nodeRed.row('large')).last_error ?? '', new RegExp(`^tag ${LATE}: the server has no such node`))
  })

  it('go on, each of them', async () => {
    const before = numbersOf(await nodeRed.recordedWhen('large', hasAllButOne))
    const hasMoved = (message: Recorded): boolean =>
      numbersOf(message).every((value, index) => index === LATE || value !== before[index])
    await nodeRed.recordedWhen('large', hasMoved, { timeoutMs: PATIENCE_MS })
    const { monitoredItems, sessions, subscriptions } = await device.census()
    assert.deepEqual([sessions, subscriptions], [1, 1])
    // Clock and state of the server are watched, too.
    assert.ok(monitoredItems >= ITEMS - 1 && monitoredItems <= ITEMS + 1, `${monitoredItems} items`)
  })

  it('include the one that comes late', async () => {
    await device.send({ command: 'appear', place: { name: 'Late.One', type: 'Int16', setting: { value: 7 } } })
    const { tags, restart_count } = await nodeRed.rowWhen('large', ({ tags }) => tags.good === ITEMS, PATIENCE_MS)
    assert.deepEqual({ tags, restart_count }, { tags: { total: ITEMS, good: ITEMS, bad: 0 }, restart_count: 0 })
  })
})

function hasAllButOne({ quality }: Recorded): boolean {
  return Object.keys(quality ?? {}).length === 1
}

function numbersOf({ payload }: Recorded): number[] {
  return Object.values(asRecord(payload) ?? {}).map(Number)
}
