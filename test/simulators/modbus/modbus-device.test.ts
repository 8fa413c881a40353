import assert from 'node:assert/strict'
import { connect } from 'node:net'
import type { InjectedFault } from '../../../simulators/faults/injected-fault'
import { garbageOf } from '../../../simulators/faults/reply-script'
import { ENGINES } from '../../../simulators/modbus/engines/engines'
import { mbapCorruptions } from '../../../simulators/modbus/mbap-frame'
import { ModbusDevice } from '../../../simulators/modbus/modbus-device'
import { RawClient, readRequest } from '../raw-client'

/** Two registers at 0: 10 and 11. */
const request = (transaction: number): Buffer => readRequest({ transaction, unit: 5, address: 0, count: 2 })
const reply = (transaction: number): Buffer => Buffer.from([0, transaction, 0, 0, 0, 7, 5, 3, 4, 0, 10, 0, 11])
const LENGTH = 13

for (const engine of ENGINES) {
  describe(`A simulated Modbus device (${engine})`, () => {
    let device: ModbusDevice
    const clients: { close(): unknown }[] = []
    const open = async (): Promise<RawClient> => {
      const client = await RawClient.connect(device.port)
      clients.push(client)
      return client
    }
    beforeEach(async () => {
      device = await ModbusDevice.start({ engine })
      device.memory.set('holding', 0, 10, 11)
    })
    afterEach(async () => {
      for (const client of clients.splice(0)) client.close()
      await device.close()
    })

    it('answers a raw request, and counts requests, connections and clients', async () => {
      const client = await open()
      client.send(request(1))
      assert.deepEqual(await client.receive(LENGTH), reply(1))
      client.send(request(2))
      assert.deepEqual(await client.receive(2 * LENGTH), Buffer.concat([reply(1), reply(2)]))
      assert.deepEqual([device.requests, device.connections, device.clients], [2, 1, 1])
      client.close()
      await until(() => device.clients === 0)
      assert.equal(device.connections, 1)
    })

    it('answers requests that come in pieces', async () => {
      const client = await open()
      for (const byte of request(1)) client.send(Buffer.from([byte]))
      assert.deepEqual(await client.receive(LENGTH), reply(1))
    })

    it('cuts off a client that sends no frames', async () => {
      const client = await open()
      client.send(Buffer.from('GET / HTTP/1.1'))
      assert.equal(await client.end(), 'ECONNRESET')
      assert.equal(device.requests, 0)
    })

    it('shows every request to who wants to see them', async () => {
      const seen: Buffer[] = []
      const watched = await ModbusDevice.start({ engine, onRequest: (frame) => seen.push(frame) })
      clients.push(watched)
      const client = await RawClient.connect(watched.port)
      clients.push(client)
      client.send(request(7))
      await client.receive(LENGTH)
      assert.deepEqual(seen, [request(7)])
    })

    it('delays', async () => {
      const client = await open()
      device.faults.set([{ kind: 'delay', ms: 80 }])
      const sent = performance.now()
      client.send(request(1))
      assert.deepEqual(await client.receive(LENGTH), reply(1))
      assert.ok(performance.now() - sent >= 79)
    })

    it('keeps silent, and speaks again when that is over', async () => {
      const client = await open()
      device.faults.set([{ kind: 'silent', times: 1 }])
      client.send(request(1))
      client.send(request(2))
      assert.deepEqual(await client.receive(LENGTH), reply(2))
      assert.equal(device.requests, 2)
    })

    it('resets a connection as soon as it is made', async () => {
      device.faults.set([{ kind: 'reset-at-connect', times: 1 }])
      assert.equal(await endOfConnection(device.port), 'ECONNRESET')
      const client = await open()
      client.send(request(1))
      await client.receive(LENGTH)
    })

    it('resets a connection at its second request', async () => {
      device.faults.set([{ kind: 'reset-at-request', request: 2 }])
      const client = await open()
      client.send(request(1))
      await client.receive(LENGTH)
      client.send(request(2))
      assert.equal(await client.end(), 'ECONNRESET')
      assert.deepEqual(client.bytes, reply(1))
    })

    it('resets a connection in the middle of a reply', async () => {
      const client = await open()
      device.faults.set([
        { kind: 'reset-in-reply', afterBytes: 9 },
        // A reset may overtake what was just sent; a pause lets the client read it.
        { kind: 'split', bytes: 8, gapMs: 30 },
      ])
      client.send(request(1))
      assert.equal(await client.end(), 'ECONNRESET')
      assert.deepEqual(client.bytes.subarray(0, 8), reply(1).subarray(0, 8))
      assert.ok(client.bytes.length <= 9)
    })

    it('sends a reply byte by byte', async () => {
      const client = await open()
      device.faults.set([{ kind: 'split', bytes: 1, gapMs: 5 }])
      client.send(request(1))
      assert.deepEqual(await client.receive(LENGTH), reply(1))
      assert.ok(client.segments.length > 5, `${client.segments.length} segments`)
    })

    it('joins two replies in one segment', async () => {
      const client = await open()
      device.memory.place({ area: 'holding', address: 1, type: 'uint16', wave: { wave: 'sequence' } })
      device.faults.set([{ kind: 'join', replies: 2 }])
      client.send(request(1))
      // Only then the second: jsmodbus answers requests that come in one segment in reverse.
      await until(() => device.memory.get('holding', 1)[0] === 1)
      client.send(request(2))
      const both = await client.receive(2 * LENGTH)
      assert.deepEqual([both[1], both[12], both[LENGTH + 1], both[LENGTH + 12]], [1, 0, 2, 1])
      assert.equal(client.segments.length, 1)
    })

    it('repeats a reply', async () => {
      const client = await open()
      device.faults.set([{ kind: 'repeat', copies: 2 }])
      client.send(request(1))
      assert.deepEqual(await client.receive(2 * LENGTH), Buffer.concat([reply(1), reply(1)]))
    })

    it('sends garbage before a reply and instead of one', async () => {
      const client = await open()
      device.faults.set([{ kind: 'garbage', place: 'before', bytes: 20, times: 1 }])
      client.send(request(1))
      const before = Buffer.concat([garbageOf(20), reply(1)])
      assert.deepEqual(await client.receive(before.length), before)
      device.faults.set([{ kind: 'garbage', place: 'instead', bytes: 20, times: 1 }])
      client.send(request(2))
      const all = Buffer.concat([before, garbageOf(20)])
      assert.deepEqual(await client.receive(all.length), all)
    })

    for (const [what, corrupt] of Object.entries(mbapCorruptions)) {
      it(`makes a reply wrong: ${what}`, async () => {
        const client = await open()
        device.faults.set([{ kind: 'corrupt', what, times: 1 }])
        client.send(request(1))
        const wrong = corrupt(reply(1))
        assert.deepEqual(await client.receive(wrong.length), wrong)
        client.send(request(2))
        assert.deepEqual((await client.receive(wrong.length + LENGTH)).subarray(wrong.length), reply(2))
      })
    }

    it('refuses connections while it is off, and comes back on the same port', async () => {
      const { port } = device
      const client = await open()
      await device.goOffline()
      assert.equal(await client.end(), 'ECONNRESET')
      assert.equal(await endOfConnection(port), 'ECONNREFUSED')
      await device.goOffline()
      await device.comeBack()
      await device.comeBack()
      assert.equal(device.port, port)
      const again = await open()
      again.send(request(1))
      assert.deepEqual(await again.receive(LENGTH), reply(1))
    })

    it('closes twice without harm, also while a reply is on its way', async () => {
      const client = await open()
      device.faults.set([{ kind: 'delay', ms: 60_000 }])
      client.send(request(1))
      await until(() => device.requests === 1)
      await device.close()
      await device.close()
      assert.equal(await client.end(), 'ECONNRESET')
      await device.comeBack()
      assert.equal(await endOfConnection(device.port), 'ECONNREFUSED')
    })

    it('does not start on a port that is taken', async () => {
      await assert.rejects(ModbusDevice.start({ engine, port: device.port }), { code: 'EADDRINUSE' })
    })

    it('never lets faults of one kind reach another place', async () => {
      const client = await open()
      const harmless: InjectedFault[] = [{ kind: 'reset-at-connect' }, { kind: 'reset-at-request', request: 9 }]
      device.faults.set(harmless)
      client.send(request(1))
      assert.deepEqual(await client.receive(LENGTH), reply(1))
      assert.deepEqual(device.faults.get(), harmless)
    })
  })
}

/** How a fresh connection to the port ends, by the code of its error. */
function endOfConnection(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.setTimeout(3000, () => socket.destroy(new Error('it stayed open')))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    socket.on('end', () => resolve('end'))
  })
}

/** @param holds becomes true by what other turns of the event loop do */
async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 3000
  while (!holds()) {
    assert.ok(performance.now() < deadline, 'waited in vain')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
