// The clock of the computer is set while OPC UA readers read: two hours forward, and back. It costs a cycle at most, whatever the
// security of the connection, since nothing that lasts is measured by it.

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Reader } from '../../lib/collector/reader'
import { shiftClock } from '../../simulators/opcua/clock-shift'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import { closeAll, never, readerOf, readUntil } from '../nodes/opcua-in/reader-bench'
import { lasting } from '../support/opcua-lane'

const JUMP_MS = 2 * 3_600_000
const INTERVAL_MS = 100
/** After each jump: long enough for what a library does every few seconds. */
const CYCLES = 60
const WAYS = ['none', 'sign', 'signAndEncrypt'].flatMap((securityMode) =>
  ['subscribe', 'poll'].map((mode) => ({ securityMode, mode })),
)

type Seen = { bad: number; values: Set<unknown>; reasons: Set<string> }

describe('The clock of the computer', function () {
  this.timeout(90_000)
  const seen = new Map<string, { forward: Seen; back: Seen }>()
  let device: OpcuaDeviceProcess
  before(async () => {
    device = await OpcuaDeviceProcess.start()
    const readers = await Promise.all(
      WAYS.map(async (way) => {
        const { reader } = readerOf(device.endpoint, [['it', lasting('Waves.Counter')]], {
          ...way,
          trust: 'first-use',
          interval: INTERVAL_MS,
        })
        await reader.open(never)
        await readUntil(reader, ({ values }) => values[0] !== null)
        return { reader, name: nameOf(way) }
      }),
    )
    const putBack = shiftClock(JUMP_MS)
    try {
      const forward = await Promise.all(readers.map(({ reader }) => cyclesOf(reader)))
      putBack()
      const back = await Promise.all(readers.map(({ reader }) => cyclesOf(reader)))
      for (const [index, { name }] of readers.entries()) {
        const [ahead, behind] = [forward[index], back[index]]
        if (ahead && behind) seen.set(name, { forward: ahead, back: behind })
      }
    } finally {
      putBack()
    }
  })
  after(async () => {
    await closeAll()
    await device?.close()
  })

  for (const way of WAYS) {
    for (const direction of ['forward', 'back'] as const) {
      it(`costs no more than a cycle when it goes ${direction} (${nameOf(way)})`, () => {
        const cycles = seen.get(nameOf(way))?.[direction] ?? assert.fail('it did not read')
        assert.ok(cycles.bad <= 1, `${cycles.bad} of ${CYCLES} cycles: ${[...cycles.reasons]}`)
        assert.ok(cycles.values.size > CYCLES / 3, `${cycles.values.size} different values`)
      })
    }
  }
})

function nameOf({ securityMode, mode }: (typeof WAYS)[number]): string {
  return `${securityMode}, ${mode}`
}

/** As a collector has them: after a Fault it connects anew. */
async function cyclesOf(reader: Reader): Promise<Seen> {
  const seen: Seen = { bad: 0, values: new Set(), reasons: new Set() }
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const dueMs = performance.now() + INTERVAL_MS
    try {
      const { values, bad } = await reader.read(never)
      if (values[0] !== null) seen.values.add(values[0])
      else {
        seen.bad++
        seen.reasons.add(bad.get(0) ?? 'no reason')
      }
    } catch (thrown) {
      seen.bad++
      seen.reasons.add(String(thrown))
      await reader.suspend?.()
      await reader.open(never)
    }
    await delay(Math.max(0, dueMs - performance.now()))
  }
  return seen
}
