// Whole frames that answer the request but from which no value can be taken, over real sockets.

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { encodings, type Plc } from '../../../nodes/melsec-in/series'
import { TRANSPORTS } from '../../../simulators/melsec/melsec-device'
import { registers } from './config'
import { closeAll, never, openReading, pairOf } from './reader-bench'

const rows: [what: string, says: RegExp][] = [
  ['fewer-points', /^D100 to D104: it answers with \d+ bytes of data, asked was for \d+; do series and data code/],
  ['more-points', /^D100 to D104: it answers with \d+ bytes of data, asked was for \d+; do series and data code/],
  ['no-data', /^D100 to D104: it answers with 0 bytes of data/],
  ['route', /^D100 to D104: it answers for network \d, PC \d, .*; are network, PC, module IO and station right\?/],
]

describe('a MELSEC reader and a whole answer that does not fit', () => {
  afterEach(closeAll)

  for (const frame of ['3E', '4E'] as const) {
    for (const encoding of encodings) {
      for (const transport of TRANSPORTS) {
        it(`keeps the connection, and the tags have the reason: ${frame} ${encoding} over ${transport}`, async () => {
          const plc: Plc = { series: 'q', frame, encoding }
          for (const [what, says] of rows) {
            const { device, reader, logged } = await pairOf(plc, transport, registers(5, 100), { timeout: 2000 })
            await reader.open(never)
            device.door.faults.set([{ kind: 'corrupt', what, times: 1 }])
            const first = await reader.read(never)
            const { connections } = device.door
            assert.equal(first.bad.size, 0, 'asked for again in parts, all is read')
            device.door.faults.set([{ kind: 'corrupt', what }])
            const { values, bad } = await reader.read(never)
            assert.deepEqual(values, [null, null, null, null, null])
            for (const reason of bad.values()) assert.match(reason, /it answers /)
            assert.match(logged.join('\n'), new RegExp(says.source.replace('^D100 to D104', 'D10[0-4]')))
            if (transport === 'tcp') assert.equal(device.door.connections, connections)
          }
        })
      }
    }
  }

  for (const encoding of encodings) {
    it(`keeps the connection where every answer comes twice, and frames have a number: 4E ${encoding}`, async () => {
      const plc: Plc = { series: 'q', frame: '4E', encoding }
      const { device, reader } = await pairOf(plc, 'tcp', [...registers(5, 100), ...registers(5, 900)])
      device.door.faults.set([{ kind: 'duplicate', afterMs: 1 }])
      await reader.open(never)
      for (let cycle = 0; cycle < 20; cycle++) {
        assert.equal((await reader.read(never)).bad.size, 0)
        // the last copy comes between two cycles
        await delay(3)
      }
      assert.equal(device.door.connections, 1)
    })
  }

  it('costs no other tag anything', async () => {
    const plc: Plc = { series: 'q', frame: '3E', encoding: 'binary' }
    const tags = [...registers(200), ...registers(200, 5000)]
    const { device, reader } = await pairOf(plc, 'tcp', tags, { timeout: 2000 })
    await openReading(reader)
    device.door.faults.set([{ kind: 'corrupt', what: 'fewer-points', every: 2 }])
    const { values } = await reader.read(never)
    assert.deepEqual(new Set(values.slice(0, 200)), new Set([0]))
    assert.equal(device.door.connections, 1)
  })
})
