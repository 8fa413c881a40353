// The simulated device whose frames are those of a serial line: over TCP, where every byte can be seen, and on a line.

import assert from 'node:assert/strict'
import { garbageOf } from '../../../simulators/faults/reply-script'
import { ModbusDevice } from '../../../simulators/modbus/modbus-device'
import { rtuCorruptions, seal } from '../../../simulators/modbus/rtu-frame'
import { SerialPair } from '../../support/serial-pair'
import { until } from '../../support/until'
import { RawClient } from '../raw-client'
import { RawSerial } from '../raw-serial'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
/** Two registers at 0: 10 and 11. */
const request = (unit: number, count = 2): Buffer => seal(Buffer.from([unit, 3, 0, 0, 0, count]))
const reply = (unit: number): Buffer => seal(Buffer.from([unit, 3, 4, 0, 10, 0, 11]))
const shortReply = (unit: number): Buffer => seal(Buffer.from([unit, 3, 2, 0, 10]))
const query = seal(hex('05 08 0000 a537'))

for (const transport of ['rtu-over-tcp', 'rtu'] as const) {
  describe(`A simulated Modbus device (${transport})`, () => {
    let pair: SerialPair | undefined
    let device: ModbusDevice
    let client: RawClient | RawSerial
    before(async function () {
      if (transport === 'rtu') pair = await SerialPair.open(this)
    })
    after(() => pair?.dispose())
    beforeEach(async () => {
      device = await ModbusDevice.start({ transport, serialPort: pair?.device })
      device.memory.set('holding', 0, 10, 11)
      client = pair ? await RawSerial.open(pair.reader) : await RawClient.connect(device.port)
    })
    afterEach(async () => {
      await client.close()
      await device.close()
    })

    /** What comes back, once it is so many bytes. */
    const answersTo = async (sent: Buffer, length: number): Promise<Buffer> => {
      const before = client.bytes.length
      client.send(sent)
      return (await client.receive(before + length)).subarray(before)
    }

    it('answers in frames of a serial line', async () => {
      assert.deepEqual(await answersTo(request(5), 9), reply(5))
      assert.deepEqual(await answersTo(request(6), 9), reply(6))
      assert.deepEqual(await answersTo(seal(hex('05 2b 0e 01 00')), 5), seal(hex('05 ab 01')))
    })

    it('returns a query, refuses it, or keeps silent', async () => {
      assert.deepEqual(await answersTo(query, 8), query)
      assert.deepEqual(await answersTo(seal(hex('05 08 0001 0000')), 5), seal(hex('05 88 01')))
      device.diagnose('exception')
      assert.deepEqual(await answersTo(query, 5), seal(hex('05 88 01')))
      device.diagnose('silent')
      client.send(query)
      assert.deepEqual(await answersTo(request(5), 9), reply(5))
    })

    it('answers nobody who speaks to all', async () => {
      client.send(request(0))
      assert.deepEqual(await answersTo(request(5), 9), reply(5))
    })

    for (const [what, corrupt] of Object.entries(rtuCorruptions)) {
      it(`makes a reply wrong: ${what}`, async () => {
        device.faults.set([{ kind: 'corrupt', what, times: 1 }])
        const wrong = corrupt(reply(5))
        assert.deepEqual(await answersTo(request(5), wrong.length), wrong)
        assert.deepEqual(await answersTo(request(5), 9), reply(5))
      })
    }

    it('does one thing at a time: what is asked meanwhile comes late, and in order', async () => {
      device.faults.set([{ kind: 'delay', ms: 40 }])
      const sent = performance.now()
      client.send(request(5), query, request(5, 1))
      assert.deepEqual(await client.receive(9 + 8 + 7), Buffer.concat([reply(5), query, shortReply(5)]))
      assert.ok(performance.now() - sent >= 119)
    })

    it('is slow in one unit only', async () => {
      device.faults.set([{ kind: 'delay', ms: 60, unit: 5 }])
      client.send(request(5), request(6))
      assert.deepEqual(await client.receive(18), Buffer.concat([reply(6), reply(5)]))
    })

    it('lets all replies be under way at once, and for long', async () => {
      device.faults.set([{ kind: 'latency', ms: 60 }])
      const sent = performance.now()
      client.send(request(5), request(5, 1), request(5))
      assert.deepEqual(await client.receive(25), Buffer.concat([reply(5), shortReply(5), reply(5)]))
      const tookMs = performance.now() - sent
      assert.ok(tookMs >= 59 && tookMs < 3 * 60, `${tookMs} ms`)
    })

    it('hears itself, makes noise, says things twice and in the wrong order', async () => {
      device.faults.set([{ kind: 'echo' }])
      assert.deepEqual(await answersTo(request(5), 17), Buffer.concat([request(5), reply(5)]))
      device.faults.set([{ kind: 'noise', bytes: 5, afterMs: 10 }])
      assert.deepEqual(await answersTo(request(5), 14), Buffer.concat([reply(5), garbageOf(5)]))
      device.faults.set([{ kind: 'duplicate', afterMs: 10 }])
      assert.deepEqual(await answersTo(request(5), 18), Buffer.concat([reply(5), reply(5)]))
      device.faults.set([{ kind: 'reorder' }])
      client.send(request(5))
      assert.deepEqual(await answersTo(request(5, 1), 16), Buffer.concat([shortReply(5), reply(5)]))
    })

    it('loses every second request', async () => {
      device.faults.set([{ kind: 'silent', every: 2 }])
      client.send(request(5), request(6), request(7))
      assert.deepEqual(await client.receive(18), Buffer.concat([reply(5), reply(7)]))
    })

    it('has forgotten after it was off what it was asked before', async () => {
      device.faults.set([{ kind: 'delay', ms: 60_000 }])
      client.send(request(5))
      await until(() => device.requests === 1)
      await device.goOffline()
      device.faults.set([])
      await device.comeBack()
      if (!pair) client = await RawClient.connect(device.port)
      assert.deepEqual(await answersTo(request(6), 9), reply(6))
    })
  })
}

describe('A simulated Modbus device on a line that is unplugged', () => {
  it('is there again when the line is', async function () {
    const pair = await SerialPair.open(this)
    const device = await ModbusDevice.start({ transport: 'rtu', serialPort: pair.device })
    try {
      device.memory.set('holding', 0, 10, 11)
      const before = await RawSerial.open(pair.reader)
      before.send(request(5))
      await before.receive(9)
      await pair.unplug()
      await before.ended
      await assert.rejects(RawSerial.open(pair.reader))
      await pair.plug()
      const client = await RawSerial.open(pair.reader)
      // The device may need a moment to find it: what was sent meanwhile is lost.
      const asksAgain = setInterval(() => client.send(request(6)), 100)
      assert.deepEqual((await client.receive(9)).subarray(0, 9), reply(6))
      clearInterval(asksAgain)
      await client.close()
    } finally {
      await device.close()
      await device.close()
      await pair.dispose()
    }
  })

  it('does not start where there is none', async () => {
    await assert.rejects(ModbusDevice.start({ transport: 'rtu', serialPort: '/nowhere/line' }))
  })
})
