import assert from 'node:assert/strict'
import { forecast } from '../../../nodes/modbus-in/forecast'
import { byteTimeMs, serialMs } from '../../../nodes/modbus-in/line-time'
import { configOf, registers, type ShortTag } from './config'
import { bench } from './poller-bench'

const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}`)
const line = { baudRate: 9600, dataBits: 8, stopBits: 1, parity: 'even' } as const

describe('the time that requests take on a serial line', () => {
  it('counts the bits of a character: start, data, parity if there is one, stop', () => {
    assert.equal(byteTimeMs(line), 11_000 / 9600)
    assert.equal(byteTimeMs({ ...line, parity: 'none' }), 10_000 / 9600)
    assert.equal(byteTimeMs({ ...line, parity: 'none', stopBits: 2 }), 11_000 / 9600)
    assert.equal(byteTimeMs({ ...line, dataBits: 7, baudRate: 1200 }), 10_000 / 1200)
  })

  it('counts 8 bytes asked, 5 and the data answered, and 3.5 characters of silence behind both', () => {
    const characters = 8 + 5 + 2 * 10 + 2 * 3.5
    near(serialMs(line, { area: 'holding', length: 10 }), (characters * 11_000) / 9600)
    near(serialMs(line, { area: 'coil', length: 17 }), ((8 + 5 + 3 + 7) * 11_000) / 9600)
  })

  it('counts silences of 1.75 ms above 19200 baud', () => {
    const fast = { ...line, baudRate: 115_200 }
    near(serialMs(fast, { area: 'holding', length: 1 }), ((8 + 5 + 2) * 11_000) / 115_200 + 3.5)
    const slower = { ...line, baudRate: 19_200 }
    near(serialMs(slower, { area: 'holding', length: 1 }), ((8 + 5 + 2 + 7) * 11_000) / 19_200)
  })
})

describe('the time that requests take on a line that sends ASCII', () => {
  it('counts two characters for each byte, and three around them; LRC is a byte less than CRC', () => {
    for (const transport of ['ascii', 'ascii-over-tcp'] as const) {
      const ascii = { ...line, transport }
      assert.equal(byteTimeMs(ascii), 22_000 / 9600)
      // :010300000001FA + 2, :0103020000FA + 2
      const characters = 17 + 15 + 2 * 3.5
      near(serialMs(ascii, { area: 'holding', length: 1 }), (characters * 11_000) / 9600)
    }
  })
})

describe('a forecast before anything has been read', () => {
  const tags: ShortTag[] = [
    ...registers(200),
    ['far', 'hr1000'],
    ['coil', 'coil:0', 'bool'],
    ['last', 'coil:160', 'bool'],
  ]

  it('counts the requests: gaps and limits of bits are 16 times those of registers', () => {
    assert.equal(forecast(configOf(tags)).requests, 2 + 1 + 1)
    assert.equal(forecast(configOf(tags, { maxGap: 9 })).requests, 2 + 1 + 2)
    assert.equal(forecast(configOf(tags, { maxRegisters: 10 })).requests, 20 + 1 + 2)
    assert.equal(forecast(configOf([...tags, ['other', 'hr5', 'int16', { unitId: '9' }]])).requests, 5)
  })

  it('takes a network for as fast as it says', () => {
    assert.deepEqual(forecast(configOf(registers(250))), { requests: 2, cycleMs: 20 })
    assert.deepEqual(forecast(configOf(registers(250), { transport: 'udp' })), { requests: 2, cycleMs: 20 })
  })

  it('reckons with the baud rate of a serial line, and says what a byte costs', () => {
    for (const config of [
      configOf(registers(125), { transport: 'rtu', serialPort: '/dev/ttyS0', parity: 'even' }),
      configOf(registers(125), { transport: 'rtu-over-tcp', parity: 'even' }),
    ]) {
      const { requests, cycleMs, byteTimeMs: byteMs } = forecast(config)
      assert.equal(requests, 1)
      assert.equal(byteMs, 11_000 / 9600)
      assert.ok(Math.abs(cycleMs - ((8 + 5 + 250 + 7) * 11_000) / 9600 - 20) < 1e-9, `${cycleMs}`)
    }
  })
})

describe('the forecast of a reader that runs', () => {
  const rounded = ({ requests, cycleMs }: { requests: number; cycleMs: number }) => [requests, Math.round(cycleMs)]

  it('becomes what is measured', async () => {
    const { line: measured, poller, cycles } = bench(registers(500))
    assert.deepEqual(rounded(poller.forecast()), [4, 40])
    measured.answerMs = 30
    await cycles(1)
    assert.deepEqual(rounded(poller.forecast()), [4, 120])
    measured.answerMs = 50
    await cycles(20)
    assert.deepEqual(rounded(poller.forecast()), [4, 200])
  })

  it('tells the bytes on the line from what else a request takes', async () => {
    const { device, line: measured, poller, cycles } = bench([...registers(125), ...registers(5, 1000)])
    measured.answerMs = 20
    measured.registerMs = 2
    await cycles(1)
    assert.deepEqual(rounded(poller.forecast()), [2, 2 * 20 + 130 * 2])
    device.holes.add(60)
    await cycles(2)
    assert.deepEqual(rounded(poller.forecast()), [3, 3 * 20 + 129 * 2])
  })

  it('is a forecast for each unit of its own', async () => {
    const other = registers(125).map(([name, address]): ShortTag => [`7 ${name}`, address, 'uint16', { unitId: '7' }])
    const { device, clock, poller, poll } = bench([...registers(125), ...other])
    device.exception = ({ unit }) => {
      clock.ms += unit === 7 ? 100 : 5
      return undefined
    }
    await poll()
    assert.deepEqual(rounded(poller.forecast()), [2, 105])
  })

  it('counts what the plan takes around refused registers', async () => {
    const { device, poller, poll } = bench(registers(125))
    device.holes.add(40).add(80)
    await poll()
    assert.equal(poller.forecast().requests, 3)
  })

  it('counts the timeouts of what is silent, those of a dead unit by how often it is tried', async () => {
    const other = registers(1000).map(([name, address]): ShortTag => [`7 ${name}`, address, 'uint16', { unitId: '7' }])
    const { device, line: measured, poller, cycles } = bench([...registers(250), ...other])
    measured.answerMs = 10
    await cycles(1)
    device.silent = ({ unit, address }) => unit === 1 && address === 125
    await cycles(1)
    assert.deepEqual(rounded(poller.forecast()), [10, 9 * 10 + 1000])
    device.silent = ({ unit }) => unit === 7
    await cycles(40)
    const { requests, cycleMs } = poller.forecast()
    assert.equal(requests, 2)
    assert.ok(cycleMs > 20 + 1000 / 32 && cycleMs < 20 + 1000 / 15, `${cycleMs}`)
  })
})
