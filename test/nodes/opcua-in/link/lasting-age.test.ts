import assert from 'node:assert/strict'
import { keepAge } from '../../../../nodes/opcua-in/link/lasting-age'
import { shiftClock } from '../../../../simulators/opcua/clock-shift'
import { OpcuaDeviceProcess } from '../../../../simulators/opcua/device-process'
import { closeAll, never, readerOf, readUntil } from '../reader-bench'

const HOUR_MS = 3_600_000

describe('The clock of the computer', function () {
  this.timeout(60_000)
  const RealDate = Date
  afterEach(() => {
    globalThis.Date = RealDate
  })

  describe('when it is set', () => {
    for (const shiftMs of [2 * HOUR_MS, -2 * HOUR_MS]) {
      it(`leaves the age of a time as it is: ${shiftMs / HOUR_MS} h`, () => {
        const owner = { time: new Date() }
        keepAge(owner, 'time')
        owner.time = new Date(Date.now() - 5000)
        shiftClock(shiftMs)
        const ageMs = Date.now() - owner.time.getTime()
        assert.ok(ageMs >= 5000 && ageMs < 6000, String(ageMs))
      })
    }
  })

  describe('when it is set while an OPC UA server is read', () => {
    let device: OpcuaDeviceProcess
    before(async () => {
      device = await OpcuaDeviceProcess.start()
    })
    afterEach(closeAll)
    after(() => device.close())

    for (const securityMode of ['none', 'sign', 'signAndEncrypt']) {
      for (const mode of ['poll', 'subscribe']) {
        for (const shiftMs of [2 * HOUR_MS, -2 * HOUR_MS]) {
          it(`costs no value: ${mode}, ${securityMode}, ${shiftMs / HOUR_MS} h`, async () => {
            const config = { mode, securityMode, trust: 'first-use' }
            const { reader, logged } = readerOf(device.endpoint, [['clock', 'i=2258']], config)
            await reader.open(never)
            await reader.read(never)
            shiftClock(shiftMs)
            const seen = new Set<unknown>()
            await readUntil(reader, ({ values, bad }) => {
              assert.deepEqual([...bad], [])
              return seen.add(values[0]).size > 1
            })
            assert.ok(!logged.some((text) => text.startsWith('error')), logged.join('\n'))
          })
        }
      }
    }
  })
})
