// Devices that answer some requests only, or in another size: what they have is read, what they have not costs nothing else.

import assert from 'node:assert/strict'
import type { Behaviour, Place } from '../../../simulators/modbus/behaviours/behaviour'
import type { ModbusTransport } from '../../../simulators/modbus/framing'
import { registers, type ShortTag } from './config'
import { assertGood, closeField, deviceThat, fieldOf, isBad, isGood, readingOf } from './field-bench'

const holding = (address: number, count = 1): Place => ({ unit: 1, area: 'holding', address, count })
const others = (count: number, bad: number): Record<string, number> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at): [string, number] => [`r${at}`, at]).filter(([, at]) => at !== bad),
  )

describe('a reader and addresses that hold more than 16 bits', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  const NARROW: ShortTag[] = [
    ['a', 'hr10'],
    ['b', 'hr11'],
    ['c', 'hr14'],
    ['d', 'hr20'],
  ]
  const VALUES = { a: 10, b: 11, c: 14, d: 20 }
  const rows: [width: 2 | 4, type: string][] = [
    [2, 'uint32'],
    [4, 'uint64'],
  ]
  for (const transport of ['tcp', 'rtu-over-tcp', 'ascii-over-tcp', 'udp'] as const) {
    for (const [width, type] of rows) {
      it(`reads ${16 * width} bits an address where the tag says so, over ${transport}`, async () => {
        const wide: ShortTag[] = [
          ['w', 'hr12', type, { width }],
          ['x', 'hr13', type, { width }],
        ]
        const behaviours = [{ kind: 'wide-addresses', place: holding(12, 2), width } as const]
        const { device, loop } = await fieldOf(behaviours, [...NARROW, ...wide], { transport })
        await loop.when(isGood('a', 'b', 'c', 'd', 'w', 'x'))
        const cycles = await loop.next(8)
        assertGood(cycles, VALUES)
        for (const { values } of cycles) assert.deepEqual([Number(values.w), Number(values.x)], [12, 13])
        assert.equal(device.connections, 1)
      })
    }

    it(`says so of those whose tag says nothing, and reads the others, over ${transport}`, async () => {
      const behaviours = [{ kind: 'wide-addresses', place: holding(12, 2), width: 2 } as const]
      const { device, loop } = await fieldOf(behaviours, [...NARROW, ['w', 'hr12']], { transport })
      await loop.when(isGood('a', 'b', 'c', 'd'))
      const cycles = await loop.next(8)
      assertGood(cycles, VALUES)
      for (const { quality } of cycles) assert.match(quality.w ?? '', /width/)
      assert.equal(device.connections, 1)
    })
  }
})

describe('a reader and a register that is never answered', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  for (const transport of ['tcp', 'rtu-over-tcp', 'ascii-over-tcp', 'udp'] as const) {
    it(`loses that register alone, and no time for long, over ${transport}`, async () => {
      const behaviours = [{ kind: 'never-answers', place: holding(7) } as const]
      const { loop } = await fieldOf(behaviours, registers(20), { transport })
      const good = others(20, 7)
      await loop.when(isGood(...Object.keys(good)), 15_000)
      const cycles = await loop.next(12)
      assertGood(cycles, good)
      for (const { values } of cycles) assert.equal(values.r7, null)
      const slow = cycles.filter(({ startMs, endMs }) => endMs - startMs > 100)
      assert.ok(slow.length <= 2, `${slow.length} of 12 cycles waited for what is never answered`)
    })

    it(`asks rarely for one that stands alone, over ${transport}`, async () => {
      const behaviours = [{ kind: 'never-answers', place: holding(150) } as const]
      const { loop } = await fieldOf(behaviours, [...registers(5), ['alone', 'hr150']], { transport })
      await loop.next(12)
      const cycles = await loop.next(12)
      assertGood(cycles, others(5, -1))
      const slow = cycles.filter(({ startMs, endMs }) => endMs - startMs > 100)
      assert.ok(slow.length <= 2, `${slow.length} of 12 cycles waited for what is never answered`)
    })
  }
})

describe('a reader and long answers that are cut short', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  for (const [transport, bytes, identity] of [
    ['tcp', 30, []],
    ['tcp', 30, [{ kind: 'transaction-0' }]],
    ['rtu-over-tcp', 30, []],
    ['ascii-over-tcp', 60, []],
  ] as [ModbusTransport, number, Behaviour[]][]) {
    const what = identity.map(({ kind }) => `${kind} `).join('')
    it(`reads all in shorter ones, and never misses the short ones: ${what}over ${transport}`, async () => {
      const tags: ShortTag[] = [...registers(20), ['input', 'ir11'], ['coil', 'coil:3', 'bool']]
      const { device, loop } = await fieldOf([...identity, { kind: 'cuts', bytes }], tags, { transport })
      await loop.when(isGood('input', 'coil'))
      const from = loop.cycles.length
      await loop.when(isGood(...Object.keys(others(20, -1))))
      assertGood(loop.cycles.slice(from), { input: 11, coil: true })
      assertGood(await loop.next(6), others(20, -1))
      assert.equal(device.connections, 1)
    })
  }
})

describe('a reader and a refusal that passes', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  it('has a tag back within two cycles that was refused once', async () => {
    const device = await deviceThat([{ kind: 'refuses-at-times', code: 2, everyMs: 1500 }])
    const names = ['holding', 'input', 'far']
    const loop = readingOf(device, [
      ['holding', 'hr10'],
      ['input', 'ir10'],
      ['far', 'hr100'],
    ])
    await loop.when(isGood(...names))
    const cycles = await loop.next(20)
    for (const name of names) {
      const seen = cycles.map(({ values }) => (values[name] === null ? 'x' : '.')).join('')
      assert.doesNotMatch(seen, /xxx/, name)
    }
  })

  it('has a part of the device back soon that was refused for a time, and never misses the rest', async () => {
    const behaviours = [
      { kind: 'refuses-for-a-time', place: holding(10, 3), code: 2, fromMs: 1000, forMs: 1500 } as const,
    ]
    const { loop } = await fieldOf(behaviours, registers(20))
    await loop.when(isGood('r10'))
    await loop.when(isBad('r10', /exception 2/))
    const from = loop.cycles.length
    await loop.when(isGood('r10', 'r11', 'r12'), 4500)
    const rest = Object.fromEntries(Object.entries(others(20, -1)).filter(([, at]) => at < 10 || at > 12))
    assertGood(loop.cycles.slice(from), rest)
  })
})

describe('a reader and a block with one register that is refused', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  for (const code of [5, 6, 10, 11]) {
    for (const transport of ['tcp', 'rtu-over-tcp'] as const) {
      it(`divides it where other blocks of the unit are answered, at exception ${code} over ${transport}`, async () => {
        const tags: ShortTag[] = [...registers(12), ['input', 'ir11']]
        const behaviours = [{ kind: 'refuses', place: holding(5), code } as const]
        const { device, loop } = await fieldOf(behaviours, tags, { transport })
        const good = { ...others(12, 5), input: 11 }
        await loop.when(isGood(...Object.keys(good)))
        assertGood(await loop.next(12), good)
        assert.equal(device.connections, 1)
      })
    }
  }

  for (const code of [0, 1, 7, 8, 9, 12, 128]) {
    it(`divides it at exception ${code}, and tells the number`, async () => {
      const { device, loop } = await fieldOf([{ kind: 'refuses', place: holding(5), code }], registers(12))
      const good = others(12, 5)
      await loop.when(isGood(...Object.keys(good)))
      const cycles = await loop.next(6)
      assertGood(cycles, good)
      for (const { quality } of cycles) assert.match(quality.r5 ?? '', new RegExp(`exception ${code}\\b`))
      assert.equal(device.connections, 1)
    })
  }
})
