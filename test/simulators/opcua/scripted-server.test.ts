import assert from 'node:assert/strict'
import type { DataValue } from 'node-opcua-client'
import { ScriptedServer } from '../../../simulators/opcua/scripted/scripted-server'
import { Space } from '../../../simulators/opcua/scripted/space'
import { PlainClient } from '../../support/opcua-client'
import { VersionedPoint } from '../../support/opcua-points'
import { until } from '../../support/until'

describe('A server of OPC UA that tells what it is told to', function () {
  this.timeout(20_000)
  const points = [new VersionedPoint('count', 0, 0), new VersionedPoint('known', 1, 0)] as const
  let server: ScriptedServer
  let client: PlainClient
  let delayMs = 0
  beforeEach(async () => {
    const space = new Space()
    for (const point of points) point.addTo(space)
    delayMs = 0
    server = await ScriptedServer.start(space, {
      watched: (wishes) => {
        for (const point of points) point.handle ??= wishes.find(({ node }) => node === point.address)?.handle
      },
      delayMs: () => delayMs,
    })
    client = await PlainClient.open(server.endpoint)
  })
  afterEach(async () => {
    await client.close()
    await server.close()
  })

  const message = (point: VersionedPoint) => server.compose([{ handle: point.handle ?? -1, value: point.value() }])

  it('is read by a client of another make', async () => {
    const [count, known] = points
    assert.equal((await client.read(count.address)).value.value, count.version)
    assert.equal((await client.read(known.address)).value.value.constructor.name, 'OpaqueStructure')
    assert.equal((await client.read('ns=1;i=1')).statusCode.name, 'BadNodeIdUnknown')
  })

  it('answers late', async () => {
    delayMs = 100
    const startedMs = performance.now()
    await client.read(points[0].address)
    assert.ok(performance.now() - startedMs >= 99)
  })

  it('publishes, once it is told to, and twice where it is told twice', async () => {
    const subscription = await client.subscribe()
    const [count] = points
    const seen: number[] = []
    const item = await subscription.monitor({ nodeId: count.address, attributeId: 13 }, {}, 2)
    item.on('changed', ({ value }: DataValue) => seen.push(value.value))
    count.change(undefined)
    const first = message(count)
    server.stall(true)
    server.deliver(first)
    server.stall(false)
    await until(() => seen.length === 1)
    assert.deepEqual(seen, [count.version])
    server.deliver(first)
    server.keepAlive()
    await until(() => seen.length === 2)
  })
})
