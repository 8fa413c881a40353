// What one bad address costs the others: real readers, simulated PLCs, requests counted.

import assert from 'node:assert/strict'
import { asRecord } from '../../lib/contract/parse'
import type { Plc } from '../../nodes/melsec-in/series'
import { MelsecDevice } from '../../simulators/melsec/melsec-device'
import { flowOf, melsecNode, supervisorNode, type TagProperties } from '../support/flows'
import { isGood, NodeRed, type Recorded } from '../support/node-red'

const TAGS = 500
/** Long enough for a count of the requests before the next cycle begins. */
const INTERVAL_MS = 3000
const TIMEOUT_MS = 2000
/** For the culprit: two for each time that what was asked for is halved. */
const EXTRA_REQUESTS_MAX = 2 * Math.ceil(Math.log2(TAGS))

type Plant = Plc & {
  device: 'D' | 'ZR'
  /** Numbers from one tag to the next. */
  step: number
  /** Requests of a cycle without the bad one. */
  planned: number
  culprit: number
  reason: RegExp
}

const plants: Record<string, Plant> = {
  'read in batches': {
    series: 'q',
    frame: '3E',
    encoding: 'binary',
    device: 'D',
    step: 3,
    planned: 2,
    culprit: 251,
    reason: /^end code 4031 at D753: it has no such device number; look up how many points/,
  },
  'picked at random': {
    series: 'q',
    frame: '4E',
    encoding: 'ascii',
    device: 'ZR',
    step: 700,
    planned: 3,
    culprit: 333,
    reason: /^end code 4031 at ZR233100: it has no such device number; look up how many points/,
  },
  'read with 1E frames': {
    series: 'fx3',
    frame: '1E',
    encoding: 'binary',
    device: 'D',
    step: 1,
    planned: 8,
    culprit: 100,
    reason: /^end code 57 at D100: too many points, or beyond the range of the device; look up how many points/,
  },
}

describe(`of ${TAGS} tags of a PLC that are`, function () {
  this.timeout(60_000)
  const plcs = new Map<string, MelsecDevice>()
  /** Requests of the first two cycles. */
  const counted = new Map<string, Promise<number>>()
  let nodeRed: NodeRed

  before(async () => {
    const readers = []
    for (const [name, { series, frame, encoding, device, step, culprit }] of Object.entries(plants)) {
      const plc = await MelsecDevice.start({ series, endpoint: 'module', ports: [{ encoding, frames: [frame] }] })
      plcs.set(name, plc)
      const tags: TagProperties[] = []
      for (let index = 0; index < TAGS; index++) {
        plc.memory.set(device, index * step, index)
        tags.push({ name: String(index), address: `${device}${index * step}`, type: 'uint16' })
      }
      plc.memory.refuse([{ device, number: culprit * step, count: 1 }])
      const properties = { series, frame, encoding, interval: INTERVAL_MS, timeout: TIMEOUT_MS, tags }
      readers.push(melsecNode(name, plc.port, properties))
    }
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), ...readers) })
    for (const [name, plc] of plcs) {
      const count = messagesOf(name, 2).then(() => plc.door.requests)
      count.catch(() => {})
      counted.set(name, count)
    }
  })
  after(async () => {
    await nodeRed?.dispose()
    for (const plc of plcs.values()) await plc.close()
  })

  for (const [name, { planned, culprit, reason }] of Object.entries(plants)) {
    it(`${name}, a bad one costs only itself and a few requests, once`, async () => {
      const requests = (await counted.get(name)) ?? assert.fail(name)
      const [first, second] = await messagesOf(name, 2)
      for (const message of [first, second]) assertTrue(message ?? assert.fail(), culprit, reason)
      const extra = requests - 2 * planned
      assert.ok(extra <= EXTRA_REQUESTS_MAX, `${extra} requests more than two cycles of ${planned}`)
      const { status, link, restart_count, tags } = await nodeRed.row(name)
      assert.deepEqual(
        { status, link, restart_count, tags, connections: plcs.get(name)?.door.connections },
        {
          status: 'running',
          link: 'connected',
          restart_count: 0,
          tags: { total: TAGS, good: TAGS - 1, bad: 1 },
          connections: 1,
        },
      )
    })

    it(`${name}, a bad one gets its value when the PLC comes back with it`, async () => {
      const plc = plcs.get(name) ?? assert.fail(name)
      await plc.goOffline()
      await nodeRed.rowWhen(name, ({ link }) => link === 'disconnected')
      plc.memory.refuse([])
      await plc.comeBack()
      const message = await nodeRed.recordedWhen(name, isGood)
      assertTrue(message, undefined, reason)
    })
  }

  /** Every value is that of its own number, and only the culprit has none. */
  function assertTrue({ payload, quality }: Recorded, culprit: number | undefined, reason: RegExp): void {
    const values = Object.entries(asRecord(payload) ?? {})
    assert.equal(values.length, TAGS)
    for (const [name, value] of values) assert.equal(value, name === String(culprit) ? null : Number(name), name)
    assert.deepEqual(Object.keys(quality ?? {}), culprit === undefined ? [] : [String(culprit)])
    if (culprit !== undefined) assert.match(quality?.[culprit] ?? '', reason)
  }

  /** The first so many, as soon as they are there. */
  async function messagesOf(name: string, count: number): Promise<Recorded[]> {
    const nth = (message: Recorded): boolean => message === nodeRed.recorded(name)[count - 1]
    if (nodeRed.recorded(name).length < count) await nodeRed.recordedWhen(name, nth, { from: 0, timeoutMs: 30_000 })
    return nodeRed.recorded(name).slice(0, count)
  }
})
