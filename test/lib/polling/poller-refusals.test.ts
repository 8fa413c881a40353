import assert from 'node:assert/strict'
import fc from 'fast-check'
import { registers, type ShortTag } from '../../nodes/modbus-in/config'
import { bench, good } from '../../nodes/modbus-in/poller-bench'

const MINUTE_MS = 60_000

describe('a poll of a device that refuses registers', () => {
  it('finds the culprit within the cycle and reads the others', async () => {
    const { device, logged, poll } = bench(registers(100))
    device.holes.add(57)
    const reading = await poll()
    assert.equal(good(reading), 99)
    const reason = 'exception 2 at holding 40058 (wire 57): the device has no such register; is the list one-based?'
    assert.deepEqual([...reading.bad], [[57, reason]])
    assert.deepEqual(logged, [`warn: ${reason}`])
    assert.ok(device.taken().length <= 1 + 12)
  })

  it('reads around it from then on, and tries it again after 1, 2, 4, 8 and at most 10 minutes', async () => {
    const { device, clock, logged, poll } = bench(registers(100))
    device.holes.add(57)
    await poll()
    device.taken()
    for (let cycle = 0; cycle < 59; cycle++) {
      clock.ms += 1000
      assert.equal(good(await poll()), 99)
      assert.deepEqual(device.taken(), ['1 holding 0+57', '1 holding 58+42'])
    }
    clock.ms += 1000
    assert.equal(good(await poll()), 99)
    assert.deepEqual(device.taken(), ['1 holding 0+57', '1 holding 58+42', '1 holding 57+1'])
    for (const minutes of [2, 4, 8, 10, 10]) {
      clock.ms += minutes * MINUTE_MS - 1000
      await poll()
      assert.equal(device.taken().length, 2)
      clock.ms += 1000
      await poll()
      assert.equal(device.taken().length, 3)
    }
    device.holes.clear()
    clock.ms += 10 * MINUTE_MS
    assert.equal(good(await poll()), 100)
    device.taken()
    assert.equal(good(await poll()), 100)
    assert.deepEqual(device.taken(), ['1 holding 0+100'])
    assert.equal(logged.length, 1)
  })

  it('refuses a value of two registers as one', async () => {
    const { device, poll } = bench([...registers(10), ['long', 'hr10', 'uint32'], ...registers(10, 12)])
    device.holes.add(11)
    const { bad } = await poll()
    assert.deepEqual([...bad.keys()], [10])
    assert.match(bad.get(10) ?? '', /^exception 2 at holding 40011 to 40012 \(wire 10 to 11\): /)
  })

  it('learns not to read over a hole that nobody asked for', async () => {
    const { device, poll } = bench([...registers(20), ...registers(20, 25)])
    device.holes.add(22)
    assert.equal(good(await poll()), 40)
    device.taken()
    assert.equal(good(await poll()), 40)
    assert.deepEqual(device.taken(), ['1 holding 0+20', '1 holding 25+20'])
  })

  it('forgets what it learned of an area that has changed', async () => {
    const { device, clock, poll } = bench([...registers(20), ...registers(20, 25)])
    device.holes.add(5).add(22)
    assert.equal(good(await poll()), 39)
    assert.equal(good(await poll()), 39)
    device.taken()
    await poll()
    assert.deepEqual(device.taken(), ['1 holding 0+5', '1 holding 6+14', '1 holding 25+20'])
    device.holes.clear()
    clock.ms += MINUTE_MS
    await poll()
    device.taken()
    assert.equal(good(await poll()), 40)
    assert.deepEqual(device.taken(), ['1 holding 0+45'])
  })

  it('tries refused neighbours again together, and no others with them', async () => {
    const { device, clock, poll } = bench(registers(50))
    device.holes.add(10).add(11).add(12).add(14)
    await poll()
    await poll()
    device.holes.clear()
    device.taken()
    clock.ms += MINUTE_MS
    assert.equal(good(await poll()), 50)
    assert.deepEqual(device.taken().slice(-2), ['1 holding 10+3', '1 holding 14+1'])
  })

  it('learns how many registers the device gives at once', async () => {
    const { device, poll } = bench(registers(125))
    device.lengthMax = 40
    for (let cycle = 0; cycle < 4; cycle++) assert.equal(good(await poll()), 125)
    device.taken()
    assert.equal(good(await poll()), 125)
    assert.ok(device.taken().length <= 5)
  })

  it('spends at most 64 requests more a cycle, and gets through in the end', async () => {
    const { device, poll } = bench(registers(1000))
    for (let at = 5; at < 1000; at += 10) device.holes.add(at)
    let count = 0
    for (let cycle = 0; cycle < 50 && count < 900; cycle++) {
      count = good(await poll())
      assert.ok(device.taken().length <= 101 + 64)
    }
    assert.equal(good(await poll()), 900)
    assert.equal(device.taken().length, 101)
  })

  it('heals completely after a device has refused everything for a while', async () => {
    const { device, clock, poll } = bench(registers(300))
    device.exception = () => 4
    for (let cycle = 0; cycle < 100; cycle++) {
      assert.equal(good(await poll()), 0)
      assert.ok(device.taken().length <= 3 + 64)
      clock.ms += 1000
    }
    device.exception = () => undefined
    device.taken()
    await poll()
    assert.equal(good(await poll()), 300)
    assert.ok(device.taken().length <= 8)
    await poll()
    assert.deepEqual(device.taken(), ['1 holding 0+125', '1 holding 125+125', '1 holding 250+50'])
  })

  it('asks a device of which nothing is left in every cycle, so that its end is noticed', async () => {
    const { device, poll } = bench([['only', 'hr9']])
    device.holes.add(9)
    await poll()
    await poll()
    assert.deepEqual(device.taken(), ['1 holding 9+1', '1 holding 9+1'])
    device.silent = () => true
    await assert.rejects(poll(), { code: 'no-answer' })
    device.silent = () => false
    device.holes.clear()
    assert.equal(good(await poll()), 1)
  })

  it('does not search a block for an exception that is not about addresses', async () => {
    for (const code of [7, 8, 10, 11, 77]) {
      const { device, poll } = bench(registers(50))
      device.exception = () => code
      const { bad } = await poll()
      assert.equal(bad.size, 50)
      assert.match(bad.get(0) ?? '', new RegExp(`^exception ${code} at holding 40001 to 40050 \\(wire 0 to 49\\): `))
      assert.equal(device.taken().length, 1)
      device.exception = () => undefined
      assert.equal(good(await poll()), 50)
    }
  })

  it('names the unit if it is not that of the node', async () => {
    const { device, poll } = bench([['t', 'hr9', 'uint16', { unitId: '3' }]])
    device.holes.add(9)
    const { bad } = await poll()
    assert.match(bad.get(0) ?? '', /^exception 2 at holding 40010 \(wire 9\) of unit 3: /)
  })

  it('never gives a wrong value nor loses a good one, whatever is missing', async () => {
    const addresses = fc.uniqueArray(fc.nat({ max: 400 }), { minLength: 1, maxLength: 60 })
    const holes = fc.uniqueArray(fc.nat({ max: 400 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(addresses, holes, fc.integer({ min: 4, max: 125 }), async (tagAddresses, missing, lengthMax) => {
        const tags = tagAddresses.map((at): ShortTag => [`r${at}`, `hr${at}`])
        const { device, poll } = bench(tags)
        device.lengthMax = lengthMax
        for (const at of missing) device.holes.add(at)
        const expected = tagAddresses.map((at) => (device.holes.has(at) ? null : at))
        let reading = await poll()
        for (let cycle = 0; cycle < 30; cycle++) {
          good(reading)
          for (const [column, value] of reading.values.entries())
            assert.ok(value === null || value === expected[column])
          reading = await poll()
        }
        assert.deepEqual(reading.values, expected)
        assert.ok(device.requests.length < 31 * 130 + 600)
      }),
      { numRuns: 40 },
    )
  })
})
