import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Reading } from '../../../lib/collector/reader'
import { Fault } from '../../../lib/contract/fault'
import { itemsOf } from '../../../nodes/modbus-in/items'
import { Plan } from '../../../nodes/modbus-in/plan'
import { Poller } from '../../../nodes/modbus-in/poller'
import { configOf, registers, type ShortTag } from './config'
import { ImaginedDevice } from './imagined-device'

const MINUTE_MS = 60_000

function bench(tags: ShortTag[], others: object = {}) {
  const config = configOf(tags, others)
  const device = new ImaginedDevice()
  const clock = { ms: 1000 }
  const logged: string[] = []
  const poller = new Poller(new Plan(itemsOf(config), config), {
    columns: tags.length,
    unitId: config.unitId,
    timeoutMs: config.timeout,
    nowMs: () => clock.ms,
    log: (level, text) => logged.push(`${level}: ${text}`),
  })
  return { device, clock, logged, poll: () => poller.poll(device.ask) }
}

/** The good values, after checking that every other tag has a reason. */
function good({ values, bad }: Reading): number {
  for (const [column, value] of values.entries()) assert.equal(value === null, bad.has(column), `column ${column}`)
  for (const reason of bad.values()) assert.ok(reason.length > 10, reason)
  return values.length - bad.size
}

describe('a poll of a healthy device', () => {
  it('reads all areas, types and bits, each register once', async () => {
    const { device, poll } = bench([
      ['word', '40001'],
      ['same word', 'hr0', 'int16', { scale: 0.1 }],
      ['bit 0', '40002.0', 'bool'],
      ['bit 1', '40002.1', 'bool'],
      ['long', 'hr2', 'uint32', { order: 'CDAB' }],
      ['input', '30006'],
      ['coil on', 'coil:7', 'bool'],
      ['coil off', 'coil:8', 'bool'],
      ['discrete', '10002', 'bool'],
    ])
    const reading = await poll()
    assert.deepEqual(reading.values, [0, 0, true, false, 3 * 65536 + 2, 5, true, false, true])
    assert.equal(reading.bad.size, 0)
    assert.equal(reading.degraded, undefined)
    assert.deepEqual(device.taken(), ['1 holding 0+4', '1 input 5+1', '1 coil 7+2', '1 discrete 1+1'])
  })

  it('asks every unit apart', async () => {
    const { device, poll } = bench([
      ['own', 'hr0'],
      ['other', 'hr1', 'uint16', { unitId: '7' }],
      ['own again', 'hr2', 'uint16', { unitId: '1' }],
    ])
    await poll()
    assert.deepEqual(device.taken(), ['1 holding 0+3', '7 holding 1+1'])
  })

  it('keeps to the limit, of bits 16 times as many', async () => {
    const coils = Array.from({ length: 40 }, (_, at): ShortTag => [`c${at}`, `coil:${at}`, 'bool'])
    const { device, poll } = bench([...registers(5), ...coils], { maxRegisters: 2 })
    assert.equal(good(await poll()), 45)
    assert.deepEqual(device.taken(), ['1 holding 0+2', '1 holding 2+2', '1 holding 4+1', '1 coil 0+32', '1 coil 32+8'])
  })

  it('marks a float that is no number, and nothing else', async () => {
    const { device, poll } = bench([
      ['before', 'hr0'],
      ['float', 'hr1', 'float32'],
      ['after', 'hr3'],
    ])
    device.words.set(1, 0x7fc0)
    const { values, bad } = await poll()
    assert.deepEqual(values, [0, null, 3])
    assert.match(bad.get(1) ?? '', /no number.*order/)
  })
})

describe('a poll of a device that refuses registers', () => {
  it('finds the culprit within the cycle and reads the others', async () => {
    const { device, logged, poll } = bench(registers(100))
    device.holes.add(57)
    const reading = await poll()
    assert.equal(good(reading), 99)
    const reason = 'exception 2 at holding 40058 (wire 57): the device has no such register; is the list one-based?'
    assert.deepEqual([...reading.bad], [[57, reason]])
    assert.deepEqual(logged, [`warn: ${reason}`])
    assert.ok(device.taken().length <= 1 + 2 * 7)
  })

  it('reads around it from then on, and tries it again once a minute', async () => {
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
    clock.ms += 1000
    await poll()
    assert.deepEqual(device.taken(), ['1 holding 0+57', '1 holding 58+42'])
    device.holes.clear()
    clock.ms += MINUTE_MS
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

  it('learns how many registers the device gives at once', async () => {
    const { device, poll } = bench(registers(125))
    device.lengthMax = 40
    for (let cycle = 0; cycle < 4; cycle++) assert.equal(good(await poll()), 125)
    device.taken()
    assert.equal(good(await poll()), 125)
    assert.ok(device.taken().length <= 5)
  })

  it('spends at most 32 requests more a cycle, and gets through in the end', async () => {
    const { device, poll } = bench(registers(1000))
    for (let at = 5; at < 1000; at += 10) device.holes.add(at)
    let cycles = 0
    for (let count = 0; count < 900; cycles++) {
      const planned = device.taken().length === 0 ? 8 : 200
      count = good(await poll())
      assert.ok(device.requests.length <= planned + 32)
      assert.ok(cycles < 60, `${count} good after ${cycles} cycles`)
    }
    device.taken()
    assert.equal(good(await poll()), 900)
    assert.equal(device.taken().length, 101)
  })

  it('heals completely after a device has refused everything for a while', async () => {
    const { device, clock, poll } = bench(registers(300))
    device.exception = () => 4
    for (let cycle = 0; cycle < 100; cycle++) {
      assert.equal(good(await poll()), 0)
      assert.ok(device.taken().length <= 3 + 32 + 20)
      clock.ms += 1000
    }
    device.exception = () => undefined
    clock.ms += MINUTE_MS
    let count = 0
    for (let cycle = 0; cycle < 70 && count < 300; cycle++) {
      count = good(await poll())
      clock.ms += 1000
    }
    assert.equal(count, 300)
    device.taken()
    await poll()
    assert.deepEqual(device.taken(), ['1 holding 0+125', '1 holding 125+125', '1 holding 250+50'])
  })

  it('asks a device of which nothing is left in every cycle, so that its end is noticed', async () => {
    const { device, poll } = bench([['only', 'hr9']])
    device.holes.add(9)
    await poll()
    await poll()
    assert.deepEqual(device.taken(), ['1 holding 9+1', '1 holding 9+1', '1 holding 9+1'])
    device.silent = () => true
    await assert.rejects(poll(), { code: 'no-answer' })
    device.silent = () => false
    device.holes.clear()
    assert.equal(good(await poll()), 1)
  })

  it('does not halve a block for an exception that is not about addresses', async () => {
    for (const code of [1, 5, 6, 8, 10, 11, 77]) {
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

describe('a poll of a device that does not answer', () => {
  const isNoAnswer = (error: unknown) => error instanceof Fault && error.kind === 'link' && error.code === 'no-answer'

  it('gives up after two requests', async () => {
    const { device, poll } = bench(registers(1000))
    device.silent = () => true
    await assert.rejects(poll(), isNoAnswer)
    assert.equal(device.taken().length, 2)
  })

  it('gives up after the one request that there is', async () => {
    const { device, poll } = bench(registers(10))
    device.silent = () => true
    await assert.rejects(poll(), isNoAnswer)
    assert.equal(device.taken().length, 1)
  })

  it('says so within two cycles when it falls silent in the middle of one', async () => {
    const { device, poll } = bench(registers(1000))
    device.silent = () => device.requests.length > 3
    const reading = await poll()
    assert.equal(good(reading), 375)
    assert.equal(device.taken().length, 5)
    device.silent = () => true
    await assert.rejects(poll(), isNoAnswer)
    assert.equal(device.taken().length, 1)
  })

  it('gives up when many units fall silent in the middle of a cycle', async () => {
    const { device, poll } = bench(
      Array.from({ length: 20 }, (_, at): ShortTag => [`u${at}`, 'hr0', 'uint16', { unitId: String(at + 1) }]),
    )
    device.silent = () => device.requests.length > 10
    await assert.rejects(poll(), isNoAnswer)
    assert.equal(device.taken().length, 13)
  })

  it('loses only the block that is slow, and asks it last from then on', async () => {
    const { device, poll } = bench([...registers(100), ...registers(100, 200), ...registers(100, 400)], {
      timeout: 300,
    })
    device.silent = ({ address }) => address === 0
    const reading = await poll()
    assert.equal(good(reading), 200)
    assert.equal(reading.bad.get(0), 'no answer within 300 ms')
    assert.equal(reading.degraded, 'no answer from unit 1 (1 request)')
    device.taken()
    await poll()
    assert.deepEqual(device.taken(), ['1 holding 200+100', '1 holding 400+100', '1 holding 0+100'])
    device.silent = () => false
    assert.equal(good(await poll()), 300)
  })

  it('reaches the blocks behind two that are slow with its second try', async () => {
    const { device, poll } = bench([...registers(10), ...registers(10, 100), ...registers(10, 200)])
    device.silent = ({ address }) => address < 200
    await assert.rejects(poll(), isNoAnswer)
    assert.equal(good(await poll()), 10)
  })

  it('leaves a dead unit alone after two requests, and asks it last from then on', async () => {
    const other = registers(1000).map(([name, address]): ShortTag => [`u3 ${name}`, address, 'uint16', { unitId: '3' }])
    const { device, poll } = bench([...other, ...registers(500)])
    device.silent = ({ unit }) => unit === 3
    await assert.rejects(poll(), isNoAnswer)
    device.taken()
    for (let cycle = 0; cycle < 3; cycle++) {
      const reading = await poll()
      assert.equal(good(reading), 500)
      assert.equal(reading.degraded, 'no answer from unit 3 (1 request)')
      assert.match(reading.bad.get(999) ?? '', /unit 3 does not answer|no answer within 1000 ms/)
      assert.equal(device.taken().length, 4 + 1)
    }
    device.silent = () => false
    assert.equal(good(await poll()), 1500)
  })

  it('tells a unit that its gateway cannot reach from the gateway', async () => {
    const other = registers(1000).map(([name, address]): ShortTag => [`u3 ${name}`, address, 'uint16', { unitId: '3' }])
    const { device, poll } = bench([...other, ...registers(500)])
    device.exception = ({ unit }) => (unit === 3 ? 11 : undefined)
    const reading = await poll()
    assert.equal(good(reading), 500)
    assert.match(reading.bad.get(0) ?? '', /^exception 11 at holding 40001 .* of unit 3: the unit does not answer/)
    assert.equal(reading.bad.get(999), 'unit 3 does not answer')
    assert.equal(device.taken().length, 2 + 4)
  })

  it('does not wait for a refused register that has become silent more than once a minute', async () => {
    const { device, clock, poll } = bench(registers(10))
    device.holes.add(5)
    await poll()
    device.silent = ({ address, length }) => address === 5 && length === 1
    device.taken()
    clock.ms += MINUTE_MS
    assert.equal(good(await poll()), 9)
    assert.equal(device.taken().length, 3)
    clock.ms += 1000
    assert.equal(good(await poll()), 9)
    assert.equal(device.taken().length, 2)
  })

  it('hands on the fault of the connection', async () => {
    const config = configOf(registers(10))
    const poller = new Poller(new Plan(itemsOf(config), config), {
      columns: 10,
      unitId: 1,
      timeoutMs: 1000,
      nowMs: () => 0,
      log: () => {},
    })
    const lost = new Fault('link', 'connection-closed', 'gone')
    await assert.rejects(
      poller.poll(() => Promise.reject(lost)),
      (error) => error === lost,
    )
  })
})
