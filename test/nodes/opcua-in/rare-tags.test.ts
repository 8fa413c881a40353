import assert from 'node:assert/strict'
import { closeAll, deviceOf, never, readerOf } from './reader-bench'

describe('OPC UA tags that are read in every n-th cycle', () => {
  afterEach(closeAll)

  for (const mode of ['poll', 'subscribe']) {
    it(`are held between their turns, and all told in the first cycle of a connection, with ${mode}`, async () => {
      const device = await deviceOf()
      const { reader } = readerOf(
        device.endpoint,
        [
          ['clock', 'ns=0;i=2258'],
          ['state', 'ns=0;i=2259', { every: 3 }],
          ['missing', 'ns=1;s=there is no such node', { every: 3 }],
        ],
        { mode },
      )
      await reader.open(never)
      const held: number[][] = []
      for (let cycle = 0; cycle < 5; cycle++) {
        const reading = await reader.read(never)
        held.push([...(reading.held ?? [])])
        for (const column of reading.held ?? []) {
          assert.equal(reading.values[column], null)
          assert.equal(reading.bad.has(column), false)
        }
      }
      // what is bad is not held: it is asked for in the next cycle
      assert.deepEqual(held, [[], [1], [1], [], [1]])
      await reader.close()
      await reader.open(never)
      assert.deepEqual([...((await reader.read(never)).held ?? [])], [])
    })
  }
})
