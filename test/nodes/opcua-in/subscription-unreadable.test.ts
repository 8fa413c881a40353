import assert from 'node:assert/strict'
import type { Subscription } from '../../../nodes/opcua-in/subscription'
import { SteppedClock } from '../../lib/child/stepped-clock'
import { ImaginedServer, sampleOf } from './imagined-server'
import { shown } from './shown'
import { subscriptionOf } from './subscription-bench'

const never = new AbortController().signal
const UNREADABLE = 'the value cannot be read: it is not encoded as OPC UA has it (BadDecodingError)'

describe('A subscription with messages that cannot be read', () => {
  let server: ImaginedServer
  let clock: SteppedClock
  let logged: string[]
  beforeEach(() => {
    server = new ImaginedServer()
    clock = new SteppedClock()
    logged = []
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) server.nodes.set(name, sampleOf(index))
  })
  afterEach(() => server.drop())

  async function started(names: readonly string[]): Promise<Subscription> {
    const subscription = subscriptionOf(names, clock, logged, { publishingMs: 100 })
    await subscription.start(server.session())
    await clock.advance(0)
    server.tellAll()
    await clock.advance(0)
    await subscription.read(never)
    return subscription
  }
  /** The server tells these once in a second, and everything is read. */
  async function pass(subscription: Subscription, seconds: number, names: readonly string[] = []): Promise<unknown[]> {
    let values: unknown[] = []
    for (let second = 0; second < seconds; second++) {
      const watched = names.filter((name) => [...server.watched.values()].includes(name))
      server.tell(Object.fromEntries(watched.map((name) => [name, server.sampleOf(name)])))
      await clock.advance(1000)
      values = shown(await subscription.read(never))
    }
    return values
  }
  const countOf = (call: string): number => server.calls.filter((one) => one.startsWith(call)).length

  it('reads its values anew, so that the others are current, and watches the culprit no longer', async () => {
    const subscription = await started(['a', 'b', 'c'])
    server.unreadable.add('b')
    server.nodes.set('a', sampleOf(10))
    assert.deepEqual(await pass(subscription, 1, ['a', 'b']), [10, UNREADABLE, 2])
    server.nodes.set('c', sampleOf(30))
    assert.deepEqual(await pass(subscription, 5, ['a', 'b', 'c']), [10, UNREADABLE, 30])
    assert.deepEqual(
      [[...server.watched.values()], countOf('delete'), subscription.degraded],
      [['a', 'c'], 1, undefined],
    )
    assert.equal(countOf('republish'), 0)
    assert.equal(logged.length, 2)
    assert.match(
      logged[0] ?? '',
      /^warn: the server sent a message that cannot be read: the values are read one by one/,
    )
    assert.match(logged[1] ?? '', /^warn: no answer that includes "b" can be used/)
  })

  it('makes an item of it again once it can be read, which it asks rarely', async () => {
    const subscription = await started(['a', 'b'])
    server.unreadable.add('b')
    await pass(subscription, 9, ['b'])
    const reads = countOf('read')
    await pass(subscription, 20, ['b'])
    assert.equal(countOf('read') - reads, 1)
    server.unreadable.clear()
    server.nodes.set('b', sampleOf(20))
    assert.deepEqual(await pass(subscription, 21, ['b']), [0, 20])
    assert.deepEqual([...server.watched.values()], ['a', 'b'])
    server.nodes.set('b', sampleOf(21))
    assert.deepEqual(await pass(subscription, 1, ['b']), [0, 21])
  })

  it('asks the server for smaller messages where each value can be read alone', async () => {
    const subscription = await started(['a', 'b', 'c', 'd'])
    server.mostReadable = 3
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) server.nodes.set(name, sampleOf(10 + index))
    assert.deepEqual(await pass(subscription, 1, ['a', 'b', 'c', 'd']), [10, 11, 12, 13])
    assert.deepEqual([countOf('modify 1: 3'), server.notificationsMax], [1, 3])
    assert.deepEqual(await pass(subscription, 5, ['a', 'b', 'c']), [10, 11, 12, 13])
    assert.deepEqual([countOf('modify'), countOf('subscribe')], [1, 1])
  })

  it('is made anew with smaller messages where the server cannot change it', async () => {
    server.refuses.set('modify', 'BadServiceUnsupported')
    const subscription = await started(['a', 'b', 'c', 'd'])
    server.mostReadable = 3
    await pass(subscription, 2, ['a', 'b', 'c', 'd'])
    assert.deepEqual([server.subscription, server.notificationsMax], [2, 3])
  })

  it('costs the connection in the end where nothing helps, with few requests a minute until then', async () => {
    const subscription = await started(['a'])
    server.mostReadable = 0
    await assert.rejects(pass(subscription, 60, ['a']), { kind: 'link', code: 'subscription-silent' })
    assert.ok(server.calls.length < 40, server.calls.join())
    assert.ok(logged.length < 20, logged.join('\n'))
  })
})
