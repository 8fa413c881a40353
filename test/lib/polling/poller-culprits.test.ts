import assert from 'node:assert/strict'
import fc from 'fast-check'
import { registers, type ShortTag } from '../../nodes/modbus-in/config'
import { bench, good } from '../../nodes/modbus-in/poller-bench'

/** 1000 tags over some 4000 addresses, in values of one and two registers, with gaps that are read over and others. */
function scattered(): { tags: ShortTag[]; addresses: number[] } {
  const tags: ShortTag[] = []
  const addresses: number[] = []
  for (let index = 0, address = 7; index < 1000; index++) {
    tags.push([`t${index}`, `hr${address}`, index % 4 === 0 ? 'uint32' : 'uint16'])
    addresses.push(address)
    address += index % 4 === 0 ? 2 : 1
    address += index % 50 === 0 ? 40 : (index * 7) % 4
  }
  return { tags, addresses }
}

const EXTRA_EACH = 12

describe('bad addresses among 1000 scattered ones', () => {
  const { tags, addresses } = scattered()

  /** Polls twice, counts what was asked for beyond the plan, and returns the second reading. */
  async function pollTwice(indexes: number[]) {
    const { device, poll } = bench(tags)
    await poll()
    const planned = device.taken().length
    for (const index of indexes) device.holes.add(addresses[index] ?? 0)
    const first = await poll()
    const inFirst = device.taken().length - planned
    good(first)
    const second = await poll()
    const requests = device.taken()
    await poll()
    // what the second cycle spent beyond the plan that is made around the culprits
    return { second, extra: inFirst + requests.length - device.taken().length, planned }
  }

  it('wherever it is: one costs no other tag after its cycle, and is named with at most 12 requests', async () => {
    for (let index = 0; index < 1000; index += 7) {
      const { second, extra } = await pollTwice([index])
      assert.equal(good(second), 999)
      assert.match(
        second.bad.get(index) ?? '',
        new RegExp(`^exception 2 at holding .*\\(wire ${addresses[index]}\\b.*no such`),
      )
      assert.ok(extra <= EXTRA_EACH, `${extra} requests for tag ${index}`)
    }
  })

  it('wherever they are: ten cost no other tag after the first cycle, and are named with at most 12 requests each', async () => {
    const tens = fc.uniqueArray(fc.nat({ max: 999 }), { minLength: 10, maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(tens, async (indexes) => {
        const { second, extra } = await pollTwice(indexes)
        assert.equal(good(second), 990)
        assert.deepEqual([...second.bad.keys()].sort(), indexes.sort())
        for (const reason of second.bad.values()) assert.match(reason, /no such register/)
        assert.ok(extra <= 10 * EXTRA_EACH, `${extra} requests`)
      }),
      { numRuns: 60 },
    )
  })

  it('ten in a row are named, too', async () => {
    const { second, extra } = await pollTwice([300, 301, 302, 303, 304, 305, 306, 307, 308, 309])
    assert.equal(good(second), 990)
    assert.ok(extra <= 10 * EXTRA_EACH, `${extra} requests`)
  })

  it('are found by exceptions 3 and 4 as well', async () => {
    for (const code of [3, 4]) {
      const { device, logged, poll } = bench(tags)
      await poll()
      device.holeCode = code
      device.holes.add(addresses[512] ?? 0)
      await poll()
      const { bad } = await poll()
      assert.deepEqual([...bad.keys()], [512])
      assert.equal(logged.length, 1)
      assert.match(logged[0] ?? '', new RegExp(`^warn: exception ${code} at holding`))
    }
  })

  it('heal in the cycle in which they are tried, when the device gains the registers', async () => {
    const { device, clock, poll } = bench(tags)
    for (const index of [10, 500, 501, 990]) device.holes.add(addresses[index] ?? 0)
    await poll()
    assert.equal(good(await poll()), 996)
    device.holes.clear()
    device.taken()
    clock.ms += 60_000
    assert.equal(good(await poll()), 1000)
    const requests = device.taken().length
    await poll()
    assert.ok(requests <= device.taken().length + 4 + 4)
  })

  it('do not all come at once when they are tried again', async () => {
    const { device, clock, poll } = bench(registers(1000))
    for (let at = 5; at < 1000; at += 10) device.holes.add(at)
    while (good(await poll()) < 900);
    await poll()
    device.taken()
    clock.ms += 60_000
    const probes: number[] = []
    for (let cycle = 0; cycle < 14; cycle++) {
      clock.ms += 1000
      assert.equal(good(await poll()), 900)
      probes.push(device.taken().length - 101)
    }
    assert.equal(Math.max(...probes), 8)
    assert.equal(
      probes.reduce((sum, count) => sum + count),
      100,
    )
  })

  it('are tried at once when the connection is a new one', async () => {
    const { device, poller, poll } = bench(tags)
    device.holes.add(addresses[10] ?? 0)
    await poll()
    device.holes.clear()
    poller.reconnected()
    assert.equal(good(await poll()), 1000)
  })
})

describe('an area that is refused whole', () => {
  const others = registers(200).map(([name], at): ShortTag => [`input ${name}`, `ir${at}`])
  const ofUnit7 = registers(200).map(([name, address]): ShortTag => [`7 ${name}`, address, 'uint16', { unitId: '7' }])

  for (const code of [1, 2, 3, 4]) {
    it(`with exception ${code}: costs no other tag, not much time, and soon hardly any requests`, async () => {
      const { device, clock, line, logged, cycles } = bench([...registers(1000), ...others, ...ofUnit7])
      device.exception = ({ unit, area }) => (unit === 1 && area === 'holding' ? code : undefined)
      line.answerMs = 15
      for (let cycle = 0; cycle < 20; cycle++) {
        const beforeMs = clock.ms
        const [reading] = await cycles(1)
        assert.equal(reading && good(reading), 400)
        assert.ok(device.taken().length <= 12 + 64)
        assert.ok(clock.ms - beforeMs <= 1000 + 5 * 15, `${clock.ms - beforeMs} ms`)
      }
      device.taken()
      const [reading] = await cycles(1)
      assert.deepEqual(device.taken().length, 4)
      assert.equal(new Set([...(reading?.bad.values() ?? [])]).size, 8)
      assert.match(
        reading?.bad.get(700) ?? '',
        new RegExp(`^exception ${code} at holding 40626 to 40750 .wire 625 to 749.: `),
      )
      assert.ok(logged.length <= 3, logged.join('\n'))

      await cycles(60)
      assert.ok(device.taken().length <= 61 * 4 + 8 * 5)

      device.exception = () => undefined
      const after = await cycles(130)
      assert.equal(good(after.at(-1) ?? { values: [], bad: new Map() }), 1400)
      device.taken()
      await cycles(1)
      assert.equal(device.taken().length, 12)
    })
  }

  it('is recognized in one cycle if there is time: the second block of it is tried at a few places only', async () => {
    const { device, poll } = bench([...registers(1000), ...others])
    device.exception = ({ area }) => (area === 'holding' ? 2 : undefined)
    assert.equal(good(await poll()), 200)
    assert.equal(device.taken().length, 10 + 14 + 7 * 4)
    await poll()
    assert.equal(device.taken().length, 2)
  })

  it('on a slow line: the search takes its time, and the rest is read in every cycle', async () => {
    const { device, clock, line, cycles } = bench([...registers(1000), ...others, ...ofUnit7], { interval: 2000 })
    device.exception = ({ unit, area }) => (unit === 1 && area === 'holding' ? 2 : undefined)
    line.answerMs = 180
    for (let cycle = 0; cycle < 60; cycle++) {
      const beforeMs = clock.ms
      const [reading] = await cycles(1)
      assert.equal(reading && good(reading), 400)
      // what the plan takes anyway, and four more requests
      assert.ok(clock.ms - beforeMs <= 16 * 180)
    }
    device.taken()
    await cycles(1)
    assert.equal(device.taken().length, 4)
  })

  it('finds the few that are good within it as time goes by', async () => {
    const { device, clock, poll } = bench(registers(125))
    for (let at = 0; at < 125; at++) if (at !== 77 && at !== 78) device.holes.add(at)
    let reading = await poll()
    let probes = 0
    for (; probes < 60 && reading.values[77] === null; probes++) {
      clock.ms += 600_000
      reading = await poll()
    }
    assert.deepEqual([reading.values[77], reading.values[78]], [77, 78])
    for (let cycle = 0; cycle < 5; cycle++) assert.equal(good(await poll()), 2)
    device.taken()
    await poll()
    assert.deepEqual(device.taken(), ['1 holding 77+2'])
  })
})

describe('a device that gives fewer registers at once than the protocol allows', () => {
  for (const code of [2, 3]) {
    it(`says so with exception ${code}: it is learned in the first cycle, told once and remembered`, async () => {
      const { device, logged, poll } = bench(registers(1000))
      device.lengthMax = 40
      const refuse = code
      device.exception = ({ length }) => (length > 40 ? refuse : undefined)
      await poll()
      assert.equal(good(await poll()), 1000)
      device.taken()
      assert.equal(good(await poll()), 1000)
      assert.ok(device.taken().length <= 1000 / 31 + 1)
      assert.deepEqual(logged, [
        'warn: unit 1 refuses long requests: from now on at most 32 registers of area holding are asked for at once',
      ])
    })
  }

  it('is not suspected of it when it refuses one register that it does not have', async () => {
    const { device, poll } = bench(registers(1000))
    device.holeCode = 3
    device.holes.add(400)
    await poll()
    device.taken()
    assert.equal(good(await poll()), 999)
    assert.equal(device.taken().length, 9)
  })

  it('keeps its limit in one area and one unit from the others', async () => {
    const inputs = registers(125).map(([name], at): ShortTag => [`input ${name}`, `ir${at}`])
    const { device, poll } = bench([...registers(125), ...inputs])
    device.exception = ({ area, length }) => (area === 'holding' && length > 64 ? 3 : undefined)
    await poll()
    device.taken()
    assert.equal(good(await poll()), 250)
    assert.deepEqual(device.taken(), ['1 holding 0+63', '1 holding 63+62', '1 input 0+125'])
  })

  for (const border of [50, 63]) {
    it(`is not suspected of it when no request may reach over register ${border}`, async () => {
      const { device, logged, poll } = bench([...registers(125), ...registers(125, 200)])
      await poll()
      device.exception = ({ address, length }) => (address < border && address + length > border ? 2 : undefined)
      assert.equal(good(await poll()), 250)
      device.taken()
      assert.equal(good(await poll()), 250)
      const expected = [`1 holding 0+${border}`, `1 holding ${border}+${125 - border}`, '1 holding 200+125']
      assert.deepEqual(device.taken(), expected)
      assert.deepEqual(logged, [])
    })
  }

  it('does not count a refusal that was none but for a moment', async () => {
    const { device, logged, poll } = bench(registers(125))
    device.exception = () => (device.requests.length === 1 ? 4 : undefined)
    assert.equal(good(await poll()), 125)
    device.taken()
    device.exception = () => undefined
    assert.equal(good(await poll()), 125)
    assert.deepEqual(device.taken(), ['1 holding 0+125'])
    assert.deepEqual(logged, [])
  })
})
