// The durable queue with real processes: that die at any moment, stand still, and get in each other's way.

import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Queue } from '../../lib/queue/queue'
import { assertBalance, assertIntact } from '../lib/queue/scratch'
import { randomNumbers } from '../support/random'
import { until } from '../support/until'

const capacityBytes = 256 * 1024 * 1024

describe('the durable queue between processes', function () {
  this.timeout(120_000)
  let folder: string
  let path: string
  let queue: Queue
  const children = new Set<ChildProcess>()

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'collectors-queue-'))
    path = join(folder, 'durable.queue')
    queue = Queue.create(path, { capacityBytes, durability: 'commit', whenFull: 'refuse', busyTimeoutMs: 10_000 })
  })
  afterEach(async () => {
    await killAll()
    queue.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const start = (program: 'queue-producer' | 'queue-consumer', ...args: unknown[]): ChildProcess => {
    const child = fork(join(__dirname, program), [path, ...args.map(String)], { execArgv: ['--no-warnings'] })
    children.add(child)
    return child
  }
  const kill = async (child: ChildProcess): Promise<void> => {
    children.delete(child)
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }
  const killAll = async (): Promise<void> => {
    await Promise.all([...children].map(kill))
  }
  const lines = (suffix: string): string[][] => {
    // a process that is killed may have written half a line; the next one goes on behind it
    const text = readFileSync(path + suffix, 'utf8')
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' '))
  }

  it('gives each of 100 000 messages of ten producers to four consumers exactly once', async () => {
    const producers = Array.from({ length: 10 }, (_, index) => start('queue-producer', `p${index}`, 10_000, 500))
    const exits = producers.map((child) => once(child, 'exit'))
    for (let index = 0; index < 4; index++) start('queue-consumer', `c${index}`, 60_000, 'ack')
    for (const [code] of await Promise.all(exits)) assert.equal(code, 0)
    await until(() => queue.status().messages === 0, 60_000)
    await killAll()
    const held = lines('.held')
    assert.equal(held.length, 100_000)
    assert.equal(new Set(held.map(([, message]) => message)).size, 100_000)
    assert.ok(new Set(held.map(([consumer]) => consumer)).size > 1, 'they have shared the work')
    const { sent, delivered } = assertBalance(queue)
    assert.deepEqual({ sent, delivered }, { sent: 200_000, delivered: 200_000 })
    assertIntact(path)
  })

  it('never lets two consumers hold the same message at the same time', async () => {
    const producer = start('queue-producer', 'p', 4000, 50)
    for (let index = 0; index < 3; index++) start('queue-consumer', `c${index}`, 10_000, 'all')
    await once(producer, 'exit')
    // what has become a dead letter goes round once more
    await until(() => {
      queue.requeueDead()
      return queue.status().delivered > 6000
    }, 60_000)
    await killAll()
    const spans = new Map<string, [from: number, to: number][]>()
    for (const [, message = '', from, to] of lines('.held')) {
      const list = spans.get(message) ?? []
      spans.set(message, list)
      list.push([Number(from), Number(to)])
    }
    let more = 0
    for (const [message, list] of spans) {
      list.sort(([a], [b]) => a - b)
      list.forEach(([from], index) => {
        const previous = list[index - 1]
        if (!previous) return
        more++
        assert.ok(previous[1] <= from, `${message} is held twice from ${from}`)
      })
    }
    assert.ok(more > 500, `only ${more} were received again: the test tests nothing`)
    assertBalance(queue)
  })

  it('gives what a stopped consumer held to another one; woken, it deletes nothing of that one', async () => {
    const leaseMs = 1000
    queue.send(
      [1, 2, 3].map((number) => ({ origin: 'o', to: 'workers', title: 'job', data: number, time: '', weight: number })),
    )
    const consumer = fork(join(__dirname, 'queue-sleeper'), [path, String(leaseMs)], { execArgv: ['--no-warnings'] })
    children.add(consumer)
    const [claimed] = await once(consumer, 'message')
    assert.deepEqual(claimed, { claimed: [1, 2, 3] })
    consumer.kill('SIGSTOP')
    assert.deepEqual(queue.receive('workers', { max: 10, leaseMs }), [])
    const messages = await queue.receiveWithin('workers', { max: 10, leaseMs: 60_000, timeoutMs: 10_000 })
    assert.deepEqual(
      messages.map(({ id, attempts }) => [id, attempts]),
      [
        [1, 1],
        [2, 1],
        [3, 1],
      ],
    )
    const answer = once(consumer, 'message')
    consumer.kill('SIGCONT')
    consumer.send('go on')
    assert.deepEqual((await answer)[0], { ack: 0, extend: 0, retry: 0, dead: 0 })
    assert.equal(assertBalance(queue).claimed, 6)
    assert.equal(queue.ack([1, 2, 3]), 3)
    assert.equal(assertBalance(queue).delivered, 6)
  })

  it('loses nothing by 200 kill -9, and counts exactly', async () => {
    const random = randomNumbers(5)
    let names = 0
    const begin = () => {
      const isProducer = ++names % 2 === 0
      const child = isProducer
        ? start('queue-producer', `p${names}`, 0, 1 + (names % 7))
        : start('queue-consumer', `c${names}`, 300, 'all')
      return { child, ready: once(child, 'message') }
    }
    const running = Array.from({ length: 6 }, begin)
    for (let kills = 0; kills < 200; kills++) {
      const [victim] = running.splice(Math.floor(random() * 3), 1)
      assert.ok(victim)
      await victim.ready
      await delay(random() * 40)
      await kill(victim.child)
      running.push(begin())
      if (kills % 50 !== 49) continue
      await Promise.all(running.splice(0).map(({ child }) => kill(child)))
      assertBalance(queue)
      running.push(...Array.from({ length: 6 }, begin))
    }
    await killAll()
    assertBalance(queue)
    // what is left, in peace
    const arrived = new Set(lines('.held').map(([, message]) => message))
    queue.requeueDead()
    await until(() => {
      const messages = queue.receive('workers', { max: 1000, leaseMs: 60_000 })
      for (const { data } of messages) {
        if (typeof data === 'object' && data && 'name' in data && 'number' in data)
          arrived.add(`${data.name}/${data.number}`)
      }
      queue.ack(messages.map(({ id }) => id))
      return queue.status().messages === 0
    }, 60_000)
    const sent = lines('.sent')
    assert.ok(sent.length > 500, `only ${sent.length} sent`)
    assert.deepEqual(
      sent.filter(([name, number]) => !arrived.has(`${name}/${number}`)),
      [],
    )
    const { delivered, sent: weight, dropped, dead } = assertBalance(queue)
    assert.deepEqual({ dropped, dead }, { dropped: 0, dead: 0 })
    assert.equal(delivered, weight)
    assert.ok(weight >= sent.reduce((sum, [, , weight]) => sum + Number(weight), 0))
    assertIntact(path)
  })
})
