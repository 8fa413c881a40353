import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { Fault } from '../../../lib/contract/fault'
import type { Wanted } from '../../../nodes/opcua-in/source'
import type { Subscription } from '../../../nodes/opcua-in/subscription'
import { SteppedClock } from '../../lib/child/stepped-clock'
import { BAD, CLOCK, ImaginedServer, type ImaginedSession, STATE, sampleOf } from './imagined-server'
import { shown } from './shown'
import { subscriptionOf, wantedOf } from './subscription-bench'

const never = new AbortController().signal
const SILENT = 'the server has stopped sending'

describe('A subscription', () => {
  let server: ImaginedServer
  let session: ImaginedSession
  let clock: SteppedClock
  let logged: string[]
  beforeEach(() => {
    server = new ImaginedServer()
    session = server.session()
    clock = new SteppedClock()
    logged = []
    for (const [index, name] of ['a', 'b', 'c'].entries()) server.nodes.set(name, sampleOf(index))
  })
  afterEach(() => server.drop())

  function of(names: (string | Wanted)[], others: object = {}): Subscription {
    return subscriptionOf(names, clock, logged, others)
  }
  async function started(names: (string | Wanted)[], others: object = {}): Promise<Subscription> {
    const subscription = of(names, others)
    await subscription.start(session)
    await clock.advance(0)
    return subscription
  }
  /** Time in which the server says now and then that it lives. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      server.tell()
      await clock.advance(Math.min(left, 1000))
    }
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

  const asked = (often: string, queue: number) => `it was asked to look ${often} and to keep ${queue}`
  // biome-ignore format: a table, one line a wish
  const wishes: [samplingMs: number, queueSize: number, revised: ImaginedServer['revised'], told: string[]][] = [
    [-1, 1, { samplingMs: 250 }, []],
    [500, 1, { samplingMs: 500 }, []],
    [500, 1, { samplingMs: 100, queueSize: 5 }, []],
    [500, 1, { samplingMs: 1000 }, [`info: the server looks every 1000 ms and keeps 1 values; ${asked('every 500 ms', 1)}`]],
    [0, 1, { samplingMs: 0 }, []],
    [0, 1, { samplingMs: 250 }, [`info: the server looks every 250 ms and keeps 1 values; ${asked('as often as it can', 1)}`]],
    [-1, 10, { samplingMs: 250, queueSize: 2 }, [`info: the server looks every 250 ms and keeps 2 values; ${asked('as often as it publishes', 10)}`]],
  ]
  for (const [samplingMs, queueSize, revised, told] of wishes) {
    const made = JSON.stringify(revised)
    it(`tells once what the server made of a sampling interval of ${samplingMs} and a queue of ${queueSize}: ${made}`, async () => {
      server.revised = revised
      await started(['a', 'b'], { samplingMs, queueSize })
      const wished = server.wishes.map((wish) => [wish.samplingMs, wish.queueSize])
      assert.deepEqual([wished, logged], [Array.from({ length: 2 }, () => [samplingMs, queueSize]), told])
    })
  }

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
      await pass(ms)
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
    await pass(10_000)
    await read(subscription)
    await clock.advance(0)
    assert.deepEqual(server.calls.slice(0, 2), ['delete 2', 'create 1'])
  })

  it('goes without a filter that the server refuses, and says so once', async () => {
    server.refusesFilters = 'BadMonitoredItemFilterUnsupported'
    const deadband = { type: 'percent', value: 2 } as const
    const subscription = await started([wantedOf('a', deadband), 'b', wantedOf('c', deadband)])
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

  it('keeps what came before the latest, where the server keeps more than one', async () => {
    const two = { handle: 0, sample: sampleOf(2) }
    for (const [queueSize, kept] of [
      [5, [0, 1, 3]],
      [1, []],
    ] as const) {
      const subscription = await started(['a', 'b'], { queueSize, publishingMs: 100 })
      server.tell({}, { samples: [{ handle: 0, sample: sampleOf(0) }, { handle: 0, sample: sampleOf(1) }, two] })
      await setImmediate()
      server.tell({ b: sampleOf(3) })
      await setImmediate()
      server.tell({ b: sampleOf(4) })
      await setImmediate()
      assert.deepEqual(await read(subscription), [2, 4])
      assert.deepEqual(
        subscription.takeEarlier().map(({ sample }) => sample.value?.data),
        kept,
      )
      assert.deepEqual(subscription.takeEarlier(), [])
      // What was read is not told a second time.
      server.tell({ b: sampleOf(5) })
      await setImmediate()
      assert.deepEqual(await read(subscription), [2, 5])
      assert.deepEqual(subscription.takeEarlier(), [])
      server.drop()
      session = server.session()
    }
  })

  it('counts values that the server lost', async () => {
    const subscription = await started(['a'])
    server.tell({ a: sampleOf(3, { code: 0x480 }) })
    await setImmediate()
    assert.deepEqual([await read(subscription), subscription.overflows], [[3], 1])
  })

  describe('that says nothing any more', () => {
    /** Looks at all of it after this time. */
    const shownAfter = async (subscription: Subscription, ms: number) => {
      await clock.advance(ms)
      return [...(await read(subscription)), subscription.degraded]
    }

    it('is asked anew, then made anew, and then the connection', async () => {
      const subscription = await started(['a', 'b'])
      await read(subscription)
      // two keep-alives of 2 s, and 1 s for the network
      assert.deepEqual(await shownAfter(subscription, 5000), [0, 1, undefined])
      const asking = `${SILENT}: asking it anew`
      assert.deepEqual(await shownAfter(subscription, 500), [SILENT, SILENT, asking])
      assert.deepEqual([server.calls.slice(3), server.waiting], [['enable 1'], 6])
      const renewing = `${SILENT}, also when asked: subscribing anew`
      // New values have been read by then, so they are good.
      assert.deepEqual(await shownAfter(subscription, 3000), [0, 1, renewing])
      assert.deepEqual(server.calls.slice(4), ['unsubscribe 1', 'subscribe', 'create 2', 'read 2'])
      await clock.advance(4500)
      assert.deepEqual(await read(subscription), [0, 1])
      await clock.advance(500)
      await assert.rejects(subscription.read(never), { kind: 'link', code: 'subscription-silent' })
      assert.equal(server.calls.at(-1), 'close')
      assert.deepEqual(logged, [`warn: ${asking}`, `warn: ${renewing}`])
    })

    it('is well again as soon as it says something', async () => {
      const subscription = await started(['a'])
      await read(subscription)
      await shownAfter(subscription, 5500)
      server.tell()
      assert.deepEqual(await shownAfter(subscription, 500), [0, undefined])
      await shownAfter(subscription, 9000)
      server.tell({ a: sampleOf(4) })
      assert.deepEqual(await shownAfter(subscription, 500), [4, undefined])
      assert.deepEqual(logged.at(-1), 'info: the server sends values again')
      assert.deepEqual(await shownAfter(subscription, 5500), [SILENT, `${SILENT}: asking it anew`])
    })

    it('has to be as silent as that by its revised intervals', async () => {
      server.revisedPublishingMs = 5000
      const subscription = await started(['a'])
      await read(subscription)
      assert.match(logged[0] ?? '', /warn: the server publishes every 5000 ms, not every 1000 ms/)
      // two times two intervals of 5 s, and 1 s
      assert.deepEqual(await shownAfter(subscription, 21_000), [0, undefined])
      assert.deepEqual(await shownAfter(subscription, 500), [SILENT, `${SILENT}: asking it anew`])
    })

    it('is not taken for dead because this process stood still', async () => {
      const subscription = await started(['a'])
      await read(subscription)
      clock.freeze(60_000)
      server.tell({ a: sampleOf(4) })
      assert.deepEqual(await shownAfter(subscription, 500), [4, undefined])
      assert.deepEqual(logged, [])
    })

    describe('by a server that shows its clock', () => {
      let time = 0
      let told = 0
      const tick = async () => {
        server.nodes.set(CLOCK, sampleOf(new Date(++time * 1000)))
        server.tell({ [CLOCK]: server.sampleOf(CLOCK) })
        await clock.advance(1000)
      }
      beforeEach(() => {
        told = 0
        server.nodes.set(CLOCK, sampleOf(new Date(0)))
      })

      it('does not live by saying so alone', async () => {
        const subscription = await started(['a'])
        await read(subscription)
        await tick()
        await tick()
        server.nodes.set(CLOCK, sampleOf(new Date(99_000)))
        for (let second = 0; second < 4; second++) {
          server.tell()
          assert.deepEqual(await shownAfter(subscription, 1000), [0, undefined])
        }
        server.tell()
        const starved = 'the server sends no values any more, though it says that it is there'
        assert.deepEqual(await shownAfter(subscription, 1000), [starved, `${starved}: asking it anew`])
        server.tell()
        assert.deepEqual(await shownAfter(subscription, 500), [starved, `${starved}: asking it anew`])
        assert.ok(server.calls.includes('enable 1'))
      })

      it('lives by that while the clock stands still when it is read, too', async () => {
        const subscription = await started(['a'])
        await read(subscription)
        await tick()
        await tick()
        for (let second = 0; second < 12; second++) {
          server.tell()
          await clock.advance(1000)
        }
        assert.deepEqual([await read(subscription), subscription.degraded], [[0], undefined])
        assert.deepEqual(logged, ['warn: the clock of the server stands still'])
      })

      it('lives by that, once made anew in vain, when the clock goes but is not told', async () => {
        const subscription = await started(['a'])
        await read(subscription)
        for (let second = 1; second <= 40; second++) {
          server.nodes.set(CLOCK, sampleOf(new Date(second * 1000)))
          if (told < server.subscription) server.tellAll()
          else server.tell()
          told = server.subscription
          await clock.advance(1000)
        }
        assert.deepEqual([await read(subscription), subscription.degraded, told], [[0], undefined, 3])
      })

      it('does not live by that when the clock has never been told', async () => {
        const subscription = await started(['a'])
        await read(subscription)
        for (let second = 1; second <= 14; second++) {
          server.nodes.set(CLOCK, sampleOf(new Date(second * 1000)))
          server.tell()
          await clock.advance(1000)
        }
        await assert.rejects(subscription.read(never), { code: 'subscription-silent' })
      })
    })

    it('is made anew at once when the server says that it is gone', async () => {
      const subscription = await started(['a'])
      await read(subscription)
      server.tell({}, { ended: 'BadTimeout' })
      await setImmediate()
      assert.deepEqual(await read(subscription), ['the server has ended the subscription (BadTimeout)'])
      const text = 'the server has ended the subscription (BadTimeout): subscribing anew'
      assert.deepEqual(await shownAfter(subscription, 500), [0, text])
      assert.equal(server.subscription, 2)
      server.tell({ a: sampleOf(5) })
      assert.deepEqual(await shownAfter(subscription, 500), [5, undefined])
    })

    it('is made anew at once when the server knows of none', async () => {
      const subscription = await started(['a'])
      await read(subscription)
      server.refusePublish(new Fault('device', 'BadNoSubscription', 'none'))
      await clock.advance(500)
      assert.equal(server.subscription, 2)
      server.tell({}, { ended: 'BadTimeout' })
      await clock.advance(500)
      // A server that ends every subscription wants another connection.
      await assert.rejects(subscription.read(never), { code: 'subscription-silent' })
    })
  })

  describe('after the connection was lost', () => {
    /** The connection is lost, and there again. */
    async function back(subscription: Subscription, resumed: boolean): Promise<ImaginedSession> {
      server.drop()
      await setImmediate()
      await assert.rejects(subscription.read(never), { kind: 'link', code: 'connection-lost' })
      subscription.stop()
      server.calls.length = 0
      const next = server.session(resumed)
      await subscription.start(next)
      return next
    }
    /** The first values of it come by the server, not by reading. */
    async function running(): Promise<Subscription> {
      const subscription = await started(['a', 'b'])
      await read(subscription)
      server.tell({ a: sampleOf(1) })
      await setImmediate()
      return subscription
    }

    it('goes on with its session, and with what had been missed', async () => {
      const subscription = await running()
      server.tellInVain({ b: sampleOf(7) })
      server.tellInVain({ b: sampleOf(8) })
      await back(subscription, true)
      assert.deepEqual(server.calls, ['republish 2', 'republish 3', 'republish 4'])
      assert.match(logged.at(-1) ?? '', /connected again: the session lives on; messages that had been missed: 2/)
      const reading = read(subscription)
      server.tell()
      assert.deepEqual([await reading, subscription.degraded], [[1, 8], undefined])
      server.tell({ b: sampleOf(9) })
      await setImmediate()
      assert.deepEqual(await read(subscription), [1, 9])
      assert.deepEqual(
        server.acknowledged.map(({ sequenceNumber }) => sequenceNumber),
        [1, 2, 3, 4],
      )
      assert.equal(server.waiting, 3)
    })

    it('shows nothing of before as good until the server has said something', async () => {
      const subscription = await running()
      await back(subscription, true)
      const reading = read(subscription)
      await clock.advance(1000)
      const waiting = 'connected again: waiting for what the server has to tell'
      assert.deepEqual([await reading, subscription.degraded], [[waiting, waiting], waiting])
    })

    it('is taken over by a new session', async () => {
      const subscription = await running()
      await back(subscription, false)
      assert.deepEqual(server.calls, ['transfer 1', 'republish 2'])
      const reading = read(subscription)
      server.tellAll()
      assert.deepEqual(await reading, [0, 1])
    })

    for (const status of ['BadSubscriptionIdInvalid', 'BadServiceUnsupported', 'BadUserAccessDenied']) {
      it(`is made anew when it cannot be taken over: ${status}`, async () => {
        const subscription = await running()
        server.refuses.set('transfer', status)
        await back(subscription, false)
        await clock.advance(0)
        assert.deepEqual(server.calls, ['transfer 1', 'subscribe', 'create 2', 'read 2'])
        assert.match(logged.at(-1) ?? '', new RegExp(`no longer \\(${status}\\), so it is made anew`))
        assert.deepEqual(await read(subscription), [0, 1])
      })
    }

    it('is made anew when the server has restarted and counts its namespaces another way', async () => {
      const subscription = await running()
      server.restart()
      server.uris = ['http://opcfoundation.org/UA/', 'urn:server', 'urn:other', 'urn:plant']
      server.wishes.length = 0
      await back(subscription, false)
      await clock.advance(0)
      assert.deepEqual(await read(subscription), [0, 1])
      assert.deepEqual(
        server.wishes.map(({ node }) => node.namespace),
        [3, 3],
      )
    })

    it('is made anew when it was lost before all its items were there', async () => {
      const subscription = of(['a', 'b'])
      server.refuses.set('create', 'mute')
      await subscription.start(session)
      await clock.advance(0)
      await assert.rejects(subscription.read(never), { kind: 'link', code: 'no-answer' })
      server.refuses.clear()
      subscription.stop()
      server.calls.length = 0
      await subscription.start(server.session(true))
      await clock.advance(0)
      assert.deepEqual(server.calls, ['unsubscribe 1', 'subscribe', 'create 2', 'read 2'])
      assert.deepEqual(await read(subscription), [0, 1])
    })

    it('is not taken up when it had been given up', async () => {
      const subscription = await running()
      await clock.advance(14_500)
      await assert.rejects(subscription.read(never), { code: 'subscription-silent' })
      server.calls.length = 0
      await subscription.start(server.session())
      await clock.advance(0)
      assert.deepEqual(server.calls, ['subscribe', 'create 2', 'read 2'])
    })
  })

  it('fetches messages that did not come', async () => {
    const subscription = await started(['a', 'b'])
    await read(subscription)
    server.tellInVain({ a: sampleOf(5), b: sampleOf(5) })
    server.tell({ b: sampleOf(6) })
    await setImmediate()
    assert.deepEqual(await read(subscription), [5, 6])
    server.tellInVain({ a: sampleOf(7) })
    server.missed.clear()
    server.tell({ b: sampleOf(8) })
    await setImmediate()
    assert.deepEqual(await read(subscription), [5, 8])
    assert.deepEqual(logged, ['warn: messages of the server that it has no longer were lost on the way: 1'])
  })

  it('tells what the server says of itself, and when it stops', async () => {
    server.nodes.set(CLOCK, sampleOf(new Date(0)))
    server.nodes.set(STATE, sampleOf(0))
    const subscription = await started(['a', 'late'])
    server.tellAll()
    await setImmediate()
    assert.equal(subscription.doubt, undefined)
    server.tell({ [STATE]: sampleOf(3) })
    await setImmediate()
    assert.match(subscription.doubt ?? '', /was suspended.*\(its state is Suspended\)/)
    server.nodes.set('2992', sampleOf(12))
    server.nodes.set('2993', sampleOf({ text: 'maintenance', locale: 'en' }))
    server.tell({ [STATE]: sampleOf(4) })
    await setImmediate()
    assert.equal(subscription.doubt, 'the server is about to stop (its state is Shutdown), in 12 s: maintenance')
    server.nodes.set('late', sampleOf(9))
    server.tell({ [STATE]: sampleOf(0) })
    await setImmediate()
    assert.equal(subscription.doubt, undefined)
    // What it refused is asked for again at once.
    await read(subscription)
    await clock.advance(0)
    assert.deepEqual(await read(subscription), [0, 9])
  })

  it('keeps three Publish requests at the server, or as many as that likes', async () => {
    await started(['a'])
    assert.equal(server.waiting, 3)
    for (let count = 0; count < 3; count++) {
      server.refusePublish(new Fault('device', 'BadTooManyPublishRequests', 'too many'))
      await setImmediate()
    }
    assert.equal(server.waiting, 0)
    await clock.advance(1000)
    assert.equal(server.waiting, 1)
  })

  it('does nothing any more when it is stopped', async () => {
    const subscription = await started(['a'])
    await read(subscription)
    assert.notEqual(clock.pending, 0)
    subscription.stop()
    session.leave()
    await clock.advance(20_000)
    assert.deepEqual([clock.pending, logged], [0, []])
  })

  it('ends with the connection', async () => {
    const subscription = await started(['a'])
    await read(subscription)
    session.leave()
    await setImmediate()
    await assert.rejects(subscription.read(never), { kind: 'link', code: 'connection-lost' })
  })
})
