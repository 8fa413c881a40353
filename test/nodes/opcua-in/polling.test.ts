import assert from 'node:assert/strict'
import { parseNodeAddress } from '../../../nodes/opcua-in/node-ids'
import { Polling } from '../../../nodes/opcua-in/polling'
import type { Wanted } from '../../../nodes/opcua-in/source'
import { SteppedClock } from '../../lib/child/stepped-clock'
import { ImaginedServer, STATE, sampleOf } from './imagined-server'
import { shown } from './shown'

const never = new AbortController().signal

describe('Reading cycle for cycle', () => {
  let server: ImaginedServer
  let clock: SteppedClock
  let logged: string[]
  beforeEach(() => {
    logged = []
    server = new ImaginedServer()
    clock = new SteppedClock()
    for (const [index, name] of ['a', 'b', 'c'].entries()) server.nodes.set(name, sampleOf(index))
  })

  async function started(names: readonly string[], uri = 'urn:plant'): Promise<Polling> {
    return startedWith(names.map((name) => [name, `nsu=${uri};s=${name}`]))
  }
  async function startedWith(tags: readonly (readonly [name: string, address: string])[]): Promise<Polling> {
    const wanted = tags.map(([name, text]): Wanted => {
      const address = parseNodeAddress(text)
      assert.ok(!('problem' in address))
      return { name, address, deadband: undefined }
    })
    const polling = new Polling({
      wanted,
      timeoutMs: 1000,
      clock,
      log: (level, text) => logged.push(`${level}: ${text}`),
    })
    await polling.start(server.session())
    server.calls.length = 0
    return polling
  }
  const read = async (polling: Polling) => shown(await polling.read(never))

  it('asks for the state of the server along with the values', async () => {
    server.nodes.set(STATE, sampleOf(0))
    const polling = await started(['a', 'b'])
    assert.deepEqual([await read(polling), polling.doubt, server.calls], [[0, 1], undefined, ['read 3']])
    server.nodes.set(STATE, sampleOf(5))
    await read(polling)
    assert.match(polling.doubt ?? '', /test mode/)
    server.nodes.set(STATE, sampleOf(0))
    await read(polling)
    assert.equal(polling.doubt, undefined)
  })

  it('keeps to the limit of the server, also to one that it has not told', async () => {
    server.mostAtOnce = 3
    const polling = await started(['a', 'b', 'c', 'd', 'e'])
    assert.deepEqual(await read(polling), [0, 1, 2, 'BadNodeIdUnknown', 'BadNodeIdUnknown'])
    assert.deepEqual(server.calls, ['read 6', 'read 3', 'read 3'])
    server.calls.length = 0
    // What was learned holds after the next connection, too.
    await polling.start(server.session())
    await read(polling)
    assert.deepEqual(server.calls, ['read 3', 'read 3'])
    assert.equal(polling.forecast.requests, 2)
  })

  it('does without the namespaces of a server that lists none, where addresses name them by number', async () => {
    server.listsNamespaces = false
    const polling = await startedWith([
      ['a', 'ns=1;s=a'],
      ['b', 'nsu=urn:plant;s=b'],
    ])
    assert.deepEqual(await read(polling), [
      0,
      'the server has no namespace urn:plant: is its URI right? It is looked for again now and then',
    ])
  })

  it('names the one node that the server cannot stand', async () => {
    server.poison = 'b'
    assert.deepEqual(await read(await started(['a', 'b', 'c'])), [0, 'the server says BadInternalError', 2])
  })

  describe('where a value cannot be read, or no answer with it', () => {
    const UNREADABLE = 'the value cannot be read: it is not encoded as OPC UA has it (BadDecodingError)'

    it('reads the others with as few requests as before, and asks for this one alone, ever more rarely', async () => {
      const polling = await started(['a', 'b', 'c'])
      server.unreadable.add('b')
      assert.deepEqual(await read(polling), [0, UNREADABLE, 2])
      server.calls.length = 0
      for (let second = 0; second < 60; second++) {
        await clock.advance(1000)
        assert.deepEqual(await read(polling), [0, UNREADABLE, 2])
      }
      // state, a and c; after 10 s and after 20 s more b alone
      assert.deepEqual([server.calls.filter((call) => call === 'read 3').length, server.calls.length], [60, 62])
      assert.equal(logged.length, 1)
      assert.match(
        logged[0] ?? '',
        /^warn: no answer that includes "b" can be used, .* alone and rarely: the server sent/,
      )
    })

    it('reads it with the others again once it can be read', async () => {
      const polling = await started(['a', 'b'])
      server.unreadable.add('b')
      await read(polling)
      server.unreadable.clear()
      assert.deepEqual(await read(polling), [0, UNREADABLE])
      await clock.advance(10_000)
      assert.deepEqual(await read(polling), [0, 1])
      server.calls.length = 0
      await read(polling)
      assert.deepEqual(server.calls, ['read 3'])
    })

    it('reads the state of the server alone, too, when that is the reason', async () => {
      server.nodes.set(STATE, sampleOf(0))
      server.unreadable.add(STATE)
      const polling = await started(['a', 'b'])
      assert.deepEqual(await read(polling), [0, 1])
      server.calls.length = 0
      assert.deepEqual([await read(polling), server.calls], [[0, 1], ['read 2']])
      server.unreadable.clear()
      server.nodes.set(STATE, sampleOf(3))
      await clock.advance(10_000)
      await read(polling)
      assert.match(polling.doubt ?? '', /was suspended/)
    })

    it('asks for few of many at a time, however many there are', async () => {
      const names = Array.from({ length: 40 }, (_, index) => `n${index}`)
      for (const name of names) {
        server.nodes.set(name, sampleOf(1))
        server.unreadable.add(name)
      }
      const polling = await started(['a', ...names])
      assert.deepEqual(new Set(await read(polling)), new Set([0, UNREADABLE]))
      server.calls.length = 0
      await clock.advance(10_000)
      await read(polling)
      assert.deepEqual(server.calls, ['read 2', 'read 1', 'read 1', 'read 1', 'read 1', 'read 1'])
    })

    it('finds out anew with the next connection', async () => {
      const polling = await started(['a', 'b'])
      server.unreadable.add('b')
      await read(polling)
      server.unreadable.clear()
      await polling.start(server.session())
      assert.deepEqual(await read(polling), [0, 1])
    })
  })

  it('finds its nodes where the namespaces are after the next connection', async () => {
    const polling = await started(['a'], 'urn:late')
    assert.match(String((await read(polling))[0]), /no namespace urn:late/)
    server.uris.push('urn:late')
    await polling.start(server.session())
    assert.deepEqual(await read(polling), [0])
  })

  it('looks for a namespace that was not there now and then, and when the server runs again', async () => {
    server.nodes.set(STATE, sampleOf(3))
    const polling = await started(['a'], 'urn:late')
    await read(polling)
    server.uris.push('urn:late')
    assert.match(String((await read(polling))[0]), /no namespace/)
    server.nodes.set(STATE, sampleOf(0))
    await read(polling)
    assert.deepEqual(await read(polling), [0])
  })

  it('gives up with its session', async () => {
    const polling = await started(['a'])
    server.refuses.set('read', 'mute')
    await assert.rejects(polling.read(never), { kind: 'link', code: 'no-answer' })
    polling.stop()
    await assert.rejects(polling.read(never), { kind: 'link', code: 'not-connected' })
  })

  it('tells each value why, when the server does not let it read', async () => {
    server.refuses.set('read', 'BadServiceUnsupported')
    const polling = await started(['a', 'b'])
    const text = 'the server says BadServiceUnsupported'
    assert.deepEqual(await read(polling), [text, text])
  })
})
