// Answers of an OPC UA server that are too large together: they are asked for in smaller parts. What is too large alone is bad with
// its reason, and neither harms another tag nor the connection.

import assert from 'node:assert/strict'
import type { Reading } from '../../lib/collector/reader'
import type { Place } from '../../simulators/opcua/plant'
import type { ShortTag } from '../nodes/opcua-in/config'
import { closeAll, deviceOf, never, readerOf, readUntil } from '../nodes/opcua-in/reader-bench'

const ARRAYS = 30
/** Each of them is within the limits of a value. */
const ELEMENTS = 8000
/** More than a whole message may unfold to. */
const HUGE = 250_000
const MODES = ['subscribe', 'poll'] as const
const PATIENCE_MS = 40_000
const CYCLES = 20

const array = (name: string, length: number): Place => ({
  name,
  type: 'String',
  shape: 'array',
  setting: { value: Array.from({ length }, () => '') },
})
const arrays = Array.from({ length: ARRAYS }, (_, index) => array(`Large.${index}`, ELEMENTS))
const places = [...arrays, array('Large.Huge', HUGE)]

describe('Large answers of an OPC UA server', function () {
  this.timeout(90_000)
  afterEach(closeAll)

  for (const mode of MODES) {
    it(`are taken in parts, so that each of ${ARRAYS} large arrays is good (${mode})`, async () => {
      const { device, reader } = await open(mode, arrays)
      const { values } = await readUntil(reader, areGood(ARRAYS + 1), PATIENCE_MS)
      assert.ok(values.slice(1).every((value) => Array.isArray(value) && value.length === ELEMENTS))
      assert.equal(device.census().connections, 1)
    })

    it(`are bad with a reason where they are too large alone, and cost no other tag anything (${mode})`, async () => {
      const { device, reader } = await open(mode, places)
      const isSettled = (reading: Reading): boolean =>
        areGood(ARRAYS + 1)(reading) && /too (long|large)|parts/.test(reading.bad.get(ARRAYS + 1) ?? '')
      await readUntil(reader, isSettled, PATIENCE_MS)
      const { requests: before } = device.census()
      const counts = new Set<unknown>()
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        const next = await readUntil(reader, (reading) => !counts.has(reading.values[0]))
        counts.add(next.values[0])
        assert.ok(isSettled(next), next.bad.get(0))
      }
      const { requests, connections, sessionsMade } = device.census()
      assert.deepEqual({ connections, sessionsMade }, { connections: 1, sessionsMade: 1 })
      // What was learned is not tried again and again.
      const reads = (requests.Read ?? 0) - (before.Read ?? 0)
      assert.ok(mode === 'poll' || reads <= CYCLES, `${reads} reads`)
    })
  }

  async function open(mode: string, shown: readonly Place[]) {
    const device = await deviceOf({ places })
    const tags = shown.map(({ name }): ShortTag => [name, device.nodeId(name)])
    const counter: ShortTag = ['counter', device.nodeId('Waves.Counter')]
    const { reader } = readerOf(device.endpoint, [counter, ...tags], { mode, timeout: 10_000 })
    await reader.open(never)
    return { device, reader }
  }
})

function areGood(columns: number): (reading: Reading) => boolean {
  return ({ values }) => values.slice(0, columns).every((value) => value !== null)
}
