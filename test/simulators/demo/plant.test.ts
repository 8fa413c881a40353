import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { PLANT_DEVICES, PLANT_POINTS, startPlant } from '../../../simulators/demo/plant'
import { RawClient, readRequest } from '../raw-client'

describe('The plant of the demo', () => {
  it('starts on the ports it is given, and beside one that is taken', async () => {
    const foreign = createServer().listen(0, '127.0.0.1')
    await once(foreign, 'listening')
    const address = foreign.address()
    assert.ok(address !== null && typeof address === 'object')
    const plant = await startPlant({ boiler: 0, press: address.port, 'pump-station': 0 })
    try {
      assert.equal(new Set([...Object.values(plant.ports), address.port]).size, 4)
      for (const name of PLANT_DEVICES) {
        assert.equal(plant.devices[name].port, plant.ports[name])
        const client = await RawClient.connect(plant.ports[name])
        client.send(readRequest({ transaction: 1, address: 0, count: 2 }))
        assert.notDeepEqual((await client.receive(13)).subarray(9), Buffer.alloc(4))
      }
    } finally {
      await plant.close()
      foreign.close()
    }
  })

  it('has no two values at one address', () => {
    for (const name of PLANT_DEVICES) {
      const taken = PLANT_POINTS[name].flatMap(({ area, address, type }) =>
        type.endsWith('32') ? [`${area} ${address}`, `${area} ${address + 1}`] : [`${area} ${address}`],
      )
      assert.equal(new Set(taken).size, taken.length, name)
    }
  })
})
