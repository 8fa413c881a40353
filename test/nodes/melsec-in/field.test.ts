// PLCs and gateways that are no textbook: one device that is never answered, or ends the connection, costs no other.

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Reader, Reading } from '../../../lib/collector/reader'
import { Fault } from '../../../lib/contract/fault'
import { encodings, type Plc } from '../../../nodes/melsec-in/series'
import { closingAfterAnswer } from '../../../simulators/faults/closing-after-answer'
import { registers, type ShortTag } from './config'
import { closeAll, never, openReading, pairOf, plcOf, readerOf } from './reader-bench'

const TIMEOUT_MS = 60
/** One block of 20 words, another of 5, and bits. */
const TAGS: ShortTag[] = [
  ...registers(20, 100),
  ...registers(5, 9000),
  ...Array.from({ length: 16 }, (_, at): ShortTag => [`m${at}`, `M${at}`, 'bool']),
]
const CULPRIT = TAGS.findIndex(([, address]) => address === 'D107')

const ways: [what: string, plc: Plc, transport: 'tcp' | 'udp', others?: object][] = [
  ...(['3E', '4E', '1E'] as const).flatMap((frame) =>
    encodings.flatMap((encoding) =>
      (['tcp', 'udp'] as const).map((transport): [string, Plc, 'tcp' | 'udp'] => [
        `${frame} ${encoding} over ${transport}`,
        { series: 'q', frame, encoding },
        transport,
      ]),
    ),
  ),
]

describe('a MELSEC reader and one device that the PLC never answers', () => {
  afterEach(closeAll)

  for (const [what, plc, transport] of ways) {
    for (const how of transport === 'tcp' ? (['silence', 'reset'] as const) : (['silence'] as const)) {
      it(`finds it, and reads all others: ${what}, ${how}`, async () => {
        const settings = { timeout: TIMEOUT_MS, interval: 200, randomRead: false }
        const { device, reader } = await pairOf(plc, transport, TAGS, settings)
        device.memory.refuse([{ device: 'D', number: 107, count: 1, how }])
        const reading = await readingUntil(reader, isAlone)
        assert.deepEqual([...reading.bad.keys()], [CULPRIT])
        assert.notEqual(reading.bad.get(CULPRIT), '')
        // it is left alone for a while, and costs nothing then
        const { connections, requests } = device.door
        for (let cycle = 0; cycle < 3; cycle++) assert.ok(isAlone(await reader.read(never)))
        if (transport === 'tcp') assert.equal(device.door.connections, connections)
        assert.ok(device.door.requests - requests <= 3 * 8, `${device.door.requests - requests} requests`)
      })
    }
  }

  it('reads all others while it finds out that random reads fail at it, too', async () => {
    const plc: Plc = { series: 'q', frame: '3E', encoding: 'binary' }
    for (const how of ['silence', 'reset'] as const) {
      const { device, reader } = await pairOf(plc, 'tcp', TAGS, { timeout: TIMEOUT_MS, interval: 200 })
      device.memory.refuse([{ device: 'D', number: 107, count: 1, how }])
      let alone = 0
      await readingUntil(reader, (reading) => {
        alone = isAlone(reading) ? alone + 1 : 0
        return alone === 5
      })
      assert.equal(alone, 5)
    }
  })

  for (const [what, manners] of [
    ['refuses the next client for 100 ms', { clientsMax: 1, turnAway: 'refuse', holdPlaceMs: 100 }],
    ['closes what the next client opens for 100 ms', { clientsMax: 1, turnAway: 'close', holdPlaceMs: 100 }],
  ] as const) {
    it(`reads all others from a port for one client that ${what}`, async () => {
      const device = await plcOf({ ports: [{ frames: ['3E'] }] })
      device.door.manners = manners
      const settings = { series: 'q', frame: '3E', timeout: TIMEOUT_MS, interval: 1000, randomRead: false }
      const { reader } = readerOf(device.port, TAGS, settings)
      device.memory.refuse([{ device: 'D', number: 107, count: 1, how: 'silence' }])
      assert.deepEqual([...(await readingUntil(reader, isAlone)).bad.keys()], [CULPRIT])
    })
  }

  it('reads it again when the PLC answers it', async () => {
    const plc: Plc = { series: 'q', frame: '3E', encoding: 'binary' }
    const { device, reader } = await pairOf(plc, 'tcp', TAGS, { timeout: TIMEOUT_MS, interval: 200 })
    device.memory.refuse([{ device: 'D', number: 107, count: 1, how: 'silence' }])
    await readingUntil(reader, isAlone)
    device.memory.refuse([])
    const again = await readingUntil(reader, isWhole)
    assert.equal(again.values[CULPRIT], 0)
  })
})

describe('a MELSEC reader and a PLC that closes the connection behind each answer', () => {
  afterEach(closeAll)

  for (const frame of ['3E', '4E', '1E'] as const) {
    it(`reads all, over as many connections: ${frame}`, async () => {
      const device = await plcOf({ ports: [{ frames: [frame], character: closingAfterAnswer }] })
      device.door.manners = {}
      const { reader } = readerOf(device.port, TAGS, { series: 'q', frame, timeout: 500 })
      assert.equal((await openReading(reader)).bad.size, 0)
      for (let cycle = 0; cycle < 5; cycle++) assert.equal((await reader.read(never)).bad.size, 0)
    })
  }

  it('reads all from a port that serves one client at a time, too', async () => {
    const device = await plcOf({ ports: [{ character: closingAfterAnswer }] })
    const { reader } = readerOf(device.port, TAGS, { series: 'q', frame: '3E', timeout: 500 })
    assert.equal((await openReading(reader)).bad.size, 0)
    for (let cycle = 0; cycle < 5; cycle++) assert.equal((await reader.read(never)).bad.size, 0)
  })
})

const isAlone = ({ bad }: Reading): boolean => bad.size === 1 && bad.has(CULPRIT)
const isWhole = ({ bad }: Reading): boolean => bad.size === 0

const LIMIT_MS = 15_000
const RECONNECT_MS = 20

/** The first reading that fits. As a collector does, it connects anew when the connection is lost, and again when that fails. */
async function readingUntil(reader: Reader, fits: (reading: Reading) => boolean): Promise<Reading> {
  const endMs = performance.now() + LIMIT_MS
  let isOpen = false
  for (;;) {
    try {
      if (!isOpen) await reader.open(never)
      isOpen = true
      const reading = await reader.read(never)
      if (fits(reading) || performance.now() > endMs) return reading
    } catch (thrown) {
      if (!(thrown instanceof Fault && thrown.kind === 'link') || performance.now() > endMs) throw thrown
      isOpen = false
      await reader.close()
      await delay(RECONNECT_MS)
    }
  }
}
