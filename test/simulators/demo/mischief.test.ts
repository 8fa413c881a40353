import assert from 'node:assert/strict'
import { applyMood, type Mood, moodAt } from '../../../simulators/demo/mischief'
import { ModbusDevice } from '../../../simulators/modbus/modbus-device'
import { RawClient, readRequest } from '../raw-client'

describe('The misbehaviour of the demo device', () => {
  const table: [number, Mood][] = [
    [0, 'well'],
    [39.9, 'well'],
    [40, 'sensor-fault'],
    [54.9, 'sensor-fault'],
    [55, 'well'],
    [100, 'silent'],
    [110, 'well'],
    [170, 'off'],
    [182, 'well'],
    [240, 'well'],
    [280, 'sensor-fault'],
  ]
  for (const [seconds, mood] of table) {
    it(`is "${mood}" after ${seconds} s`, () => assert.equal(moodAt(seconds * 1000), mood))
  }

  it('goes as it came, whatever it was', async () => {
    const device = await ModbusDevice.start()
    try {
      for (const mood of ['sensor-fault', 'off', 'silent', 'well'] as const) await applyMood(device, mood)
      const client = await RawClient.connect(device.port)
      client.send(readRequest({ transaction: 1, address: 0, count: 5 }))
      await client.receive(19)

      await applyMood(device, 'sensor-fault')
      client.send(readRequest({ transaction: 2, address: 0, count: 5 }))
      assert.equal((await client.receive(19 + 9)).at(-1), 4)
      await applyMood(device, 'off')
      assert.equal(await client.end(), 'ECONNRESET')
    } finally {
      await device.close()
    }
  })
})
