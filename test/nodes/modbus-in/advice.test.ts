import assert from 'node:assert/strict'
import { adviceFor } from '../../../nodes/modbus-in/advice'
import { forecast } from '../../../nodes/modbus-in/forecast'
import { configOf, registers, type ShortTag } from './config'

/** Registers with `gap` others between them. */
function scattered(count: number, gap: number): ShortTag[] {
  return Array.from({ length: count }, (_none, index) => [`r${index}`, `hr${index * (gap + 1)}`])
}

function settingsFor(tags: ShortTag[], others: object): string[] {
  return adviceFor(configOf(tags, others)).map(({ property }) => property)
}

const serial = { transport: 'rtu', serialPort: '/dev/ttyUSB0', baudRate: 9600, interval: 10 }

describe('What would shorten a cycle', () => {
  it('is longer requests, where they are kept short', () => {
    assert.deepEqual(settingsFor(registers(500), { maxRegisters: 16, interval: 10 }), ['maxRegisters'])
  })
  it('is reading over the gaps, where there are some', () => {
    assert.deepEqual(settingsFor(scattered(50, 15), { maxGap: 10, interval: 10 }), ['maxGap'])
  })
  it('is a faster line, where it is a slow one', () => {
    assert.deepEqual(settingsFor(registers(500), { ...serial, baudRate: 1200 }), ['baudRate'])
    assert.deepEqual(settingsFor(registers(500), { ...serial, baudRate: 115_200 }), [])
  })
  it('is nothing, where requests are full and the line is not ours', () => {
    assert.deepEqual(settingsFor(registers(500), { interval: 10 }), [])
  })
  it('is the smallest step that makes it fit', () => {
    const config = configOf(registers(100), { ...serial, interval: 150 })
    const [advice] = adviceFor(config)
    assert.ok(advice?.property === 'baudRate' && advice.cycleMs <= 150)
    const step = [19_200, 38_400, 57_600, 115_200]
    const slower = step[step.indexOf(advice.value) - 1] ?? 9600
    assert.ok(forecast({ ...config, baudRate: slower }).cycleMs > 150)
  })
  it('is told with what it comes to', () => {
    const config = configOf(scattered(50, 15), { maxGap: 10, interval: 10 })
    for (const { property, value, requests, cycleMs } of adviceFor(config)) {
      const then = forecast({ ...config, [property]: value })
      assert.deepEqual([then.requests, then.cycleMs], [requests, cycleMs])
      assert.ok(cycleMs < forecast(config).cycleMs)
    }
  })
})
