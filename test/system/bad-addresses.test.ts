// What one bad address, one refused area or one dead unit costs the others: real readers, real devices, requests counted.

import assert from 'node:assert/strict'
import { allOf, type Refusal } from '../../simulators/modbus/memory'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode, type TagProperties } from '../support/flows'
import { NodeRed, type Recorded } from '../support/node-red'

const TAGS = 1000
/** Scattered, so that gaps are read over: blocks of 42 tags. */
const STEP = 3
/** Long enough for a count of the requests before the next cycle begins. */
const INTERVAL_MS = 3000
const TIMEOUT_MS = 400
/** For one culprit. */
const EXTRA_REQUESTS_MAX = 12
const DEAD_UNIT = 9
/** MODBUS Messaging on TCP/IP V1.0b, 3.1.3. */
const UNIT_AT = 6

const scattered = Array.from({ length: TAGS }, (_, index) => holding(index * STEP))
const ONE_BAD = [501 * STEP]
const TEN_BAD = Array.from({ length: 10 }, (_, index) => (index * 97 + 13) * STEP)

function holding(address: number): TagProperties {
  return { name: `hr${address}`, address: `hr${address}` }
}

function input(address: number): TagProperties {
  return { name: `ir${address}`, address: `ir${address}` }
}

function missing(addresses: readonly number[]): Refusal[] {
  return addresses.map((address) => ({ area: 'holding', address, count: 1, code: 2 }))
}

type Plant = { tags: TagProperties[]; properties?: Record<string, unknown>; prepare?(device: ModbusDevice): void }

const plants: Record<string, Plant> = {
  sound: { tags: scattered },
  'one bad': { tags: scattered, prepare: ({ memory }) => memory.refuse(missing(ONE_BAD)) },
  'ten bad': { tags: scattered, prepare: ({ memory }) => memory.refuse(missing(TEN_BAD)) },
  'no inputs': {
    tags: [...scattered, ...Array.from({ length: TAGS }, (_, index) => input(index * STEP))],
    prepare: ({ memory }) => memory.refuse(allOf(['input'], 2)),
  },
  'dead unit': {
    tags: [
      { ...holding(1), name: 'dead', unitId: String(DEAD_UNIT) },
      ...Array.from({ length: 10 }, (_, index) => holding(index)),
    ],
    properties: { interval: 500 },
    prepare: ({ faults }) => faults.set([{ kind: 'silent', unit: DEAD_UNIT }]),
  },
  busy: {
    tags: scattered.slice(0, 100),
    properties: { interval: 1000 },
    prepare: ({ memory }) => memory.busy({ requests: 2, code: 6, quietMs: 300 }),
  },
  'no path': {
    tags: [{ ...holding(1), name: 'unreached', unitId: String(DEAD_UNIT) }, holding(2)],
    properties: { interval: 300 },
    prepare: (device) => device.unit(DEAD_UNIT).refuse(allOf(['holding'], 11)),
  },
}

describe('the tags beside', function () {
  this.timeout(90_000)
  const devices = new Map<string, ModbusDevice>()
  /** Requests of the first two cycles. */
  const counted = new Map<string, Promise<number>>()
  let requestsToDeadUnit = 0
  let nodeRed: NodeRed

  before(async () => {
    for (const [name, { prepare }] of Object.entries(plants)) {
      const onRequest = (frame: Buffer): void => {
        if (name === 'dead unit' && frame[UNIT_AT] === DEAD_UNIT) requestsToDeadUnit++
      }
      const device = await ModbusDevice.start({ engine: 'jsmodbus', onRequest })
      // Every register holds its address, so that no value can come from another one.
      for (const area of ['holding', 'input'] as const)
        device.memory.set(area, 0, ...Array.from({ length: TAGS * STEP }, (_, at) => at))
      prepare?.(device)
      devices.set(name, device)
    }
    const readers = Object.entries(plants).map(([name, { tags, properties }]) =>
      readerNode(name, portOf(name), { interval: INTERVAL_MS, timeout: TIMEOUT_MS, tags, ...properties }),
    )
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), ...readers) })
    for (const name of ['one bad', 'ten bad']) {
      const count = messagesOf(name, 2).then(() => requestsOf(name))
      count.catch(() => {})
      counted.set(name, count)
    }
  })
  after(async () => {
    await nodeRed?.dispose()
    for (const device of devices.values()) await device.close()
  })

  for (const [name, culprits] of [
    ['one bad', ONE_BAD],
    ['ten bad', TEN_BAD],
  ] as const) {
    it(`${culprits.length} bad of ${TAGS} are good in the next cycle, and the culprits are named with few requests`, async () => {
      const requests = (await counted.get(name)) ?? assert.fail(name)
      const messages = await messagesOf(name, 2)
      const { requests_per_cycle: planned } = await nodeRed.rowWhen('sound', (row) => row.requests_per_cycle > 0)
      const [, second] = messages
      assert.ok(second)
      assertTrue(second, culprits.length)
      for (const address of culprits) {
        const reason = new RegExp(
          `^exception 2 at holding ${40_001 + address} \\(wire ${address}\\): the device has no such register`,
        )
        assert.match(second.quality?.[`hr${address}`] ?? 'good', reason)
      }
      const extra = requests - 2 * planned
      assert.ok(extra <= EXTRA_REQUESTS_MAX * culprits.length, `${extra} requests more than two cycles of ${planned}`)
      const row = await nodeRed.row(name)
      assert.deepEqual([row.status, row.restart_count, devices.get(name)?.connections], ['running', 0, 1])
    })

    it(`${culprits.length} bad get their values when the device comes back with them`, async () => {
      const device = devices.get(name) ?? assert.fail(name)
      await device.goOffline()
      await nodeRed.rowWhen(name, ({ link }) => link === 'disconnected')
      device.memory.refuse([])
      await device.comeBack()
      await nodeRed.recordedWhen(name, ({ quality }) => Object.keys(quality ?? {}).length === 0)
      assertTrue(last(name), 0)
    })
  }

  it('a refused area are read in every cycle, and few requests are spent on it', async () => {
    await messagesOf('no inputs', 3)
    const before = requestsOf('no inputs')
    const messages = await messagesOf('no inputs', 5)
    const { requests_per_cycle: planned } = await nodeRed.row('sound')
    for (const message of messages) assertTrue(message, TAGS)
    assert.match(
      last('no inputs').quality?.ir0 ?? 'good',
      /^exception 2 at input 30001.* the device has no such input register/,
    )
    const extra = requestsOf('no inputs') - before - 2 * planned
    assert.ok(extra <= 2 * planned, `${extra} requests more than two cycles of ${planned}`)
  })

  it('a dead unit are read in every cycle, and wait for it now and then only', async () => {
    await messagesOf('dead unit', 12)
    const { link, last_error } = await nodeRed.row('dead unit')
    assert.equal(link, 'degraded')
    assert.match(last_error ?? '', /no answer from unit 9/)
    // after two in a row once a second, then every two seconds, then every four
    assert.ok(requestsToDeadUnit < 8, `${requestsToDeadUnit} requests in 12 cycles of half a second`)
    for (const message of nodeRed.recorded('dead unit').slice(1)) assertTrue(message, 1)
    assert.match(last('dead unit').quality?.dead ?? 'good', /unit 9|no answer/)
    devices.get('dead unit')?.faults.set([])
    await nodeRed.recordedWhen('dead unit', ({ quality }) => Object.keys(quality ?? {}).length === 0, {
      timeoutMs: 40_000,
    })
    await nodeRed.rowWhen('dead unit', (row) => row.link === 'connected')
  })

  it('a unit that its gateway cannot reach are good, and the reason names unit and wiring', async () => {
    await messagesOf('no path', 3)
    assertTrue(last('no path'), 1)
    assert.match(last('no path').quality?.unreached ?? 'good', /exception 11 .*wiring|unit 9/)
    assert.equal(devices.get('no path')?.connections, 1)
  })

  it('what a busy device puts off are good in the same cycle, and so is that, never 0', async () => {
    for (const message of await messagesOf('busy', 3)) assertTrue(message, 0)
  })

  /** Every value is that of its own register, and so many are bad, each with its reason. */
  function assertTrue({ payload, quality }: Recorded, bad: number): void {
    const values = Object.entries(payload as Record<string, number | null>)
    const reasons = quality ?? {}
    for (const [name, value] of values) {
      if (value === null) assert.ok((reasons[name] ?? '').length > 5, `${name} is bad without a reason`)
      else assert.equal(value, Number(/\d+$/.exec(name)?.[0]), name)
    }
    assert.equal(Object.keys(reasons).length, bad, JSON.stringify(reasons).slice(0, 500))
  }

  function last(name: string): Recorded {
    return nodeRed.recorded(name).at(-1) ?? assert.fail('nothing was read')
  }

  function portOf(name: string): number {
    return devices.get(name)?.port ?? assert.fail(name)
  }

  function requestsOf(name: string): number {
    return devices.get(name)?.requests ?? assert.fail(name)
  }

  /** The first so many, as soon as they are there. */
  async function messagesOf(name: string, count: number): Promise<Recorded[]> {
    const nth = (message: Recorded): boolean => message === nodeRed.recorded(name)[count - 1]
    if (nodeRed.recorded(name).length < count) await nodeRed.recordedWhen(name, nth, { from: 0, timeoutMs: 30_000 })
    return nodeRed.recorded(name).slice(0, count)
  }
})
