// Devices that lose answers, or want to be left alone between requests; requests that are kept small.

import assert from 'node:assert/strict'
import type { Behaviour } from '../../../simulators/modbus/behaviours/behaviour'
import type { ModbusTransport } from '../../../simulators/modbus/framing'
import { ModbusDevice } from '../../../simulators/modbus/modbus-device'
import type { Diagnostics } from '../../../simulators/modbus/station'
import { registers, type ShortTag } from './config'
import { assertGood, closeField, deviceThat, fieldOf, goodShare, isGood, readingOf } from './field-bench'

/** Three requests a cycle. */
const TAGS: ShortTag[] = [
  ['holding', 'hr10'],
  ['input', 'ir11'],
  ['coil', 'coil:3', 'bool'],
]
const VALUES = { holding: 10, input: 11, coil: true }
const NAMES = Object.keys(VALUES)

describe('a reader and a device that ignores what comes soon behind an answer', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  for (const transport of ['tcp', 'udp', 'rtu-over-tcp', 'ascii-over-tcp'] as const) {
    it(`leaves it the time that requestDelay says, over ${transport}`, async () => {
      const { device, loop } = await fieldOf([{ kind: 'deaf-after-answer', ms: 30 }], TAGS, {
        transport,
        requestDelay: 40,
      })
      await loop.when(isGood(...NAMES))
      assertGood(await loop.next(10), VALUES)
      assert.equal(device.connections, 1)
    })
  }
})

describe('a reader and a device that is late at times, and says the same each time', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  const rows: [transport: ModbusTransport, diagnostics: Diagnostics, others: Behaviour[]][] = [
    ['tcp', 'echo', [{ kind: 'transaction-0' }]],
    ['udp', 'echo', [{ kind: 'transaction-0' }]],
    ['tcp', 'echo', [{ kind: 'transaction-0' }, { kind: 'duplicates', afterMs: 2 }]],
    ['rtu-over-tcp', 'silent', []],
    ['rtu-over-tcp', 'silent', [{ kind: 'duplicates', afterMs: 20 }]],
    ['ascii-over-tcp', 'silent', [{ kind: 'duplicates', afterMs: 2 }]],
  ]
  for (const [transport, diagnostics, others] of rows) {
    const what = [...others.map(({ kind }) => kind), `over ${transport}`].join(' ')
    it(`reads on: ${what}`, async () => {
      const device = await deviceThat([...others, { kind: 'late-at-times', everyMs: 1100, ms: 230 }], transport)
      device.diagnose(diagnostics)
      const loop = readingOf(device, [...registers(20), ...TAGS], { transport, interval: 250 })
      await loop.when(isGood(...NAMES))
      const cycles = await loop.next(30, 20_000)
      for (const name of [...NAMES, 'r0']) {
        assert.ok(goodShare(cycles, name) >= 0.5, `${name} is good in ${100 * goodShare(cycles, name)} % of the cycles`)
      }
      if (transport !== 'udp') assert.equal(device.connections, 1)
    })
  }
})

describe('a reader that asks for each tag by itself', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  it('sends a request for each, those of two registers included', async () => {
    const tags: ShortTag[] = [
      ['a', 'hr10'],
      ['b', 'hr11', 'uint32'],
      ['c', 'hr13', 'uint32'],
      ['d', 'hr15'],
      ['e', 'coil:3', 'bool'],
      ['f', 'coil:4', 'bool'],
    ]
    const device = await deviceThat([{ kind: 'registers-max', count: 2, how: 3 }])
    const loop = readingOf(device, tags, { grouping: 'tag' })
    const { values } = await loop.when(isGood('a'))
    assert.deepEqual(values, { a: 10, b: 11 * 65_537 + 1, c: 13 * 65_537 + 1, d: 15, e: true, f: false })
    const [cycles, requests] = [loop.cycles.length, device.requests]
    await loop.next(5)
    assert.equal(device.requests - requests, 6 * (loop.cycles.length - cycles))
  })
})

describe('a reader and a device that loses answers', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  /** One of twenty. */
  const loseOneOfTwenty = () => {
    let answers = 0
    return () => (++answers % 20 === 0 ? 0 : 0.99)
  }

  for (const transport of ['tcp', 'udp', 'rtu-over-tcp', 'ascii-over-tcp'] as const) {
    for (const retries of [1, 0]) {
      const title = retries === 1 ? 'has no hole where it may ask again' : 'has holes where it may not'
      it(`${title}, over ${transport}`, async () => {
        const device = await ModbusDevice.start({
          transport,
          behaviours: [{ kind: 'loses-answers', percent: 5 }],
          chance: loseOneOfTwenty(),
        })
        try {
          const loop = readingOf(device, TAGS, { transport, retries, timeout: 80, interval: 250 })
          await loop.next(2)
          const cycles = await loop.next(20)
          await loop.stop()
          const share = Math.min(...NAMES.map((name) => goodShare(cycles, name)))
          assert.ok(retries === 1 ? share === 1 : share < 1, `good in ${100 * share} % of the cycles`)
          assert.equal(device.connections, 1)
        } finally {
          await device.close()
        }
      })
    }
  }
})
