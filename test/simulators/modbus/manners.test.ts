// How the simulated device treats its clients.

import assert from 'node:assert/strict'
import { ModbusDevice } from '../../../simulators/modbus/modbus-device'
import { until } from '../../support/until'
import { RawClient, readRequest } from '../raw-client'

const request = readRequest({ transaction: 1, address: 0, count: 1 })
const REPLY_LENGTH = 11

describe('A simulated Modbus device that has one client only', () => {
  let device: ModbusDevice
  const clients: RawClient[] = []
  const open = async (): Promise<RawClient> => {
    const client = await RawClient.connect(device.port)
    clients.push(client)
    return client
  }
  beforeEach(async () => {
    device = await ModbusDevice.start()
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close()
    await device.close()
  })

  for (const [turnAway, end] of [
    ['reset', 'ECONNRESET'],
    ['close', 'end'],
  ] as const) {
    it(`turns the second one away: ${turnAway}`, async () => {
      device.treatClients({ clientsMax: 1, turnAway })
      const first = await open()
      first.send(request)
      await first.receive(REPLY_LENGTH)
      // A reset may come before the connection is seen to be there.
      const ended = open().then(
        (second) => second.end(),
        (error: NodeJS.ErrnoException) => error.code,
      )
      assert.equal(await ended, end)
      first.send(request)
      await first.receive(2 * REPLY_LENGTH)
      assert.deepEqual([device.clients, device.connections], [1, 2])
      first.close()
      await until(() => device.clients === 0)
      const third = await open()
      third.send(request)
      await third.receive(REPLY_LENGTH)
    })
  }

  it('leaves the second one unheard', async () => {
    device.treatClients({ clientsMax: 1, turnAway: 'silent' })
    const first = await open()
    first.send(request)
    await first.receive(REPLY_LENGTH)
    const second = await open()
    second.send(request)
    await until(() => device.connections === 2)
    first.send(request)
    await first.receive(2 * REPLY_LENGTH)
    assert.deepEqual([second.ended, second.bytes.length, device.requests], [undefined, 0, 2])
    await device.goOffline()
    assert.equal(await second.end(), 'ECONNRESET')
  })

  it('closes a connection that has nothing to ask', async () => {
    device.treatClients({ idleCloseMs: 60 })
    const client = await open()
    client.send(request)
    await client.receive(REPLY_LENGTH)
    assert.equal(await client.end(), 'end')
    await until(() => device.clients === 0)
  })
})
