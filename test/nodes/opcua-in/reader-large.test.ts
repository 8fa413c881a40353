import assert from 'node:assert/strict'
import { PARTS_MAX } from '../../../nodes/opcua-in/link/unfolding'
import type { OpcuaDevice } from '../../../simulators/opcua/opcua-device'
import type { Place } from '../../../simulators/opcua/plant'
import { closeAll, deviceOf, never, readerOf, readUntil } from './reader-bench'

const ARRAYS = 30
const ELEMENTS = 8000
/** The whole of them is more than one message may unfold to, and this one is alone. */
const TOO_MANY = PARTS_MAX + 1

const arrayOf = (name: string, elements: number): Place => ({
  name,
  type: 'String',
  shape: 'array',
  setting: { value: Array.from({ length: elements }, () => 'x') },
})

describe('An OPC UA reader of arrays that are too much for one message', function () {
  this.timeout(60_000)
  const names = Array.from({ length: ARRAYS }, (_, index) => `Large.A${index}`)
  let device: OpcuaDevice
  before(async () => {
    const places = [...names.map((name) => arrayOf(name, ELEMENTS)), arrayOf('Large.TooLarge', TOO_MANY)]
    device = await deviceOf({ places })
  })
  after(closeAll)

  for (const config of [
    { mode: 'poll', interval: 500 },
    { mode: 'subscribe', interval: 200 },
    { mode: 'subscribe', interval: 1000 },
  ]) {
    it(`reads them all over one connection, and says of one that is too large alone why: ${JSON.stringify(config)}`, async () => {
      const tags = [...names, 'Types.Double', 'Large.TooLarge'].map((name): [string, string] => [
        name,
        device.nodeId(name),
      ])
      const { reader } = readerOf(device.endpoint, tags, config)
      const { sessionsMade } = device.census()
      await reader.open(never)
      const { values, bad, degraded } = await readUntil(reader, ({ bad: all }) => all.size === 1, 30_000)
      assert.deepEqual([...bad.keys()], [ARRAYS + 1])
      assert.match(bad.get(ARRAYS + 1) ?? '', /too long for one message: read a range of the array/)
      assert.equal(values[ARRAYS], Math.PI)
      const lengths = values.slice(0, ARRAYS).map((value) => Array.isArray(value) && value.length)
      assert.deepEqual(new Set(lengths), new Set([ELEMENTS]))
      assert.deepEqual([device.census().sessionsMade - sessionsMade, degraded], [1, undefined])
      await reader.close()
    })
  }
})
