import assert from 'node:assert/strict'
import { registers, type ShortTag } from '../../nodes/modbus-in/config'
import { bench, good } from '../../nodes/modbus-in/poller-bench'

const BUSY = /^exception 6 at holding 40001 to 40125 \(wire 0 to 124\): the device is busy; /

describe('a poll of a device that is busy', () => {
  for (const code of [5, 6]) {
    it(`asks again within the cycle after exception ${code}, after the others, with growing pauses`, async () => {
      const { device, pauses, poll } = bench(registers(250))
      let refusals = 2
      device.exception = ({ address }) => (address === 0 && refusals-- > 0 ? code : undefined)
      assert.equal(good(await poll()), 250)
      assert.deepEqual(pauses, [50, 100])
      assert.deepEqual(device.taken(), ['1 holding 0+125', '1 holding 125+125', '1 holding 0+125', '1 holding 0+125'])
    })
  }

  it('gives up after three more requests: bad with the reason, and the others good', async () => {
    const { device, pauses, poll } = bench(registers(250))
    device.exception = ({ address }) => (address === 0 ? 6 : undefined)
    const { values, bad } = await poll()
    assert.equal(values[0], null)
    assert.match(bad.get(0) ?? '', BUSY)
    assert.equal(bad.size, 125)
    assert.deepEqual(pauses, [50, 100, 200])
    assert.equal(device.taken().length, 2 + 3)
    device.exception = () => undefined
    assert.equal(good(await poll()), 250)
  })

  it('waits for many busy blocks no longer than for one', async () => {
    const { device, pauses, poll } = bench(registers(1000))
    let answered = 0
    device.exception = ({ address }) => (address > 0 && answered++ < 14 ? 6 : undefined)
    assert.equal(good(await poll()), 1000)
    assert.deepEqual(pauses, [50, 100])
  })

  it('does not wait beyond its interval', async () => {
    const { device, clock, pauses, poll } = bench(registers(125), { interval: 120 })
    device.exception = () => 6
    const beforeMs = clock.ms
    assert.match((await poll()).bad.get(0) ?? '', BUSY)
    assert.deepEqual(pauses, [50])
    assert.ok(clock.ms - beforeMs < 120)
  })

  it('treats what comes after the pause like any other answer', async () => {
    const { device, poll } = bench(registers(250))
    device.holes.add(3)
    device.exception = ({ address }) => (address === 0 && device.requests.length === 1 ? 6 : undefined)
    assert.equal(good(await poll()), 249)
    const { device: silent, poll: pollSilent } = bench(registers(250))
    silent.exception = ({ address }) => (address === 0 ? 6 : undefined)
    silent.silent = () => silent.requests.length === 3
    assert.match((await pollSilent()).bad.get(0) ?? '', /^no answer within 1000 ms$/)
  })

  it('does not hold a search up, and goes on with it in the next cycle', async () => {
    const { device, poll } = bench(registers(250))
    device.holes.add(3)
    device.exception = ({ length }) => (length < 20 && device.requests.length < 10 ? 6 : undefined)
    assert.equal(good(await poll()), 125)
    device.exception = () => undefined
    assert.equal(good(await poll()), 249)
  })

  it('is not asked again after a stop', async () => {
    const { device, poller } = bench(registers(125))
    device.exception = () => 6
    const stop = new AbortController()
    const gone = new Error('gone')
    const polling = poller.poll((request) => {
      if (stop.signal.aborted) throw gone
      stop.abort()
      return device.ask(request)
    }, stop.signal)
    await assert.rejects(polling, gone)
    assert.equal(device.taken().length, 1)
  })

  it('keeps its unit out of no cycle', async () => {
    const ofUnit7 = registers(10).map(([name, address]): ShortTag => [`7 ${name}`, address, 'uint16', { unitId: '7' }])
    const { device, cycles } = bench([...ofUnit7, ...registers(10)])
    device.exception = ({ unit }) => (unit === 7 ? 6 : undefined)
    for (const reading of await cycles(5)) {
      assert.equal(good(reading), 10)
      assert.equal(reading.degraded, undefined)
    }
    assert.equal(device.taken().length, 5 * (2 + 3))
  })
})
