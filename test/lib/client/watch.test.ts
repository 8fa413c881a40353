import assert from 'node:assert/strict'
import { CommandError } from '../../../lib/client/command-error'
import { watchProcesses, watchProcessor } from '../../../lib/client/watch'
import { processRow } from '../../support/process-row'
import { processorStatus } from '../../support/processor-status'
import { FakeSurroundings } from './fake-line'

const URL = 'http://gateway:1880/admin/'

describe('A client of the process table', () => {
  let fake: FakeSurroundings
  let told: string[]
  beforeEach(() => {
    fake = new FakeSurroundings()
    told = []
  })

  function watch(options: { maxRetries?: number; token?: string | (() => string | undefined) } = {}) {
    return watchProcesses(
      { url: URL, openSocket: fake.openSocket, ...options },
      {
        state: (state) => told.push(state),
        rows: (changed, removed) =>
          told.push([...changed.map(({ name }) => name), ...removed.map((name) => `-${name}`)].join(' ')),
        event: (event) => told.push(`${event.name} ${event.kind === 'status' ? event.to : event.kind}`),
      },
      fake.surroundings,
    )
  }

  it('connects below the address of the editor, and tells its token where a browser can', () => {
    watch({ token: 'zähler/+=' }).close()
    assert.equal(fake.last.url, 'ws://gateway:1880/admin/collectors/ws/processes')
    assert.deepEqual(fake.last.protocols, ['collectors', 'collectors.bearer.esOkaGxlci8rPQ'])
    watchProcesses({ url: 'https://x', openSocket: fake.openSocket }, {}, fake.surroundings).close()
    assert.equal(fake.last.url, 'wss://x/collectors/ws/processes')
    assert.deepEqual(fake.last.protocols, ['collectors'])
    assert.throws(() => watchProcesses({ url: 'file:///x' }), /no address of Node-RED/)
  })

  it('is connected when it has the snapshot, and has the rows by then', () => {
    const table = watch()
    fake.last.happens('open')
    assert.equal(table.state, 'connecting')
    fake.last.serves(7, 'a', 'b')
    assert.deepEqual(told, ['a b', 'connected'])
    assert.deepEqual(
      table.rows().map(({ name }) => name),
      ['a', 'b'],
    )
  })

  it('follows changes, removals and events', () => {
    const table = watch()
    fake.last.serves(0, 'a', 'b')
    told.length = 0
    fake.last.says({ type: 'process_status_update', seq: 1, data: [processRow('c')], removed: ['a'] })
    const event = {
      kind: 'status',
      seq: 9,
      name: 'c',
      supervisor: 's',
      from: 'starting',
      to: 'running',
      reason: 'ready',
    }
    fake.last.says({ type: 'process_event', seq: 2, data: { ...event, time: '2026-01-01', generation: 1 } })
    assert.deepEqual(told, ['c -a', 'c running'])
    assert.deepEqual([table.row('a'), table.row('c')?.name], [undefined, 'c'])
    assert.deepEqual(fake.last.sent, [])
  })

  it('asks for a snapshot when a push was left out, and takes what it got all the same', () => {
    watch()
    fake.last.serves(4, 'a')
    fake.last.says({ type: 'process_status_update', seq: 6, data: [processRow('b')], removed: [] })
    assert.deepEqual(fake.last.sent, [{ type: 'get_status' }])
    assert.equal(told.at(-1), 'b')
    fake.last.says({ type: 'process_status', seq: 7, data: [processRow('b')] })
    assert.equal(told.at(-1), 'b -a')
  })

  it('waits 1, 2, 4 ... 30 s between attempts, and begins anew after a success', () => {
    watch()
    const waits: number[] = []
    for (let attempt = 0; attempt < 8; attempt++) {
      const startedMs = fake.nowMs
      const { length } = fake.sockets
      fake.last.happens('close')
      while (fake.sockets.length === length) fake.pass(100)
      waits.push(fake.nowMs - startedMs)
    }
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
    assert.deepEqual(told, ['server_unavailable'])
    fake.last.serves(0)
    fake.last.happens('error')
    assert.deepEqual(told, ['server_unavailable', '', 'connected', 'connecting'])
    const { length } = fake.sockets
    fake.pass(999)
    assert.equal(fake.sockets.length, length)
    fake.pass(1)
    assert.equal(fake.sockets.length, length + 1)
  })

  it('asks for its token anew at each attempt', () => {
    const tokens = ['old', 'new']
    watch({ token: () => tokens.shift() })
    const [, first] = fake.last.protocols
    fake.last.happens('close')
    fake.pass(1000)
    assert.notEqual(fake.last.protocols[1], first)
  })

  it('gives up where it was told to', () => {
    const table = watch({ maxRetries: 2 })
    for (let attempt = 0; attempt < 3; attempt++) {
      fake.last.happens('close')
      fake.pass(60_000)
    }
    assert.equal(table.state, 'max_retries_exceeded')
    assert.equal(fake.sockets.length, 3)
    assert.equal(fake.waiting, 0)
  })

  it('does not wait for ever for a connection that neither opens nor fails', () => {
    watch()
    fake.pass(10_000)
    assert.ok(fake.last.closed)
    fake.pass(1000)
    assert.equal(fake.sockets.length, 2)
  })

  it('asks a silent server whether it is there, and leaves it when it is not', () => {
    watch()
    fake.last.serves(0, 'a')
    fake.pass(30_000)
    assert.deepEqual(fake.last.sent, [{ type: 'get_status' }])
    fake.last.says({ type: 'process_status', seq: 0, data: [] })
    fake.pass(29_000)
    assert.equal(fake.sockets.length, 1)
    fake.pass(11_000)
    assert.equal(told.at(-1), 'connecting')
    assert.ok(fake.sockets[0]?.closed)
  })

  it('hears nothing of a connection that it has left, nor what is no message', () => {
    const table = watch()
    const [old] = fake.sockets
    old?.happens('close')
    fake.pass(1000)
    old?.serves(0, 'ghost')
    fake.last.happens('open')
    for (const garbage of ['{', '[]', '{"type":"process_status","seq":1,"timestamp":"x","data":[{}]}', 7]) {
      fake.last.happens('message', garbage)
    }
    assert.deepEqual(table.rows(), [])
    assert.equal(table.state, 'server_unavailable')
  })

  it('is quiet when it was closed, twice without harm', () => {
    const table = watch()
    fake.last.serves(0, 'a')
    told.length = 0
    table.close()
    table.close()
    fake.last.serves(1, 'b')
    fake.last.happens('close')
    fake.pass(100_000)
    assert.deepEqual([told, fake.sockets.length, fake.waiting], [[], 1, 0])
    assert.ok(fake.last.closed)
  })

  it('goes on when the address cannot even be tried', () => {
    let attempts = 0
    const openSocket = () => {
      attempts += 1
      throw new Error('the browser forbids it')
    }
    const table = watchProcesses({ url: URL, openSocket }, {}, fake.surroundings)
    assert.equal(table.state, 'server_unavailable')
    fake.pass(1000)
    assert.equal(attempts, 2)
    table.close()
  })

  describe('that gives a command', () => {
    const results = [{ name: 'a', success: true }]

    it('has the results when it is done', async () => {
      const table = watch()
      fake.last.serves(0, 'a')
      const done = table.command({ command: 'stop', name: 'a' })
      assert.deepEqual(fake.last.sent, [{ type: 'command', id: 1, command: 'stop', name: 'a' }])
      fake.last.says({ type: 'command_result', id: 1, command: 'stop', name: 'a', success: true, results })
      assert.deepEqual(await done, results)
    })

    it('hears why it failed', async () => {
      const table = watch()
      fake.last.serves(0, 'a')
      const failed = [{ name: 'a', success: false, error: 'no' }]
      const done = table.command({ command: 'stop-all' })
      const answer = {
        type: 'command_result',
        id: 1,
        command: 'stop-all',
        success: false,
        error: 'no',
        code: 'timeout',
      }
      fake.last.says({ ...answer, results: failed })
      await assert.rejects(done, (error) => {
        assert.ok(error instanceof CommandError)
        assert.deepEqual([error.code, error.message, error.results], ['timeout', 'no', failed])
        return true
      })
    })

    it('hears that it may not', async () => {
      const table = watch()
      fake.last.serves(0, 'a')
      const done = table.command({ command: 'start', name: 'a' })
      fake.last.says({ type: 'error', id: 1, error: 'lacks the permission', code: 'forbidden' })
      await assert.rejects(done, { name: 'CommandError', code: 'forbidden' })
    })

    it('is told at once that there is no connection', async () => {
      await assert.rejects(watch().command({ command: 'start', name: 'a' }), { code: 'unavailable' })
    })

    it('is told that nobody knows, when the connection goes or no answer comes', async () => {
      const table = watch()
      fake.last.serves(0, 'a')
      const lost = table.command({ command: 'start', name: 'a' })
      fake.last.happens('close')
      await assert.rejects(lost, { code: 'unknown' })
      fake.pass(1000)
      fake.last.serves(0, 'a')
      const silent = table.command({ command: 'start', name: 'a' })
      for (let second = 0; second < 120; second += 20) {
        fake.pass(20_000)
        fake.last.says({ type: 'process_status_update', seq: 1, data: [], removed: [] })
      }
      await assert.rejects(silent, { code: 'unknown' })
      const closed = table.command({ command: 'start', name: 'a' })
      table.close()
      await assert.rejects(closed, { code: 'unknown' })
    })
  })
})

describe('A client of the way into the database', () => {
  it('knows all supervisors, and those that went no more', () => {
    const fake = new FakeSurroundings()
    const seen: string[] = []
    const watch = watchProcessor(
      { url: URL, openSocket: fake.openSocket },
      { status: (all) => seen.push(Object.keys(all).join(' ')) },
      fake.surroundings,
    )
    fake.last.happens('open')
    fake.last.says({ type: 'processor_status', seq: 3, data: { a: processorStatus(), b: processorStatus() } })
    fake.last.says({ type: 'processor_status_update', seq: 4, data: { c: processorStatus() }, removed: ['a'] })
    assert.deepEqual(seen, ['a b', 'b c'])
    assert.equal(watch.state, 'connected')
    assert.deepEqual(Object.keys(watch.status()), ['b', 'c'])
    watch.close()
  })
})
