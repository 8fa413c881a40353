// What the simulated device does with datagrams.

import assert from 'node:assert/strict'
import { garbageOf } from '../../../simulators/faults/reply-script'
import { mbapCorruptions } from '../../../simulators/modbus/mbap-frame'
import { ModbusDevice } from '../../../simulators/modbus/modbus-device'
import { until } from '../../support/until'
import { readRequest } from '../raw-client'
import { RawDatagrams } from '../raw-datagrams'

const request = (transaction: number): Buffer => readRequest({ transaction, unit: 5, address: 0, count: 2 })
const reply = (transaction: number): Buffer => Buffer.from([0, transaction, 0, 0, 0, 7, 5, 3, 4, 0, 10, 0, 11])

describe('A simulated Modbus device (udp)', () => {
  let device: ModbusDevice
  let client: RawDatagrams
  beforeEach(async () => {
    device = await ModbusDevice.start({ transport: 'udp', engine: 'jsmodbus' })
    device.memory.set('holding', 0, 10, 11)
    client = await RawDatagrams.connect(device.port)
  })
  afterEach(async () => {
    client.close()
    await device.close()
  })

  it('answers each datagram by one, and each sender by itself', async () => {
    const other = await RawDatagrams.connect(device.port)
    client.send(request(1), request(2))
    other.send(request(3))
    assert.deepEqual(await client.receive(2), [reply(1), reply(2)])
    assert.deepEqual(await other.receive(1), [reply(3)])
    assert.deepEqual([device.requests, device.connections, device.clients], [3, 2, 2])
    other.close()
  })

  it('does not hear what is no request', async () => {
    const two = Buffer.concat([request(1), request(2)])
    client.send(two, request(1).subarray(0, 7), Buffer.from('hello'), Buffer.alloc(0), request(3))
    assert.deepEqual(await client.receive(1), [reply(3)])
  })

  it('loses, doubles, overtakes, enlarges, cuts and fills datagrams', async () => {
    device.faults.set([{ kind: 'silent', every: 2 }])
    client.send(request(1), request(2), request(3))
    assert.deepEqual((await client.receive(2)).splice(0), [reply(1), reply(3)])
    device.faults.set([{ kind: 'duplicate', afterMs: 0 }])
    client.send(request(1))
    assert.deepEqual((await client.receive(2)).splice(0), [reply(1), reply(1)])
    device.faults.set([{ kind: 'reorder' }])
    client.send(request(1), request(2))
    assert.deepEqual((await client.receive(2)).splice(0), [reply(2), reply(1)])
    device.faults.set([{ kind: 'garbage', place: 'after', bytes: 2000 }])
    client.send(request(1))
    assert.deepEqual((await client.receive(1)).splice(0), [Buffer.concat([reply(1), garbageOf(2000)])])
    device.faults.set([{ kind: 'corrupt', what: 'truncated' }])
    client.send(request(1))
    assert.deepEqual((await client.receive(1)).splice(0), [mbapCorruptions.truncated(reply(1))])
    device.faults.set([{ kind: 'split', bytes: 7, gapMs: 1 }])
    client.send(request(1))
    assert.deepEqual((await client.receive(2)).splice(0), [reply(1).subarray(0, 7), reply(1).subarray(7)])
    device.faults.set([{ kind: 'garbage', place: 'instead', bytes: 100_000 }])
    client.send(request(1))
    assert.equal(Buffer.concat(await client.receive(2)).length, 100_000)
  })

  it('goes off and comes back on its port', async () => {
    const { port } = device
    await device.goOffline()
    client.send(request(1))
    await until(() => client.failed === 'ECONNREFUSED')
    await device.comeBack()
    assert.equal(device.port, port)
    client.send(request(2))
    assert.deepEqual(await client.receive(1), [reply(2)])
    await assert.rejects(ModbusDevice.start({ transport: 'udp', port }), { code: 'EADDRINUSE' })
  })

  it('forgets senders when there are very many', async () => {
    const many: RawDatagrams[] = []
    for (let count = 0; count < 60; count++) {
      const one = await RawDatagrams.connect(device.port)
      many.push(one)
      one.send(request(1))
      await one.receive(1)
      one.close()
    }
    assert.deepEqual([device.connections, device.clients], [60, 50])
  })
})
