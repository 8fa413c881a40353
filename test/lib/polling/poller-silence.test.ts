import assert from 'node:assert/strict'
import { Fault } from '../../../lib/contract/fault'
import { registers, type ShortTag } from '../../nodes/modbus-in/config'
import { bench, good } from '../../nodes/modbus-in/poller-bench'

const MINUTE_MS = 60_000

function ofUnit(unit: number, count: number): ShortTag[] {
  return registers(count).map(([name, address]) => [`u${unit} ${name}`, address, 'uint16', { unitId: String(unit) }])
}

describe('a poll of a device that does not answer', () => {
  const isNoAnswer = (error: unknown) => error instanceof Fault && error.kind === 'link' && error.code === 'no-answer'

  it('gives up after two requests', async () => {
    const { device, poll } = bench(registers(1000))
    device.silent = () => true
    await assert.rejects(poll(), isNoAnswer)
    assert.equal(device.taken().length, 2)
  })

  it('asks for a small part of the one block that there is before it gives up', async () => {
    const { device, poll } = bench(registers(10))
    device.silent = () => true
    await assert.rejects(poll(), isNoAnswer)
    assert.deepEqual(device.taken(), ['1 holding 0+10', '1 holding 0+1'])
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

  it('bears units that have died here and there', async () => {
    const { device, poll } = bench(
      Array.from({ length: 20 }, (_, at): ShortTag => [`u${at}`, 'hr0', 'uint16', { unitId: String(at + 1) }]),
    )
    device.silent = ({ unit }) => unit % 2 === 0
    assert.equal(good(await poll()), 10)
    assert.equal(device.taken().length, 20)
  })

  it('reaches a unit behind several dead ones, and in every cycle from then on', async () => {
    const dead = [3, 4].flatMap((unit) =>
      registers(1000).map(
        ([name, address]): ShortTag => [`u${unit} ${name}`, address, 'uint16', { unitId: String(unit) }],
      ),
    )
    const { device, poll } = bench([...dead, ...registers(500)])
    device.silent = ({ unit }) => unit !== 1
    await assert.rejects(poll(), isNoAnswer)
    for (let cycle = 0; cycle < 10; cycle++) assert.equal(good(await poll()), 500)
  })

  it('bears one answer lost in every cycle', async () => {
    const { device, poll } = bench([
      ...registers(10),
      ...registers(10, 100),
      ...registers(10, 200),
      ...registers(10, 300),
    ])
    for (let cycle = 0; cycle < 8; cycle++) {
      device.taken()
      device.silent = () => device.requests.length === 2
      assert.equal(good(await poll()), 30)
    }
  })

  it('takes a block for slow no longer than until it answers', async () => {
    const { device, poll } = bench([...registers(10), ...registers(10, 100), ...registers(10, 200)])
    const slow = async (address: number | undefined) => {
      device.taken()
      device.silent = (request) => request.address === address
      await poll()
      return device.taken().join()
    }
    assert.equal(await slow(0), '1 holding 0+10,1 holding 100+10,1 holding 200+10')
    assert.equal(await slow(undefined), '1 holding 100+10,1 holding 200+10,1 holding 0+10')
    await slow(100)
    assert.equal(await slow(undefined), '1 holding 200+10,1 holding 0+10,1 holding 100+10')
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

  it('does not forget which block is slow when it learns something of another one', async () => {
    const { device, poll } = bench([...registers(10), ...registers(10, 100), ...registers(10, 200)])
    device.silent = ({ address }) => address === 0
    device.holes.add(204)
    assert.equal(good(await poll()), 19)
    device.taken()
    await poll()
    assert.equal(device.taken().join(), '1 holding 100+10,1 holding 200+4,1 holding 205+5,1 holding 0+10')
  })

  it('reaches the blocks behind two that are slow with its second try', async () => {
    const { device, poll } = bench([...registers(10), ...registers(10, 100), ...registers(10, 200)])
    device.silent = ({ address }) => address < 200
    await assert.rejects(poll(), isNoAnswer)
    assert.equal(good(await poll()), 10)
  })

  it('does not lose the link to one dead unit, leaves it alone after two requests, and tries it with one', async () => {
    const { device, clock, poll } = bench([...ofUnit(3, 1000), ...registers(500)])
    device.silent = ({ unit }) => unit === 3
    const reading = await poll()
    assert.equal(good(reading), 500)
    assert.equal(reading.degraded, 'no answer from unit 3')
    assert.equal(reading.bad.get(0), 'no answer within 1000 ms')
    assert.equal(reading.bad.get(999), 'unit 3 does not answer; it is asked again after 1 s')
    assert.equal(device.taken().length, 4 + 2)
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      clock.ms += seconds * 1000 - 1
      const { bad, degraded } = await poll()
      assert.equal(bad.get(0), `unit 3 does not answer; it is asked again after ${seconds} s`)
      assert.equal(degraded, 'no answer from unit 3')
      assert.equal(device.taken().length, 4)
      clock.ms += 1
      assert.equal(good(await poll()), 500)
      // when none of its blocks has been answered, a small part of one is tried
      assert.match(device.taken().slice(4).join(), /^3 holding \d+\+(125|1)$/)
    }
    device.silent = () => false
    clock.ms += 30_000
    const healed = await poll()
    assert.equal(good(healed), 1500)
    assert.equal(healed.degraded, undefined)
  })

  it('waits in vain for one of several dead units in a cycle, and reads all that are back', async () => {
    const { device, clock, poll } = bench([...ofUnit(3, 10), ...ofUnit(4, 10), ...ofUnit(5, 10), ...registers(10)])
    device.silent = ({ unit }) => unit === 3 || unit === 4 || unit === 5
    for (let cycle = 0; cycle < 100; cycle++) {
      clock.ms += 1000
      await poll().catch(() => {})
      assert.ok(device.taken().length <= (cycle < 5 ? 4 : 2))
    }
    device.silent = () => false
    clock.ms += 30_000
    assert.equal(good(await poll()), 40)
  })

  it('does not lose the link when the only living unit misses one answer beside a dead one, but when it misses two', async () => {
    const { device, clock, poll } = bench([...ofUnit(3, 10), ...registers(10)])
    device.silent = ({ unit }) => unit === 3
    for (let cycle = 0; cycle < 3; cycle++) await poll()
    for (let cycle = 0; cycle < 20; cycle++) {
      clock.ms += 1000
      device.silent = ({ unit }) => unit === 3 || cycle % 2 === 0
      const reading = await poll()
      assert.equal(good(reading), cycle % 2 === 0 ? 0 : 10)
      assert.match(reading.degraded ?? '', /^no answer from unit 3/)
    }
    device.silent = () => true
    await poll()
    await assert.rejects(poll(), isNoAnswer)
  })

  it('takes a slow unit for no dead one', async () => {
    const { device, clock, poll } = bench([...ofUnit(3, 10), ...registers(10)])
    for (let cycle = 0; cycle < 20; cycle++) {
      device.silent = ({ unit }) => unit === 3 && cycle % 2 === 0
      clock.ms += 1000
      assert.equal(good(await poll()), cycle % 2 === 0 ? 10 : 20)
    }
  })

  it('asks a device of which all units are dead once a cycle, and at once all of them when it is connected anew', async () => {
    const { device, clock, poller, poll } = bench([...ofUnit(3, 10), ...registers(10)])
    device.silent = () => true
    for (let cycle = 0; cycle < 10; cycle++) {
      clock.ms += 100
      await assert.rejects(poll(), isNoAnswer)
      assert.ok(device.taken().length <= (cycle === 0 ? 3 : cycle === 1 ? 2 : 1))
    }
    poller.reconnected()
    device.silent = () => false
    assert.equal(good(await poll()), 20)
  })

  it('tells a unit that its gateway cannot reach from the gateway', async () => {
    const { device, clock, poll } = bench([...ofUnit(3, 1000), ...registers(500)])
    device.exception = ({ unit }) => (unit === 3 ? 11 : undefined)
    const reading = await poll()
    assert.equal(good(reading), 500)
    assert.match(reading.bad.get(0) ?? '', /^exception 11 at holding 40001 .* of unit 3: the unit does not answer/)
    assert.equal(reading.bad.get(999), 'unit 3 does not answer; it is asked again after 1 s')
    assert.equal(reading.degraded, 'no answer from unit 3')
    assert.equal(device.taken().length, 2 + 4)
    device.exception = () => undefined
    clock.ms += 1000
    assert.equal(good(await poll()), 1500)
  })

  it('keeps the link to a gateway that reaches none of its units', async () => {
    const { device, poll } = bench([...ofUnit(3, 10), ...ofUnit(4, 10)])
    device.exception = () => 10
    for (let cycle = 0; cycle < 5; cycle++) {
      const reading = await poll()
      assert.equal(good(reading), 0)
      assert.match(reading.degraded ?? '', /^no answer from unit 3/)
      assert.ok(device.taken().length >= 1)
    }
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
})
