import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { Fault } from '../../../lib/contract/fault'
import { parseNodeAddress } from '../../../nodes/opcua-in/node-ids'
import type { Answer, Wanted } from '../../../nodes/opcua-in/source'
import { Subscription } from '../../../nodes/opcua-in/subscription'
import { SteppedClock } from '../../lib/child/stepped-clock'
import { BAD, ImaginedServer, sampleOf } from './imagined-server'

const never = new AbortController().signal
const SILENT = 'the server stopped sending values: subscribing anew'

function wanted(name: string, deadband?: Wanted['deadband']): Wanted {
  const address = parseNodeAddress(`nsu=urn:plant;s=${name}`)
  assert.ok(!('problem' in address))
  return { name, address, deadband }
}

/** What a reading shows, in short. */
function shown(answers: readonly Answer[]): unknown[] {
  return answers.map((answer) =>
    'problem' in answer ? answer.problem : (answer.sample.value?.data ?? answer.sample.status),
  )
}

describe('A subscription', () => {
  let server: ImaginedServer
  let clock: SteppedClock
  let logged: string[]
  beforeEach(() => {
    server = new ImaginedServer()
    clock = new SteppedClock()
    logged = []
    for (const [index, name] of ['a', 'b', 'c'].entries()) server.nodes.set(name, sampleOf(index))
  })
  afterEach(() => server.close())

  function of(names: (string | Wanted)[], others: object = {}): Subscription {
    return new Subscription(server, {
      wanted: names.map((one) => (typeof one === 'string' ? wanted(one) : one)),
      timeoutMs: 1000,
      publishingMs: 1000,
      samplingMs: -1,
      queueSize: 1,
      clock,
      log: (level, text) => logged.push(`${level}: ${text}`),
      ...others,
    })
  }
  async function started(names: (string | Wanted)[], others: object = {}): Promise<Subscription> {
    const subscription = of(names, others)
    await subscription.start()
    await clock.advance(0)
    return subscription
  }
  const read = async (subscription: Subscription) => shown(await subscription.read(never))

  it('has values at once, though the server would tell them later', async () => {
    assert.deepEqual(await read(await started(['a', 'b'])), [0, 1])
    assert.deepEqual(server.calls, ['subscribe', 'create 2', 'read 2'])
  })

  it('waits for the first values where they come soon, but not for ever', async () => {
    const subscription = await started(['a', 'b'], { publishingMs: 100 })
    const reading = read(subscription)
    server.tell({ a: sampleOf(5) })
    await clock.advance(999)
    await clock.advance(1)
    assert.deepEqual(await reading, [5, 'the server has not sent the value yet'])
  })

  it('keeps what did not change, and acknowledges what came', async () => {
    const subscription = await started(['a', 'b'])
    server.tell({ b: sampleOf(7) })
    await setImmediate()
    assert.deepEqual(await read(subscription), [0, 7])
    server.tell({ a: sampleOf(8) })
    await setImmediate()
    assert.deepEqual(await read(subscription), [8, 7])
    assert.deepEqual(server.acknowledged, [
      { subscriptionId: 1, sequenceNumber: 1 },
      { subscriptionId: 1, sequenceNumber: 2 },
    ])
  })

  it('creates its items within the limit of the server, and in hundreds where that is unknown', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `n${index}`)
    for (const name of names) server.nodes.set(name, sampleOf(1))
    await started(names)
    assert.deepEqual(server.calls.slice(1, 4), ['create 100', 'create 100', 'create 50'])
    server.calls.length = 0
    server.limits = { nodesPerRead: undefined, itemsPerCall: 200 }
    await started(names)
    assert.deepEqual(server.calls.slice(1, 3), ['create 200', 'create 50'])
  })

  it('learns a limit that the server did not tell', async () => {
    const names = Array.from({ length: 150 }, (_, index) => `n${index}`)
    for (const name of names) server.nodes.set(name, sampleOf(1))
    server.mostAtOnce = 30
    const subscription = await started(names, { publishingMs: 100 })
    const sizes = server.calls.slice(1).map((call) => Number(call.replace('create ', '')))
    assert.deepEqual(sizes, [100, 50, 25, 25, 50, 25, 25, 25, 25])
    server.tellAll()
    await setImmediate()
    assert.deepEqual(new Set(await read(subscription)), new Set([1]))
  })

  it('finds the one item for which the server refuses all', async () => {
    server.poison = 'b'
    const subscription = await started(['a', 'b', 'c'])
    assert.deepEqual(await read(subscription), [0, 'the server says BadInternalError', 2])
  })

  it('looks for a node that is not there ever more slowly, until it is', async () => {
    const subscription = await started(['a', 'late'])
    assert.match(String((await read(subscription))[1]), /no such node/)
    server.calls.length = 0
    const tellAndRead = async (ms: number) => {
      server.tell({ a: sampleOf(0) })
      await clock.advance(ms)
      server.tell({ a: sampleOf(0) })
      await clock.advance(0)
      await read(subscription)
      await clock.advance(0)
    }
    await tellAndRead(9_999)
    assert.deepEqual(server.calls, [])
    await tellAndRead(1)
    assert.deepEqual(server.calls, ['create 1'])
    await tellAndRead(9_999)
    await tellAndRead(9_999)
    assert.deepEqual(server.calls, ['create 1'])
    server.nodes.set('late', sampleOf(9))
    await tellAndRead(2)
    assert.deepEqual(await read(subscription), [0, 9])
  })

  it('asks anew for a node that has gone while it was watched', async () => {
    const subscription = await started(['a', 'b'])
    server.tell({ b: sampleOf(undefined, { code: BAD, status: 'BadNodeIdUnknown' }) })
    await setImmediate()
    assert.deepEqual(await read(subscription), [0, 'BadNodeIdUnknown'])
    server.calls.length = 0
    await clock.advance(9000)
    server.tell({ a: sampleOf(0) })
    await clock.advance(1000)
    await read(subscription)
    await clock.advance(0)
    assert.deepEqual(server.calls.slice(0, 2), ['delete 2', 'create 1'])
  })

  it('goes without a filter that the server refuses, and says so once', async () => {
    server.refusesFilters = 'BadMonitoredItemFilterUnsupported'
    const deadband = { type: 'percent', value: 2 } as const
    const subscription = await started([wanted('a', deadband), 'b', wanted('c', deadband)])
    assert.deepEqual(await read(subscription), [0, 1, 2])
    assert.deepEqual(
      server.wishes.map(({ handle, deadband }) => [handle, deadband?.type]),
      [
        [0, 'percent'],
        [1, undefined],
        [2, 'percent'],
        [0, undefined],
        [2, undefined],
      ],
    )
    assert.equal(logged.length, 1)
    assert.match(logged[0] ?? '', /no such filter for "a".*BadMonitoredItemFilterUnsupported/)
  })

  it('counts values that the server lost', async () => {
    const subscription = await started(['a'])
    server.tell({ a: sampleOf(3, { code: 0x480 }) })
    await setImmediate()
    assert.deepEqual([await read(subscription), subscription.overflows], [[3], 1])
  })

  describe('that says nothing any more', () => {
    it('is made anew, and then the connection', async () => {
      const subscription = await started(['a', 'b'])
      await read(subscription)
      await clock.advance(10_000)
      assert.deepEqual([await read(subscription), subscription.degraded], [[0, 1], undefined])
      await clock.advance(1)
      assert.deepEqual([await read(subscription), subscription.degraded], [[SILENT, SILENT], SILENT])
      await clock.advance(0)
      assert.deepEqual(server.calls.slice(3), ['unsubscribe 1', 'subscribe', 'create 2', 'read 2'])
      await clock.advance(10_001)
      await assert.rejects(subscription.read(never), { kind: 'link', code: 'subscription-silent' })
    })

    it('is well again as soon as it brings values', async () => {
      const subscription = await started(['a'])
      await read(subscription)
      await clock.advance(10_001)
      await read(subscription)
      await clock.advance(0)
      server.tell({ a: sampleOf(4) })
      await setImmediate()
      assert.deepEqual([await read(subscription), subscription.degraded], [[4], undefined])
      await clock.advance(10_001)
      await read(subscription)
      assert.equal(subscription.degraded, SILENT)
    })

    it('does not live by keep-alives alone, if the server shows its clock', async () => {
      for (const ticks of [true, false]) {
        server.ticks = ticks
        const subscription = await started(['a'])
        await read(subscription)
        await clock.advance(6000)
        for (let count = 0; count < 3; count++) server.tell()
        await clock.advance(6000)
        await read(subscription)
        assert.equal(subscription.degraded, ticks ? SILENT : undefined)
        await server.close()
        server = new ImaginedServer()
        server.nodes.set('a', sampleOf(0))
      }
    })

    it('is made anew at once when the server says that it is gone', async () => {
      const subscription = await started(['a'])
      await read(subscription)
      server.tell({}, { ended: 'BadTimeout' })
      await setImmediate()
      assert.deepEqual(await read(subscription), [SILENT])
      assert.match(logged[0] ?? '', /BadTimeout/)
      assert.equal(server.subscription, 2)
    })

    it('is made anew at once when the server knows of none', async () => {
      const subscription = await started(['a'])
      await read(subscription)
      server.refusePublish(new Fault('device', 'BadNoSubscription', 'none'))
      await setImmediate()
      await read(subscription)
      assert.equal(server.subscription, 2)
    })
  })

  it('keeps three Publish requests at the server, or as many as that likes', async () => {
    await started(['a'])
    assert.equal(server.waiting, 3)
    server.refusePublish(new Fault('device', 'BadTooManyPublishRequests', 'too many'))
    server.tell()
    await setImmediate()
    assert.equal(server.waiting, 2)
  })

  it('ends with the connection', async () => {
    const subscription = await started(['a'])
    await read(subscription)
    await server.close()
    await setImmediate()
    await assert.rejects(subscription.read(never), { kind: 'link', code: 'connection-lost' })
  })
})
