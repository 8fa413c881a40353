// What a poller remembers of success: refusals that pass, whatever their number.

import assert from 'node:assert/strict'
import { registers, type ShortTag } from '../../nodes/modbus-in/config'
import { bench, good } from '../../nodes/modbus-in/poller-bench'

describe('a poll of a device that refuses what it gave before', () => {
  it('has a tag back in the cycle after a passing exception', async () => {
    const { device, cycles } = bench([...registers(10), ['x', 'hr500']])
    await cycles(30)
    device.exception = ({ address }) => (address === 500 ? 2 : undefined)
    const [during] = await cycles(1)
    assert.equal(during && good(during), 10)
    device.exception = () => undefined
    const [after] = await cycles(1)
    assert.equal(after && good(after), 11)
  })

  it('has a part back within two cycles that was refused for minutes, however long', async () => {
    for (const seconds of [1, 35, 600, 36_000]) {
      const { device, clock, cycles } = bench([...registers(30), ...registers(40, 300), ...registers(5, 700)])
      await cycles(3)
      device.exception = ({ address }) => (address >= 300 ? 2 : undefined)
      await cycles(Math.min(seconds, 60))
      clock.ms += Math.max(seconds - 60, 0) * 1000
      const [night] = await cycles(1)
      assert.equal(night && good(night), 30)
      device.exception = () => undefined
      const after = await cycles(2)
      assert.equal(good(after.at(-1) ?? { values: [], bad: new Map() }), 75, `after ${seconds} s`)
    }
  })

  it('spends no more requests on that than it had planned before, and a few', async () => {
    const { device, cycles } = bench([...registers(30), ...registers(100, 300)])
    await cycles(3)
    device.exception = ({ address }) => (address >= 300 ? 2 : undefined)
    await cycles(20)
    device.taken()
    await cycles(10)
    assert.ok(device.taken().length <= 10 * 8, `${device.taken().length} requests`)
  })

  it('asks as rarely as ever for what was never given', async () => {
    const { device, cycles } = bench(registers(20))
    device.holes.add(5)
    await cycles(2)
    device.taken()
    await cycles(55)
    assert.equal(device.taken().filter((request) => request === '1 holding 5+1').length, 0)
  })
})

describe('a poll of a device that refuses a block for no reason of addresses', () => {
  for (const code of [0, 7, 8, 9, 12, 99, 128]) {
    it(`searches it when it does so again, with exception ${code}`, async () => {
      const { device, cycles } = bench(registers(12))
      device.holes.add(4)
      device.holeCode = code
      const readings = await cycles(3)
      const last = readings.at(-1)
      assert.equal(last && good(last), 11)
      assert.match(last?.bad.get(4) ?? '', new RegExp(`^exception ${code} at holding 40005 .wire 4.`))
    })
  }

  it('searches an area of which something was given for exception 1, too', async () => {
    const { device, cycles } = bench([...registers(12), ...registers(12, 200)])
    device.holes.add(204)
    device.holeCode = 1
    const last = (await cycles(2)).at(-1)
    assert.equal(last && good(last), 23)
  })

  it('searches a block that is busy in each cycle while the others are answered', async () => {
    const { device, cycles } = bench([...registers(12), ...registers(12, 200)])
    device.exception = ({ address, length }) => (address <= 205 && 205 < address + length ? 6 : undefined)
    const last = (await cycles(6)).at(-1)
    assert.equal(last && good(last), 23)
  })

  it('does not search the blocks of a unit that its gateway does not reach', async () => {
    const ofUnit7 = registers(10).map(([name, address]): ShortTag => [`7 ${name}`, address, 'uint16', { unitId: '7' }])
    const { device, cycles } = bench([...ofUnit7, ...registers(10)])
    device.exception = ({ unit }) => (unit === 7 ? 11 : undefined)
    await cycles(40)
    assert.ok(
      device.taken().every((request) => !request.startsWith('7') || request.endsWith('+10') || request.endsWith('+1')),
    )
    device.exception = () => undefined
    const last = (await cycles(31)).at(-1)
    assert.equal(last && good(last), 20)
  })
})

describe('a poll of answers that deviate', () => {
  it('searches the block, and says what is wrong with that of the culprit', async () => {
    const { device, poller, clock } = bench(registers(12))
    const ask: Parameters<typeof poller.poll>[0] = async (request) => {
      const { address, length } = request
      if (address <= 4 && 4 < address + length)
        return { kind: 'deviation', text: `it answers with ${length * 4} bytes` }
      return await device.ask(request)
    }
    const reading = await poller.poll(ask)
    clock.ms += 1000
    assert.equal(good(reading), 11)
    assert.equal(reading.bad.get(4), 'it answers with 4 bytes')
  })
})
