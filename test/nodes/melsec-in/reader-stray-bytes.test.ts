// Bytes between the answers of a PLC that belong to none, over real sockets.

import assert from 'node:assert/strict'
import { Fault } from '../../../lib/contract/fault'
import { encodings, type FrameName } from '../../../nodes/melsec-in/series'
import { type Character, together } from '../../../simulators/faults/character'
import { STRAY_PLACES, STRAYS, type Stray, type StrayPlace, strayBytes } from '../../../simulators/faults/stray-bytes'
import type { Encoding } from '../../../simulators/melsec/series'
import { until } from '../../support/until'
import { registers, type ShortTag } from './config'
import { closeAll, never, plcOf, readerOf } from './reader-bench'

/** Three blocks. */
const TAGS: ShortTag[] = [...registers(5, 100), ...registers(5, 3000), ['bit', 'M3', 'bool']]
const TIMEOUT_MS = 400

/** In 1E only what cannot be data is skipped. */
function isSkipped(frame: FrameName, encoding: Encoding, stray: Stray, place: StrayPlace): boolean {
  if (frame !== '1E' || stray === 'cr' || stray === 'cr-lf') return true
  return encoding === 'binary' ? place === 'on-connect' : stray !== 'text'
}

async function deviceWith(frame: FrameName, encoding: Encoding, character: Character) {
  const device = await plcOf({ ports: [{ encoding, frames: [frame], character }] })
  device.memory.set('D', 100, 11, 12, 13, 14, 15)
  device.memory.set('D', 3000, 21, 22, 23, 24, 25)
  device.memory.set('M', 3, 1)
  return device
}

const VALUES = [11, 12, 13, 14, 15, 21, 22, 23, 24, 25, true]

describe('a MELSEC reader and bytes that belong to no answer', () => {
  afterEach(closeAll)

  for (const frame of ['1E', '3E', '4E'] as const) {
    for (const encoding of encodings) {
      for (const stray of STRAYS) {
        for (const place of STRAY_PLACES.filter((at) => isSkipped(frame, encoding, stray, at))) {
          it(`reads over them, over one connection, and tells it once: ${frame} ${encoding}, ${stray} ${place}`, async () => {
            const device = await deviceWith(frame, encoding, strayBytes(stray, place))
            const settings = { frame, encoding, timeout: TIMEOUT_MS, randomRead: false }
            const { reader, logged } = readerOf(device.port, TAGS, settings)
            await reader.open(never)
            const told = () => logged.filter((line) => !line.startsWith('debug'))
            for (let cycle = 0; cycle < 6; cycle++) {
              assert.deepEqual((await reader.read(never)).values, VALUES)
              // what comes apart from the answers comes between two cycles, too
              if (cycle === 2) await until(() => told().length > 0)
            }
            assert.equal(device.door.connections, 1)
            assert.equal(told().length, 1, logged.join('\n'))
            assert.match(told()[0] ?? '', /^warn: dropped: \d+ bytes? that belongs? to no answer$/)
          })
        }
      }
    }
  }

  it('reads over several kinds of them at once', async () => {
    for (const frame of ['3E', '4E'] as const) {
      const character = together([
        strayBytes('cr-lf', 'behind'),
        strayBytes('text', 'before'),
        strayBytes('0xff', 'apart'),
      ])
      const device = await deviceWith(frame, 'ascii', character)
      const { reader } = readerOf(device.port, TAGS, { frame, encoding: 'ascii', timeout: TIMEOUT_MS })
      await reader.open(never)
      for (let cycle = 0; cycle < 6; cycle++) assert.deepEqual((await reader.read(never)).values, VALUES)
      assert.equal(device.door.connections, 1)
    }
  })

  it('never takes what is left of a longer answer for the next one: 1E ends the connection at it', async () => {
    const longer: Character = {
      client: () => ({ frame: (answer) => Buffer.concat([answer, Buffer.of(0x81, 0, 7, 7)]) }),
    }
    const device = await deviceWith('1E', 'binary', longer)
    const { reader } = readerOf(device.port, TAGS, { frame: '1E', timeout: TIMEOUT_MS, randomRead: false })
    await reader.open(never)
    await assert.rejects(
      reader.read(never).then(() => reader.read(never)),
      (thrown) => thrown instanceof Fault,
    )
    assert.ok(device.door.requests <= 3)
  })

  it('gives up a service that sends nothing but such bytes, and says what it is not', async () => {
    const endless: Character = {
      client: () => ({
        send: () => Array.from({ length: 80 }, () => ({ do: 'send', bytes: Buffer.alloc(1000, '\r\n') })),
      }),
    }
    const device = await deviceWith('3E', 'binary', endless)
    const { reader } = readerOf(device.port, TAGS, { frame: '3E', timeout: 5000, randomRead: false })
    await reader.open(never)
    await assert.rejects(reader.read(never), /does not answer with 3E frames; is it another service/)
  })
})
