// A port for one client that keeps the place of one that has gone, and a device in the PLC that is never answered: where frames have no
// number, each silence costs the connection, and with it the next cycles.

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Reader, Reading } from '../../../lib/collector/reader'
import { Fault } from '../../../lib/contract/fault'
import type { FrameName } from '../../../nodes/melsec-in/series'
import type { MelsecDevice } from '../../../simulators/melsec/melsec-device'
import { registers, type ShortTag } from './config'
import { closeAll, never, plcOf, readerOf } from './reader-bench'

/** A tenth of what is usual in the field. */
const INTERVAL_MS = 100
const TIMEOUT_MS = 60
const HELD_MS = 300
/** A block with the silent one in it, and another. */
const TAGS: ShortTag[] = [...registers(8, 100), ...registers(5, 9000)]
const GOOD = TAGS.findIndex(([, address]) => address === 'D9000')
const SILENT = TAGS.findIndex(([, address]) => address === 'D103')

async function pairOf(
  frame: FrameName,
  turnAway: 'refuse' | 'close',
): Promise<{ device: MelsecDevice; reader: Reader }> {
  const manners = { clientsMax: 1, turnAway, holdPlaceMs: HELD_MS }
  const device = await plcOf({ ports: [{ frames: [frame], manners }] })
  device.memory.refuse([{ device: 'D', number: 103, count: 1, how: 'silence' }])
  const settings = { frame, timeout: TIMEOUT_MS, interval: INTERVAL_MS, randomRead: false }
  return { device, reader: readerOf(device.port, TAGS, settings).reader }
}

/** As a collector reads, but for the pauses between attempts to connect, which are seconds there: undefined where a cycle has no values. */
async function cyclesOf(reader: Reader, count: number): Promise<(Reading | undefined)[]> {
  const readings: (Reading | undefined)[] = []
  let isOpen = false
  const startedMs = performance.now()
  for (let cycle = 0; cycle < count; cycle++) {
    const waitMs = startedMs + cycle * INTERVAL_MS - performance.now()
    // a cycle that comes too late is none
    if (waitMs < -INTERVAL_MS) readings.push(undefined)
    else {
      await delay(Math.max(waitMs, 0))
      try {
        if (!isOpen) await reader.open(never)
        isOpen = true
        readings.push(await reader.read(never))
      } catch (thrown) {
        assert.ok(thrown instanceof Fault && thrown.kind === 'link', String(thrown))
        readings.push(undefined)
        isOpen = false
        await reader.close()
      }
    }
  }
  return readings
}

const isGood = (column: number) => (reading: Reading | undefined) => reading !== undefined && !reading.bad.has(column)

function assertShare(readings: readonly (Reading | undefined)[], column: number): void {
  const share = readings.filter(isGood(column)).length / readings.length
  assert.ok(share >= 0.85, `${TAGS[column]?.[0]} is good in ${Math.round(100 * share)} of 100 cycles`)
}

describe('a MELSEC reader and a port that keeps the place of a client that has gone', function () {
  afterEach(closeAll)

  // in real time: another process may have kept the machine busy
  this.retries(1)
  this.timeout(60_000)

  for (const turnAway of ['refuse', 'close'] as const) {
    for (const frame of ['3E', '1E'] as const) {
      it(`has the other tags in 85 of 100 cycles while it searches a silent one: ${frame}, ${turnAway}`, async () => {
        const { reader } = await pairOf(frame, turnAway)
        // the first silences show what each of them costs
        const readings = (await cyclesOf(reader, 320)).slice(20)
        assertShare(readings, GOOD)
        assert.ok(!readings.some(isGood(SILENT)))
        // it is found all the same, and its neighbours are read then
        assertShare(readings.slice(-150), 0)
      })
    }
  }

  it('keeps its connection where frames have a number', async () => {
    const { device, reader } = await pairOf('4E', 'close')
    const readings = await cyclesOf(reader, 40)
    assert.ok(readings.every(isGood(GOOD)))
    assert.equal(device.door.connections, 1)
  })
})
