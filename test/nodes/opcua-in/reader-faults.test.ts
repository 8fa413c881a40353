import assert from 'node:assert/strict'
import type { Reader } from '../../../lib/collector/reader'
import type { Value } from '../../../lib/contract/batch'
import { Fault } from '../../../lib/contract/fault'
import { until } from '../../support/until'
import { closeAll, deviceOf, never, newFolder, readerOf, readUntil } from './reader-bench'

/** Two keep-alives of 5 s, and the first time after which a missing node is looked for again; twice that for busy machines. */
const WATCHDOG_MS = 20_000
const RETRY_MS = 20_000

/** Reads until the reader gives up. */
async function faultOf(reader: Reader): Promise<Fault> {
  try {
    await readUntil(reader, () => false)
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown
    throw thrown
  }
  throw new Error('never')
}

describe('An OPC UA reader and a server that misbehaves', function () {
  this.timeout(60_000)
  afterEach(closeAll)

  for (const mode of ['subscribe', 'poll']) {
    it(`sees that its session was ended, and makes one other when it is opened again (${mode})`, async () => {
      const device = await deviceOf()
      const { reader } = readerOf(device.endpoint, [['a', device.nodeId('Types.Double')]], { mode, timeout: 1000 })
      await reader.open(never)
      await reader.read(never)
      assert.equal(device.killSessions(), 1)
      assert.equal((await faultOf(reader)).kind, 'link')
      assert.deepEqual([device.census().sessions, device.census().sessionsMade], [0, 1])
      await reader.open(never)
      assert.deepEqual((await reader.read(never)).values, [Math.PI])
      assert.deepEqual([device.census().sessions, device.census().sessionsMade], [1, 2])
    })

    it(`gives up on a server that does not answer any more (${mode})`, async () => {
      const device = await deviceOf()
      const { reader } = readerOf(device.endpoint, [['a', device.nodeId('Types.Double')]], { mode, timeout: 1500 })
      await reader.open(never)
      await reader.read(never)
      device.behave({ mood: 'silent' })
      assert.equal((await faultOf(reader)).kind, 'link')
      await reader.close()
      await assert.rejects(reader.open(never), { kind: 'link', code: 'no-answer' })
      device.behave({ mood: 'pass' })
      await reader.open(never)
      assert.deepEqual((await reader.read(never)).values, [Math.PI])
    })

    it(`tells a value that is not good by its reason, whatever number is in it (${mode})`, async () => {
      const device = await deviceOf()
      device.set('Types.Double', { status: 'BadSensorFailure', keepValue: true })
      device.set('Types.Float', { status: 'UncertainLastUsableValue', keepValue: true })
      const tags: [string, string][] = ['Types.Double', 'Types.Float', 'Types.Int16'].map((name) => [
        name,
        device.nodeId(name),
      ])
      const { reader } = readerOf(device.endpoint, tags, { mode })
      await reader.open(never)
      const { values, bad, sourceTimes } = await reader.read(never)
      assert.deepEqual(values, [null, null, -32768])
      assert.match(bad.get(0) ?? '', /sensor.*BadSensorFailure/)
      assert.match(bad.get(1) ?? '', /last value.*UncertainLastUsableValue/)
      assert.deepEqual([...(sourceTimes?.keys() ?? [])], [2])
      const lenient = readerOf(device.endpoint, tags, { mode, uncertain: 'accept' })
      await lenient.reader.open(never)
      assert.deepEqual((await lenient.reader.read(never)).values, [null, 0.5, -32768])
    })
  }

  it('subscribes anew when the server falls silent, and is well again by itself', async () => {
    const device = await deviceOf()
    const { reader } = readerOf(device.endpoint, [['a', device.nodeId('Waves.Counter')]])
    await reader.open(never)
    await reader.read(never)
    for (const trouble of ['silence', 'starve'] as const) {
      if (trouble === 'silence') device.silenceSubscriptions()
      else device.starveSubscriptions()
      await readUntil(reader, ({ degraded }) => degraded !== undefined, WATCHDOG_MS)
      const { values } = await readUntil(reader, ({ degraded }) => degraded === undefined)
      assert.equal(typeof values[0], 'number')
      const { sessions, subscriptions } = device.census()
      assert.deepEqual({ sessions, subscriptions }, { sessions: 1, subscriptions: 1 }, trouble)
    }
  })

  it('hears of a value that changes, with the time of its source', async () => {
    const device = await deviceOf()
    const { reader } = readerOf(device.endpoint, [['a', device.nodeId('Types.Int32')]])
    await reader.open(never)
    await reader.read(never)
    device.set('Types.Int32', { value: 42, sourceTime: '2024-01-02T03:04:05.000Z' })
    const { sourceTimes } = await readUntil(reader, ({ values }) => values[0] === 42)
    assert.equal(sourceTimes?.get(0), Date.UTC(2024, 0, 2, 3, 4, 5))
  })

  it('has also the values that came between two readings, for the database', async () => {
    const device = await deviceOf()
    const several = { interval: 1000, publishingInterval: 500, samplingInterval: 50, queueSize: 10 }
    const { reader } = readerOf(device.endpoint, [['a', device.nodeId('Waves.Counter')]], several)
    await reader.open(never)
    const seen: [value: Value | null | undefined, time: number | undefined][] = []
    await readUntil(reader, ({ earlier = [], values, sourceTimes }) => {
      for (const { value, time } of earlier) seen.push([value, time])
      seen.push([values[0], sourceTimes?.get(0)])
      return earlier.length > 1
    })
    const counts = new Map(seen)
    assert.ok(counts.size > 2)
    // Each with a time of its own, and in their order.
    const times = [...counts].sort(([a], [b]) => Number(a) - Number(b)).map(([, time]) => time ?? 0)
    assert.deepEqual(
      times,
      [...new Set(times)].sort((a, b) => a - b),
    )
  })

  it('finds a node that appears late', async () => {
    const device = await deviceOf()
    const { reader } = readerOf(device.endpoint, [
      ['a', device.nodeId('Types.Double')],
      ['late', device.nodeId('Late.Comer')],
    ])
    await reader.open(never)
    assert.deepEqual((await reader.read(never)).values, [Math.PI, null])
    device.appear({ name: 'Late.Comer', type: 'Int16', setting: { value: 7 } })
    await readUntil(reader, ({ values }) => values[1] === 7, RETRY_MS)
  })

  it('does not talk to a server that shows another certificate than before', async () => {
    const device = await deviceOf()
    const folder = newFolder()
    const secure = { securityMode: 'sign', trust: 'first-use', timeout: 2000 }
    const first = readerOf(device.endpoint, [['a', 'i=2258']], secure, folder)
    await first.reader.open(never)
    await first.reader.close()
    await device.restart({ keyName: 'another' })
    const careful = readerOf(device.endpoint, [['a', 'i=2258']], { ...secure, trust: 'reject' }, folder)
    await assert.rejects(careful.reader.open(never), {
      code: 'certificate-changed',
      message: /Simulated device another/,
    })
    await device.restart({ flaw: 'expired' })
    // Even who takes the first one that comes does not take one with a flaw.
    const lenient = readerOf(device.endpoint, [['a', 'i=2258']], secure, newFolder())
    await assert.rejects(lenient.reader.open(never), {
      code: 'certificate-unknown',
      message: /Mind: it expired on/,
    })
  })

  it('says that the server does not trust it yet', async () => {
    const device = await deviceOf({ acceptUnknownClients: false })
    const { reader } = readerOf(device.endpoint, [['a', 'i=2258']], {
      securityMode: 'sign',
      trust: 'first-use',
      timeout: 2000,
    })
    await assert.rejects(reader.open(never), {
      kind: 'link',
      code: 'own-certificate-refused',
      message: /trust it there/,
    })
    await device.trustRejected()
    await reader.open(never)
  })

  it('stops connecting when told to, and leaves nothing behind', async () => {
    const device = await deviceOf()
    device.treat('CreateSession', { delayMs: 300 })
    const { reader } = readerOf(device.endpoint, [['a', 'i=2258']])
    const stopped = new AbortController()
    const opening = reader.open(stopped.signal)
    await until(() => (device.census().requests.CreateSession ?? 0) > 0)
    stopped.abort()
    await assert.rejects(opening, { kind: 'link' })
    await until(() => device.census().clients === 0)
  })
})
