// Registers that are never answered: no exception, just silence.

import assert from 'node:assert/strict'
import { Fault } from '../../../lib/contract/fault'
import type { ReadRequest } from '../../../lib/polling/protocol'
import { registers, type ShortTag } from '../../nodes/modbus-in/config'
import { bench, good } from '../../nodes/modbus-in/poller-bench'

type Touched = Pick<ReadRequest, 'address' | 'length'>

/** Requests that touch one of these are not answered. */
function mute(...addresses: number[]) {
  return ({ address, length }: Touched) => addresses.some((at) => at >= address && at < address + length)
}

/** Cycles until so many tags are good; at most 40. A cycle without any answer counts. */
async function cyclesUntil(poll: () => ReturnType<ReturnType<typeof bench>['poll']>, count: number): Promise<number> {
  for (let cycle = 1; cycle <= 40; cycle++) {
    try {
      if (good(await poll()) === count) return cycle
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== 'no-answer') throw thrown
    }
  }
  return Number.POSITIVE_INFINITY
}

describe('a poll of a device that never answers for one register', () => {
  for (const retries of [0, 1]) {
    it(`finds it wherever it is in the only block, and reads the others, with ${retries} retries`, async () => {
      for (let at = 0; at < 20; at++) {
        const { device, poll } = bench(registers(20), { retries })
        device.silent = mute(at)
        assert.ok((await cyclesUntil(poll, 19)) <= 12, `register ${at}`)
        const { bad } = await poll()
        assert.deepEqual([...bad.keys()], [at])
        assert.match(
          bad.get(at) ?? '',
          new RegExp(
            `^no answer within 1000 ms at holding ${40001 + at} .wire ${at}., while the device answers other requests`,
          ),
        )
      }
    })
  }

  it('spends one timeout a cycle on the search, and none in most cycles afterwards', async () => {
    const { device, clock, cycles } = bench(registers(20), { timeout: 300 })
    device.silent = mute(7)
    await cycles(2)
    for (let cycle = 0; cycle < 10; cycle++) {
      const beforeMs = clock.ms
      await cycles(1)
      assert.ok(clock.ms - beforeMs <= 1000, `${clock.ms - beforeMs} ms`)
    }
    device.taken()
    await cycles(60)
    const alone = device.taken().filter((request) => request === '1 holding 7+1')
    assert.ok(alone.length >= 1 && alone.length <= 5, `asked ${alone.length} times in a minute`)
  })

  it('that is alone in its block costs a timeout twice, then rarely', async () => {
    const { device, cycles } = bench([['far', 'hr900'], ...registers(10)])
    device.silent = mute(900)
    for (const reading of await cycles(3)) assert.equal(good(reading), 10)
    device.taken()
    await cycles(60)
    assert.ok(device.taken().filter((request) => request.startsWith('1 holding 900')).length <= 5)
  })

  it('reads over no gap that is not answered', async () => {
    const { device, poll } = bench([...registers(5), ...registers(5, 8)])
    device.silent = mute(6)
    assert.ok((await cyclesUntil(poll, 10)) <= 12)
    device.taken()
    assert.equal(good(await poll()), 10)
    assert.deepEqual(device.taken(), ['1 holding 0+5', '1 holding 8+5'])
  })

  it('finds coils as well', async () => {
    const coils = Array.from({ length: 20 }, (_, at): ShortTag => [`c${at}`, `coil:${at}`, 'bool'])
    const { device, poll } = bench(coils)
    device.silent = mute(13)
    assert.ok((await cyclesUntil(poll, 19)) <= 12)
  })

  it('finds several, in several blocks and units, though none of the blocks was ever answered', async () => {
    const ofUnit = (unit: number) =>
      [...registers(20), ...registers(20, 200)].map(
        ([name, address]): ShortTag => [`u${unit} ${name}`, address, 'uint16', { unitId: String(unit) }],
      )
    const { device, clock, poller, poll } = bench([...ofUnit(1), ...ofUnit(2), ...ofUnit(3)])
    device.silent = mute(3, 205)
    const wanted = 6 * 20 - 6
    let best = 0
    for (let cycle = 0; cycle < 120 && best < wanted; cycle++) {
      clock.ms += 1000
      try {
        best = Math.max(best, good(await poll()))
      } catch (thrown) {
        if (!(thrown instanceof Fault) || thrown.code !== 'no-answer') throw thrown
        poller.reconnected()
      }
    }
    assert.equal(best, wanted)
  })

  it('learns how many registers are answered at once by one that says nothing to longer requests', async () => {
    const { device, logged, poll } = bench(registers(120))
    device.silent = ({ length }) => length > 50
    assert.ok((await cyclesUntil(poll, 120)) <= 12)
    assert.match(logged.join(), /refuses long requests: from now on at most \d+ registers/)
    for (let cycle = 0; cycle < 5; cycle++) assert.equal(good(await poll()), 120)
  })

  it('has it back within a cycle or two of its wait of at most 30 s, if it was good before', async () => {
    const { device, poller, cycles } = bench(registers(20))
    await cycles(3)
    device.silent = mute(7)
    // that the only block is silent might be the end of the device
    await assert.rejects(cycles(1), { code: 'no-answer' })
    poller.reconnected()
    await cycles(200)
    device.silent = () => false
    const after = await cycles(32)
    assert.ok(after.some((reading) => good(reading) === 20))
  })

  it('accuses nothing of a device that is off', async () => {
    const { device, clock, poller, poll } = bench(registers(60))
    for (let cycle = 0; cycle < 3; cycle++) await poll()
    device.silent = () => true
    for (let cycle = 0; cycle < 30; cycle++) {
      clock.ms += 5000
      await assert.rejects(poll(), { code: 'no-answer' })
      poller.reconnected()
    }
    device.silent = () => false
    assert.equal(good(await poll()), 60)
  })
})

describe('a poll whose answers are lost now and then', () => {
  it('asks again in the same cycle', async () => {
    const { device, poll } = bench([...registers(10), ...registers(10, 100)], { retries: 1 })
    await poll()
    device.taken()
    device.silent = () => device.requests.length === 2
    const reading = await poll()
    assert.equal(good(reading), 20)
    assert.deepEqual(device.taken(), ['1 holding 0+10', '1 holding 100+10', '1 holding 100+10'])
  })

  it('asks the only block again', async () => {
    const { device, poll } = bench(registers(10), { retries: 1 })
    await poll()
    device.taken()
    device.silent = () => device.requests.length === 1
    assert.equal(good(await poll()), 10)
  })

  it('asks again as often as it is told, if there is time, and not at all with 0', async () => {
    for (const retries of [0, 1, 3]) {
      const { device, cycles } = bench([...registers(10), ...registers(10, 100)], { retries, timeout: 100 })
      await cycles(1)
      device.taken()
      device.silent = ({ address }) => address === 100
      const [reading] = await cycles(1)
      assert.equal(reading && good(reading), 10)
      assert.equal(device.taken().length, 2 + retries)
    }
  })

  it('waits in vain for one block only when many are silent', async () => {
    const { device, poll } = bench(
      Array.from({ length: 6 }, (_, at): ShortTag => [`r${at}`, `hr${at * 100}`]),
      { retries: 1 },
    )
    await poll()
    device.taken()
    device.silent = ({ address }) => address === 100 || address === 300
    await poll()
    assert.equal(device.taken().length, 6 + 1)
  })
})
