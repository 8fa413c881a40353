// Whatever a device does for a while: no value is ever wrong, every tag has a value or a reason, and all is good again
// soon after the device is.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Fault } from '../../../lib/contract/fault'
import type { ShortTag } from '../../nodes/modbus-in/config'
import { bench, good } from '../../nodes/modbus-in/poller-bench'

const ADDRESSES = 300
const UNITS = [1, 2, 3]

const tags = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...UNITS), fc.nat({ max: ADDRESSES - 2 }), fc.boolean()), {
    minLength: 1,
    maxLength: 60,
    selector: ([unit, address]) => `${unit} ${address}`,
  })
  .map((list) =>
    list.map(([unit, address, long]): ShortTag => {
      return [`${unit}/${address}`, `hr${address}`, long ? 'uint32' : 'uint16', { unitId: String(unit) }]
    }),
  )

/** One request after the other meets one of these, round and round. */
const weather = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant('fair' as const) },
    { weight: 1, arbitrary: fc.constant('silence' as const) },
    { weight: 1, arbitrary: fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 99) },
  ),
  { minLength: 1, maxLength: 40 },
)

describe('a poll in any weather', () => {
  it('gives no wrong value, a reason for each missing one, and heals within minutes', async () => {
    const holes = fc.uniqueArray(fc.nat({ max: ADDRESSES }), { maxLength: 40 })
    const limits = fc.record({ maxRegisters: fc.integer({ min: 2, max: 125 }), maxGap: fc.nat({ max: 20 }) })
    await fc.assert(
      fc.asyncProperty(
        tags,
        weather,
        holes,
        limits,
        fc.integer({ min: 2, max: 125 }),
        async (list, storm, missing, limit, longest) => {
          const { device, clock, poller, poll } = bench(list, limit)
          const expected = list.map(([, address, type]) => {
            const at = Number(address.slice(2))
            return type === 'uint32' ? at * 65536 + at + 1 : at
          })
          const check = async () => {
            try {
              const reading = await poll()
              good(reading)
              for (const [column, value] of reading.values.entries())
                assert.ok(value === null || value === expected[column])
              return reading
            } catch (thrown) {
              if (!(thrown instanceof Fault) || thrown.code !== 'no-answer') throw thrown
              poller.reconnected()
              return undefined
            }
          }
          let request = 0
          for (const at of missing) device.holes.add(at)
          device.lengthMax = longest
          device.silent = () => storm[++request % storm.length] === 'silence'
          device.exception = () => {
            const now = storm[request % storm.length]
            return typeof now === 'number' ? now : undefined
          }
          for (let cycle = 0; cycle < 30; cycle++) {
            await check()
            clock.ms += 1000 * (1 + (cycle % 7) * (cycle % 5))
          }
          device.holes.clear()
          device.silent = () => false
          device.exception = () => undefined
          for (let minute = 0; minute < 25; minute++) {
            clock.ms += 60_000
            await check()
          }
          const reading = await check()
          assert.deepEqual(reading?.values, expected)
          assert.equal(reading?.degraded, undefined)
        },
      ),
      { numRuns: 300 },
    )
  })
})
