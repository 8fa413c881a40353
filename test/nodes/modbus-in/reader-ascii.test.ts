// Modbus ASCII from end to end: a whole reader and the simulated device, which has frames of its own making.

import assert from 'node:assert/strict'
import { ModbusDevice } from '../../../simulators/modbus/modbus-device'
import { SerialPair } from '../../support/serial-pair'
import type { ShortTag } from './config'
import { closeAll, never, readerOf } from './reader-bench'

const TAGS: ShortTag[] = [
  ['level', 'hr10', 'uint32'],
  ['pump', 'coil:5', 'bool'],
  ['none', 'hr500'],
  ['other', 'hr10', 'uint16', { unitId: '2' }],
]

for (const transport of ['ascii-over-tcp', 'ascii'] as const) {
  describe(`a reader over ${transport}`, () => {
    let pair: SerialPair | undefined
    let device: ModbusDevice
    beforeEach(async function () {
      pair = transport === 'ascii' ? await SerialPair.open(this) : undefined
      device = await ModbusDevice.start({ transport, serialPort: pair?.device })
      const { memory } = device
      memory.set('holding', 10, 1, 2)
      memory.set('coil', 5, 1)
      memory.refuse([{ area: 'holding', address: 500, count: 1, code: 2 }])
      device.unit(2).set('holding', 10, 77)
    })
    afterEach(async () => {
      await closeAll()
      await device.close()
      await pair?.dispose()
    })

    async function reading(cycles = 3): Promise<void> {
      const others = { transport, serialPort: pair?.reader ?? '', timeout: 2000 }
      const { reader } = readerOf(device.port || 502, TAGS, others)
      await reader.open(never)
      for (let cycle = 0; cycle < cycles; cycle++) {
        const { values, bad } = await reader.read(never)
        assert.deepEqual(values, [65_538, true, null, 77])
        assert.match(bad.get(2) ?? '', /exception 2/)
      }
      await reader.close()
    }

    it('reads registers and bits of several units, and tells exceptions', () => reading())

    it('reads through single characters, noise and a missing line feed', async () => {
      device.faults.set([{ kind: 'split', bytes: 1, gapMs: 1 }])
      await reading(1)
      device.faults.set([{ kind: 'garbage', place: 'before', bytes: 40 }])
      await reading()
      device.faults.set([{ kind: 'corrupt', what: 'no-line-feed' }])
      await reading()
    })

    it('reads behind an adapter that hears itself, once it has noticed', async () => {
      device.faults.set([{ kind: 'echo' }])
      const { reader } = readerOf(device.port || 502, TAGS.slice(0, 2), {
        transport,
        serialPort: pair?.reader ?? '',
        timeout: 300,
      })
      await reader.open(never)
      await reader.read(never)
      for (let cycle = 0; cycle < 3; cycle++) assert.deepEqual((await reader.read(never)).values, [65_538, true])
    })

    it('takes no value from an answer with a wrong checksum, and is well when the device is', async () => {
      const others = { transport, serialPort: pair?.reader ?? '', timeout: 100 }
      const { reader } = readerOf(device.port || 502, TAGS.slice(0, 1), others)
      await reader.open(never)
      assert.deepEqual((await reader.read(never)).values, [65_538])
      device.faults.set([{ kind: 'corrupt', what: 'lrc' }])
      await assert.rejects(reader.read(never), { code: 'no-answer' })
      device.faults.set([])
      assert.deepEqual((await reader.read(never)).values, [65_538])
    })
  })
}
