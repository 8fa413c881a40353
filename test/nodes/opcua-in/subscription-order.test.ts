import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { Fault } from '../../../lib/contract/fault'
import type { Sample } from '../../../nodes/opcua-in/session'
import type { Subscription } from '../../../nodes/opcua-in/subscription'
import { SteppedClock } from '../../lib/child/stepped-clock'
import { ImaginedServer, type ImaginedSession, sampleOf } from './imagined-server'
import { shown } from './shown'
import { subscriptionOf } from './subscription-bench'

const never = new AbortController().signal
const at = (data: unknown, sourceTime: number): Sample => sampleOf(data, { sourceTime })

describe('What a subscription tells last', () => {
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

  /** With a short interval nothing is read at first. */
  async function started(names: readonly string[], publishingMs = 100): Promise<Subscription> {
    const subscription = subscriptionOf(names, clock, logged, { publishingMs })
    await subscription.start(session)
    await clock.advance(0)
    return subscription
  }
  async function now(subscription: Subscription): Promise<unknown[]> {
    await clock.advance(0)
    await setImmediate()
    return shown(await subscription.read(never))
  }
  /** Lets answers wait until the result is called. */
  function holdAnswers(): () => void {
    let release = (): void => {}
    server.answering = new Promise((resolve) => {
      release = resolve
    })
    return () => {
      server.answering = Promise.resolve()
      release()
    }
  }
  /** What the server has, and tells. */
  function tell(name: string, sample: Sample): void {
    server.nodes.set(name, sample)
    server.tell({ [name]: sample })
  }

  it('is what the server sent last, also while an earlier message is fetched anew', async () => {
    const subscription = await started(['a', 'b'])
    server.tellAll()
    const release = holdAnswers()
    server.tellInVain({ a: sampleOf(10) })
    tell('b', sampleOf(20))
    tell('a', sampleOf(11))
    assert.deepEqual(await now(subscription), [0, 1])
    release()
    assert.deepEqual(await now(subscription), [11, 20])
    assert.deepEqual(logged, [])
  })

  it('is not what comes by Publish after it was fetched, and later ones were told', async () => {
    const subscription = await started(['a'])
    tell('a', sampleOf(1))
    server.tellInVain({ a: sampleOf(2) })
    tell('a', sampleOf(3))
    await setImmediate()
    server.tellAgain(2, { a: sampleOf(2) })
    assert.deepEqual(await now(subscription), [3])
    tell('a', sampleOf(4))
    assert.deepEqual([await now(subscription), logged], [[4], []])
  })

  it('is not what comes by Publish a second time', async () => {
    const subscription = await started(['a', 'b'])
    server.tell({ a: sampleOf(1), b: sampleOf(1) })
    tell('a', sampleOf(2))
    server.tellAgain(1, { a: sampleOf(1), b: sampleOf(1) })
    server.tellAgain(2, { a: sampleOf(2) })
    assert.deepEqual(await now(subscription), [2, 1])
    tell('a', sampleOf(3))
    assert.deepEqual([await now(subscription), logged], [[3, 1], []])
    assert.ok(!server.calls.some((call) => call.startsWith('republish')))
  })

  it('is what a server sent last that uses one number for all its messages', async () => {
    const subscription = await started(['a'])
    for (let value = 1; value <= 10; value++) {
      server.nodes.set('a', sampleOf(value))
      server.tell({ a: sampleOf(value) }, { sequenceNumber: 1 })
      await setImmediate()
    }
    assert.deepEqual(await now(subscription), [10])
  })

  it('is read when a message was lost for good, and a late one does not overwrite it', async () => {
    const subscription = await started(['a', 'b'])
    server.tellAll()
    await now(subscription)
    server.nodes.set('a', sampleOf(7))
    server.tellInVain({ a: sampleOf(7) })
    server.missed.clear()
    tell('b', sampleOf(8))
    await clock.advance(500)
    assert.deepEqual(await now(subscription), [7, 8])
    assert.deepEqual(logged, ['warn: messages of the server that it has no longer were lost on the way: 1'])
    tell('a', sampleOf(9))
    server.tellAgain(2, { a: sampleOf(7) })
    assert.deepEqual(await now(subscription), [9, 8])
  })

  it('is read once the numbers follow each other again, after losses in a row that looked like another way of counting', async () => {
    const subscription = await started(['a', 'b'])
    server.tellAll()
    for (let value = 1; value <= 5; value++) {
      server.nodes.set('a', sampleOf(value))
      server.tellInVain({ a: sampleOf(value) })
      server.missed.clear()
      tell('b', sampleOf(value))
      await setImmediate()
    }
    assert.equal(logged.length, 3)
    tell('b', sampleOf(6))
    await clock.advance(2500)
    assert.deepEqual(await now(subscription), [5, 6])
  })

  it('asks only for messages that the server says it keeps, and gets those behind one that is gone', async () => {
    const subscription = await started(['a', 'b', 'c'])
    server.tellAll()
    server.tellInVain({ a: sampleOf(1) })
    server.missed.clear()
    server.tellInVain({ b: sampleOf(2) })
    server.tell({ c: sampleOf(3) }, { available: [3, 4] })
    assert.deepEqual(await now(subscription), [0, 2, 3])
    assert.deepEqual(
      server.calls.filter((call) => call.startsWith('republish')),
      ['republish 3'],
    )
  })

  describe('when nothing was lost', () => {
    it('does not speak of it: a server that counts keep-alives, too', async () => {
      const subscription = await started(['a'])
      server.tell()
      for (let number = 2; number < 8; number += 2) {
        server.tell({ a: sampleOf(number) }, { sequenceNumber: number })
        server.tell({}, { sequenceNumber: number + 1 })
        await setImmediate()
      }
      assert.deepEqual(await now(subscription), [6])
      assert.deepEqual(logged, [])
      // It has been learned.
      assert.equal(server.calls.filter((call) => call.startsWith('republish')).length, 1)
    })

    it('does not speak of it: a server that begins with another number', async () => {
      const subscription = await started(['a'])
      server.tell({ a: sampleOf(5) }, { sequenceNumber: 2 })
      server.tell({ a: sampleOf(6) }, { sequenceNumber: 3 })
      assert.deepEqual([await now(subscription), logged], [[6], []])
    })

    it('does not speak of it twice: keep-alives after a loss bear the same number', async () => {
      const subscription = await started(['a'])
      server.tellAll()
      server.tellInVain({ a: sampleOf(5) })
      server.missed.clear()
      for (let count = 0; count < 5; count++) server.tell()
      await now(subscription)
      assert.equal(logged.length, 1)
    })
  })

  it('is not what was still to come from a subscription that was made anew', async () => {
    const subscription = await started(['a'])
    server.tellAll()
    await now(subscription)
    const release = holdAnswers()
    server.tellInVain({ a: sampleOf(50) })
    server.tell({ a: sampleOf(51) })
    server.tell({}, { ended: 'BadTimeout' })
    await clock.advance(0)
    server.refusePublish(new Fault('device', 'BadNoSubscription', 'none'))
    await clock.advance(500)
    assert.equal(server.subscription, 2)
    tell('a', sampleOf(3))
    await setImmediate()
    release()
    assert.deepEqual(await now(subscription), [3])
    assert.ok(!logged.some((text) => /lost on the way/.test(text)))
  })

  describe('where first values are read, since messages come late', () => {
    it('is the notification that came while they were read', async () => {
      const release = holdAnswers()
      const subscription = await started(['a'], 1000)
      tell('a', sampleOf(9))
      await setImmediate()
      server.nodes.set('a', sampleOf(8))
      release()
      assert.deepEqual(await now(subscription), [9])
    })

    it('is what was read, until the first notification that is not older has come', async () => {
      server.nodes.set('a', at('read', 2000))
      const subscription = await started(['a'], 1000)
      assert.deepEqual(await now(subscription), ['read'])
      server.tell({ a: at('before', 1000) })
      assert.deepEqual(await now(subscription), ['read'])
      tell('a', at('after', 3000))
      assert.deepEqual(await now(subscription), ['after'])
    })

    it('is read again while the server has told something older only, until it is the same', async () => {
      server.nodes.set('a', at('read', 2000))
      const subscription = await started(['a'], 1000)
      server.tell({ a: at('before', 1000) })
      await now(subscription)
      // It goes back to what was told: of that the server tells nothing.
      server.nodes.set('a', at('before', 3000))
      await clock.advance(2500)
      assert.deepEqual(await now(subscription), ['before'])
      const reads = () => server.calls.filter((call) => call.startsWith('read')).length
      const before = reads()
      await clock.advance(3000)
      server.tell()
      await now(subscription)
      assert.equal(reads(), before)
    })

    it('is what the server told, where there are no source times', async () => {
      const subscription = await started(['a'], 1000)
      tell('a', sampleOf('told'))
      assert.deepEqual(await now(subscription), ['told'])
    })
  })
})
