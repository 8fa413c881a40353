// The promise of framings whose frames do not tell which request they answer, tried on devices of every kind of slowness in
// simulated time: never a wrong value, and values again soon after the device is well.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Asked } from '../../../nodes/modbus-in/link/rtu'
import { Asker as AskerOver, EIGHT, type Eight, type Fate, TIMEOUT_MS, WELL, WIRES, type Wire } from './slow-device'

const block = (count: number): Asked => ({ unit: 1, functionCode: 3, address: 100 * count, count })
const fate = fc.record({
  delayMs: fc.oneof(fc.constant(20), fc.integer({ min: 0, max: 9 * TIMEOUT_MS })),
  lost: fc.boolean(),
  garbled: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
})
const step = fc.record({ count: fc.integer({ min: 1, max: 3 }), pauseMs: fc.integer({ min: 0, max: 3000 }), fate })

/** Function 8 exists on serial lines only. */
const kinds = Object.entries(WIRES).flatMap(([name, wire]) =>
  (wire.properties.transport === 'tcp' ? EIGHT.slice(2) : EIGHT).map((eight): [string, Wire, Eight] => [
    name,
    wire,
    eight,
  ]),
)

for (const [name, wire, eight] of kinds) {
  describe(`a framing over ${name} and a device that answers function 8 with ${eight}`, () => {
    class Asker extends AskerOver {
      constructor() {
        super(wire, eight)
      }
    }

    it('gives no wrong value, whatever is late, lost or garbled, and values again when the device is well', () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const asker = new Asker()
          for (const { count, pauseMs, fate } of steps) {
            assert.notEqual(asker.ask(block(count), fate), 'wrong')
            asker.pause(pauseMs)
          }
          asker.pause(9 * TIMEOUT_MS)
          for (const count of [1, 2, 3]) {
            const outcomes = Array.from({ length: 4 }, () => asker.ask(block(count), WELL))
            assert.ok(!outcomes.includes('wrong'))
            assert.deepEqual(outcomes.slice(2), ['right', 'right'])
          }
        }),
        { numRuns: 2000 },
      )
    })

    it('does not take a garbled late answer for the one that it waits for', () => {
      const asker = new Asker()
      const fates: [count: number, fate: Partial<Fate>][] = [
        [1, { delayMs: 3001, garbled: true }],
        [1, {}],
        [1, { delayMs: 0, garbled: true }],
        [2, { delayMs: 1002 }],
        [1, { garbled: true }],
      ]
      for (const [count, fate] of fates) assert.notEqual(asker.ask(block(count), { ...WELL, ...fate }), 'wrong')
      asker.pause(9 * TIMEOUT_MS)
      for (let times = 0; times < 4; times++) assert.notEqual(asker.ask(block(1), WELL), 'wrong')
    })

    it('gives no wrong value of a device that is five timeouts late for ever', () => {
      for (const timeouts of [1.2, 1.5, 2, 3.5, 5, 9]) {
        const asker = new Asker()
        const late = { ...WELL, delayMs: timeouts * TIMEOUT_MS }
        for (let times = 0; times < 500; times++) assert.notEqual(asker.ask(block(1 + (times % 2)), late), 'wrong')
      }
    })

    it('loses nothing but the request that was lost', () => {
      const asker = new Asker()
      for (let times = 0; times < 4; times++) asker.ask(block(2), WELL)
      assert.equal(asker.ask(block(2), { ...WELL, lost: true }), 'silence')
      assert.equal(asker.ask(block(2), WELL), 'right')
    })
  })
}
