// Devices that are particular about connections: who close them, hear nothing at first, forget them, or have one only.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Behaviour } from '../../../simulators/modbus/behaviours/behaviour'
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
const STREAMS = ['tcp', 'rtu-over-tcp', 'ascii-over-tcp'] as const

describe('a reader and a device that closes the connection after every answer', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  for (const transport of STREAMS) {
    it(`connects for every request over ${transport}`, async () => {
      const { loop } = await fieldOf([{ kind: 'closes-after-answer' }], TAGS, { transport })
      await loop.when(isGood(...NAMES))
      await loop.next(2)
      assertGood(await loop.next(10), VALUES)
    })

    it(`does so for the only request of a cycle, too, over ${transport}`, async () => {
      const { loop } = await fieldOf([{ kind: 'closes-after-answer' }], [['holding', 'hr10']], { transport })
      await loop.when(isGood('holding'))
      assertGood(await loop.next(10), { holding: 10 })
    })
  }
})

describe('a reader, a port that keeps the place of a client that has gone, and a request that the device does not bear', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  const place = { unit: 1, area: 'holding', address: 7, count: 1 } as const
  const good = Object.fromEntries(
    Array.from({ length: 20 }, (_, at): [string, number] => [`r${at}`, at]).filter(([, at]) => at !== place.address),
  )
  for (const transport of STREAMS) {
    for (const kind of ['never-answers', 'resets-at'] as const) {
      it(`lets go of no connection, and has all others while it finds that one: ${kind} over ${transport}`, async () => {
        const behaviours: Behaviour[] = [
          { kind: 'keeps-place', holdMs: 700, turnAway: 'close' },
          { kind, place },
        ]
        const tags: ShortTag[] = [...registers(20), ['input', 'ir11'], ['coil', 'coil:3', 'bool']]
        const { device, loop } = await fieldOf(behaviours, tags, { transport })
        await loop.when(isGood('input', 'coil'))
        const from = loop.cycles.length
        await loop.when(isGood(...Object.keys(good)), 15_000)
        assertGood(loop.cycles.slice(from), { input: 11, coil: true })
        assertGood(await loop.next(6), { ...good, r7: null })
        if (kind === 'never-answers') assert.equal(device.connections, 1)
        assert.ok(device.connections <= 50, `${device.connections} connections`)
      })
    }
  }
})

describe('a reader and a device that hears nothing at first', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  for (const transport of STREAMS) {
    for (const ms of [60, 150, 300]) {
      it(`finds out by itself that it is deaf for ${ms} ms after connecting, over ${transport}`, async () => {
        const { device, loop } = await fieldOf([{ kind: 'swallows-at-first', ms }], [['holding', 'hr10']], {
          transport,
        })
        await loop.when(isGood('holding'))
        assertGood(await loop.next(10), { holding: 10 })
        assert.ok(device.connections <= 3, `${device.connections} connections`)
      })
    }
  }

  const rows: Behaviour[] = [
    { kind: 'swallows-at-first', ms: 1000 },
    { kind: 'dead-if-early', ms: 60 },
  ]
  for (const behaviour of rows) {
    it(`waits for it as connectDelay says: ${behaviour.kind}`, async () => {
      const connectDelay = behaviour.kind === 'dead-if-early' ? 100 : 1050
      const { device, loop } = await fieldOf([behaviour], TAGS, { connectDelay })
      await loop.when(isGood(...NAMES))
      assertGood(await loop.next(10), VALUES)
      assert.equal(device.connections, 1)
    })
  }

  it('names connectDelay, or finds it out, where the connection is dead once it was asked too early', async () => {
    const { loop } = await fieldOf([{ kind: 'dead-if-early', ms: 60 }], TAGS)
    const isNamed = () => loop.links.some((text) => text.includes('connectDelay'))
    await loop.when((cycle) => isGood(...NAMES)(cycle) || isNamed())
  })

  for (const transport of STREAMS) {
    it(`reads again after the device was silent, and was deaf at first, over ${transport}`, async () => {
      const reboot: Behaviour = { kind: 'reboots', atMs: 1000, silentMs: 1200, swallowMs: 60 }
      const { loop } = await fieldOf([reboot], TAGS, { transport })
      await loop.when(isGood(...NAMES))
      await loop.when(({ values }) => values.holding === null)
      await loop.when(isGood(...NAMES), 12_000)
      assertGood(await loop.next(6), VALUES)
    })
  }
})

describe('a reader and a device with one connection', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  /** Connects, asks for holding 0, and lets go after a while. */
  async function visit(port: number): Promise<boolean> {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('error', () => {})
    socket.write(Buffer.from('000100000006010300000001', 'hex'))
    const outcome = await Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)])
    await delay(outcome ? 40 : 0)
    socket.destroy()
    return outcome
  }

  for (const closeAfterCycle of [true, false]) {
    const title = closeAfterCycle
      ? 'leaves it to another program between the cycles, if told to'
      : 'keeps it otherwise, and the other program is turned away'
    it(title, async () => {
      const device = await deviceThat([{ kind: 'one-client', turnAway: 'close' }])
      const loop = readingOf(device, TAGS, { closeAfterCycle })
      await loop.when(isGood(...NAMES))
      const from = loop.cycles.length
      const visits: boolean[] = []
      for (let round = 0; round < 5; round++) {
        await loop.next(1)
        await delay(20)
        visits.push(await visit(device.port))
      }
      assert.deepEqual(visits, new Array(5).fill(closeAfterCycle))
      assertGood(loop.cycles.slice(from), VALUES)
    })
  }

  it('comes back at every cycle where another program takes the place in between', async () => {
    const rival: Behaviour = { kind: 'rival', holdMs: 60, turnAway: 'reset' }
    const { device, loop } = await fieldOf([rival], TAGS, { closeAfterCycle: true })
    await loop.when(isGood(...NAMES))
    assert.ok(goodShare(await loop.next(12), 'holding') >= 0.9)
    assert.ok(device.connections >= 12, 'the other program had no turn')
  })
})
