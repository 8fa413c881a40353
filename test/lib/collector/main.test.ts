import assert from 'node:assert/strict'
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Batch, decodeBatch, parseTagList, type TagList } from '../../../lib/contract/batch'
import { LIVE_CAPACITY_BYTES, TITLE_SAMPLES, TITLE_TAGS } from '../../../lib/contract/limits'
import { Queue } from '../../../lib/queue/queue'
import { Child, configureFor, FIXTURES, Folder, patiently } from './child'

/** The other end of a live queue. */
class Consumer {
  readonly path: string
  readonly queue: Queue
  readonly batches: Batch[] = []
  readonly tagLists: TagList[] = []
  #lastId = 0

  constructor(path: string) {
    this.path = path
    this.queue = Queue.create(path, { capacityBytes: LIVE_CAPACITY_BYTES })
  }

  /** Waits until so many batches have come in all. */
  async receive(count: number): Promise<void> {
    await patiently(`batch ${count}`, async () => {
      while (this.drain().batches.length < count) await delay(5)
    })
  }

  drain(): this {
    for (const { id, to, origin, title, data } of this.queue.tail(this.#lastId, 1000)) {
      this.#lastId = id
      assert.deepEqual({ to, origin }, { to: 'node-1', origin: 'press 4' })
      if (title === TITLE_TAGS) this.tagLists.push(parseTagList(data) ?? assert.fail('malformed tags'))
      else if (title === TITLE_SAMPLES && data instanceof Uint8Array) {
        this.batches.push(decodeBatch(data) ?? assert.fail('malformed batch'))
      } else assert.fail(`unknown title ${title}`)
    }
    return this
  }
}

describe('a collector process', () => {
  let folder: Folder
  let live: Consumer
  let child: Child

  before(() => {
    folder = new Folder()
  })
  beforeEach(() => {
    live = new Consumer(folder.file(`live-${performance.now()}`))
  })
  afterEach(async () => {
    await child?.kill()
    live.queue.destroy()
  })
  after(() => folder.remove())

  function start(config: object = {}, options: { configureMs?: number } = {}): Child {
    child = new Child(options)
    child.send(configureFor(live.path, config))
    return child
  }

  it('says ready, then beats, tells the link and delivers tags and samples in order', async () => {
    start()
    assert.deepEqual(await child.message('ready'), { type: 'ready', generation: 4, version: 1 })
    await child.message('link', ({ link }) => link === 'connected')
    const { counters } = await child.message('heartbeat', ({ counters }) => counters.cyclesTotal >= 5)
    assert.deepEqual(counters.tags, { total: 3, good: 3, bad: 0 })
    assert.equal(counters.samplesTotal, 3 * counters.cyclesTotal)
    await live.receive(5)
    assert.deepEqual(live.tagLists[0]?.tags[1], { name: 'tag 1', unit: '', kind: 'number' })
    assert.deepEqual(
      live.batches.map(({ cycle, generation, revision, values }) => [cycle, generation, revision, values]),
      live.batches.map((_, index) => [index + 1, 4, 1, [index + 1, index + 2, index + 3]]),
    )
  })

  it('has told its tags when it says ready, whenever the first reading may come', async () => {
    start({ open: 'never', interval: 60_000 })
    await child.message('ready')
    assert.equal(live.drain().tagLists.length, 1)
  })

  it('closes the device and ends with 0 on stop, every sample delivered', async () => {
    start({ close: 'slow' })
    await live.receive(3)
    child.send({ type: 'stop', generation: 4, graceMs: 5000 })
    assert.deepEqual(await child.ended(), { code: 0, signal: null })
    const { batches } = live.drain()
    assert.equal(batches.at(-1)?.cycle, batches.length)
    const beats = child.messages.filter((message) => message.type === 'heartbeat')
    assert.ok((beats.at(-1)?.counters.samplesTotal ?? 0) <= batches.length * 3)
  })

  for (const call of ['open', 'read', 'close']) {
    it(`ends within the grace though ${call} never settles`, async () => {
      start({ [call]: 'never' })
      await child.message('ready')
      if (call === 'close') await live.receive(1)
      const atMs = performance.now()
      child.send({ type: 'stop', generation: 4, graceMs: 1000 })
      assert.deepEqual(await child.ended(), { code: 0, signal: null })
      const tookMs = performance.now() - atMs
      assert.ok(tookMs < 1000, `${tookMs} ms`)
    })
  }

  it('ends with 0 on SIGTERM, also before it is configured', async () => {
    start()
    await live.receive(1)
    child.process.kill('SIGTERM')
    assert.deepEqual(await child.ended(), { code: 0, signal: null })
    child = new Child()
    child.send({ type: 'noise' })
    await alive(child)
    child.process.kill('SIGTERM')
    assert.deepEqual(await child.ended(), { code: 0, signal: null })
  })

  it('takes the shorter grace when SIGTERM and stop both come', async () => {
    start({ close: 'never' })
    await live.receive(1)
    const atMs = performance.now()
    child.process.kill('SIGTERM')
    child.send({ type: 'stop', generation: 4, graceMs: 500 })
    assert.deepEqual(await child.ended(), { code: 0, signal: null })
    assert.ok(performance.now() - atMs < 1500)
  })

  it('goes on after SIGINT and SIGHUP', async () => {
    start()
    await live.receive(1)
    child.process.kill('SIGINT')
    child.process.kill('SIGHUP')
    await live.receive(live.batches.length + 5)
    assert.equal(child.process.exitCode, null)
  })

  it('ends with 0 when the channel closes, soon even if the reader hangs', async () => {
    start()
    await live.receive(1)
    child.disconnect()
    assert.deepEqual(await child.ended(), { code: 0, signal: null })
    start({ read: 'never', close: 'never' })
    await child.message('ready')
    const atMs = performance.now()
    child.disconnect()
    assert.deepEqual(await child.ended(), { code: 0, signal: null })
    assert.ok(performance.now() - atMs < 2500)
  })

  const configurations = [
    { what: 'a configuration with a wrong property', config: { interval: 1 }, message: /^interval: 1 is not within/ },
    { what: 'no configuration at all', config: 'none', message: /expected an object/ },
    { what: 'tags that cannot be planned', config: { create: 'config' }, message: /these tags cannot be planned/ },
    { what: 'a setting that the device refuses on connecting', config: { open: 'config' }, message: /another setting/ },
    { what: 'a setting that the device refuses on reading', config: { read: 'config' }, message: /unit 9/ },
  ]
  for (const { what, config, message } of configurations) {
    it(`tells ${what} and ends with 78`, async () => {
      child = new Child()
      child.send({ ...configureFor(live.path), config })
      assert.deepEqual(await child.ended(), { code: 78, signal: null })
      const fault = await child.message('fault')
      assert.equal(fault.kind, 'config')
      assert.match(fault.message, message)
      assert.match(child.stderr, message)
      assert.doesNotMatch(child.stderr, /\n.*at /)
    })
  }

  it('refuses to work for a supervisor of another version', async () => {
    child = new Child()
    child.send({ ...configureFor(live.path), version: 99 })
    assert.deepEqual(await child.ended(), { code: 78, signal: null })
    const { kind, code, message } = await child.message('fault')
    assert.deepEqual({ kind, code }, { kind: 'config', code: 'control-version' })
    assert.match(message, /version 99/)
  })

  it('ends with 78 when no configuration comes, whatever else does', async () => {
    child = new Child({ configureMs: 300 })
    for (const noise of [{ type: 'configure' }, { type: 'configure', generation: 'x' }, { a: 1 }, []]) child.send(noise)
    assert.deepEqual(await child.ended(), { code: 78, signal: null })
    assert.equal((await child.message('fault')).code, 'not-configured')
  })

  it('ends with 78 when it is started by hand', async () => {
    const byHand = spawn(process.execPath, [join(FIXTURES, 'fake-collector.js'), '30000'])
    let stderr = ''
    byHand.stderr.on('data', (text) => {
      stderr += text
    })
    const [code] = await patiently('the end of the process', () => once(byHand, 'close'))
    assert.equal(code, 78)
    assert.match(stderr, /this process is started by its supervisor only/)
  })

  const bugs = [
    { what: 'an error thrown in a timer', config: { later: 'throw' }, message: 'thrown in a timer' },
    { what: 'a rejection that nobody catches', config: { later: 'reject' }, message: 'rejected and not caught' },
    { what: 'a reader that stumbles', config: { read: 'bug' }, message: 'reader stumbles' },
    { what: 'a bug behind many log lines', config: { create: 'flood', read: 'bug' }, message: 'reader stumbles' },
    { what: 'a factory that stumbles', config: { create: 'bug' }, message: 'factory stumbles' },
  ]
  for (const { what, config, message } of bugs) {
    it(`tells ${what} with its stack and ends with 70`, async () => {
      start(config)
      assert.deepEqual(await child.ended(), { code: 70, signal: null })
      const fault = await child.message('fault')
      assert.deepEqual({ kind: fault.kind, message: fault.message }, { kind: 'bug', message })
      assert.ok(child.stderr.includes(message))
      assert.match(child.stderr, /\n {4}at .*fake-reader/)
    })
  }

  it('ends after a bug though the supervisor stands still and the channel is full', async () => {
    const argument = JSON.stringify(configureFor(live.path, { create: 'flood', later: 'throw' }))
    const stdio = ['ignore', 'ignore', 'inherit', 'ignore', 'pipe'] as const
    const parent = spawn(process.execPath, [join(FIXTURES, 'blocked-parent.js'), argument], { stdio: [...stdio] })
    const ofChild = parent.stdio[4]
    assert.ok(ofChild instanceof Socket)
    await patiently('the end of the grandchild', () => once(ofChild.resume(), 'end'))
    assert.equal(parent.exitCode, null)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    assert.ok(live.drain().batches.length >= 2)
  })

  it('ignores a second configuration, foreign generations and malformed messages', async () => {
    start()
    await live.receive(1)
    child.send({ ...configureFor(folder.file('elsewhere')), generation: 5 })
    child.send({ type: 'stop', generation: 3, graceMs: 100 })
    child.send({ type: 'stop', generation: 4, graceMs: 'soon' })
    child.send({ type: 'live', generation: 5, live: { path: folder.file('elsewhere'), capacityBytes: 1 } })
    child.send({ type: 'nonsense', generation: 4 })
    child.send([1, 2, 3])
    child.send({ type: 'read-now', generation: 4, id: 8 })
    // Messages arrive in order: whoever answers this one has seen the others.
    assert.equal((await child.message('result')).id, 8)
    await live.receive(live.batches.length + 3)
    assert.ok(live.batches.every(({ generation }) => generation === 4))
  })

  it('cuts what the reader logs', async () => {
    start({ create: 'log' })
    const { level, text } = await child.message('log')
    assert.equal(level, 'info')
    assert.equal(text.length, 8192)
  })

  it('goes on in a new live queue, tags first', async () => {
    start()
    await live.receive(3)
    const next = new Consumer(folder.file('next'))
    child.send({ type: 'live', generation: 4, live: { path: next.path, capacityBytes: LIVE_CAPACITY_BYTES } })
    await next.receive(3)
    assert.equal(next.tagLists.length, 1)
    live.drain()
    const cycles = [...live.batches, ...next.batches].map(({ cycle }) => cycle)
    assert.deepEqual(
      cycles,
      cycles.map((_, index) => index + 1),
    )
    next.queue.destroy()
  })

  it('keeps samples while there is no live queue and delivers them when there is one', async () => {
    const path = folder.file('late')
    child = new Child()
    child.send(configureFor(path))
    await child.message('heartbeat', ({ counters }) => counters.cyclesTotal >= 10)
    await child.message('log', ({ text }) => text.startsWith('the live queue takes nothing'))
    assert.equal(existsSync(path), false)
    const late = new Consumer(path)
    await late.receive(12)
    assert.equal(late.batches[0]?.cycle, 1)
    const { counters } = await child.message('heartbeat', ({ counters }) => counters.cyclesTotal >= 15)
    assert.equal(counters.dropped, 0)
    late.queue.destroy()
  })

  it('sends bad batches with the reason while the device cannot be reached', async () => {
    start({ open: 'refused' })
    await child.message('link', ({ link, reason }) => link === 'disconnected' && reason === 'connection refused')
    await live.receive(3)
    assert.deepEqual(live.batches[2]?.values, [null, null, null])
    assert.deepEqual([...(live.batches[2]?.bad.values() ?? [])], new Array(3).fill('connection refused'))
    const { counters } = await child.message('heartbeat', ({ counters }) => counters.cyclesTotal >= 3)
    assert.deepEqual(counters.tags, { total: 3, good: 0, bad: 3 })
    assert.equal(counters.samplesTotal, 0)
  })

  it('is gone soon after its parent was killed, whatever the reader does', async () => {
    for (const config of [{}, { read: 'never', close: 'never' }]) {
      const argument = JSON.stringify(configureFor(live.path, config))
      // The collector holds the parent's stdout: it ends when both are gone.
      const parent = fork(join(FIXTURES, 'parent.js'), [argument], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
      const closed = once(parent, 'close')
      await patiently('a message of the grandchild', () => once(parent, 'message'))
      const atMs = performance.now()
      parent.kill('SIGKILL')
      await patiently('the end of both', () => closed)
      const tookMs = performance.now() - atMs
      assert.ok(tookMs < 2500, `${tookMs} ms`)
    }
  })
})

/** Resolves when the process has run its script. */
async function alive(child: Child): Promise<void> {
  child.send({ type: 'read-now', generation: 0, id: 1 })
  await child.message('result')
}
