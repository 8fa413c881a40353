// The sink against a server that answers as it is told.

import assert from 'node:assert/strict'
import { systemClock } from '../../../lib/child/clock'
import type { InfluxTarget } from '../../../lib/contract/influx-target'
import { InfluxSink } from '../../../lib/historian/influx-sink'
import type { Verdict } from '../../../lib/historian/sink'
import { type ScriptedAnswer, ScriptedHttp } from '../../support/scripted-http'
import { until } from '../../support/until'
import { readingOf } from './readings-of-test'

const JSON_TYPE = { 'content-type': 'application/json' }
const never = new AbortController().signal
const one = [readingOf(1, { v: 1 })]
const many = Array.from({ length: 1000 }, (_, index) => readingOf(index + 1, { v: index, w: index / 2 }))

describe('the way into InfluxDB', () => {
  let server: ScriptedHttp
  let sink: InfluxSink

  function targetOf(version: InfluxTarget['version'], more: Partial<InfluxTarget> = {}): InfluxTarget {
    return {
      version,
      url: server.url,
      org: 'ac me',
      bucket: 'b&1',
      database: 'plant/1',
      token: 'tok=1',
      username: 'eva',
      password: 'p:w',
      ...more,
    }
  }
  function open(target: InfluxTarget, timeoutMs = 5000): void {
    sink = new InfluxSink(target, systemClock, { timeoutMs })
  }

  beforeEach(async () => {
    server = await ScriptedHttp.start()
    open(targetOf('2'))
  })
  afterEach(async () => {
    sink.close()
    sink.close()
    await server.close()
  })

  const versions: [InfluxTarget['version'], string, string][] = [
    ['1', '/write?db=plant%2F1&precision=ns', `Basic ${Buffer.from('eva:p:w').toString('base64')}`],
    ['2', '/api/v2/write?org=ac+me&bucket=b%261&precision=ns', 'Token tok=1'],
    ['3', '/api/v3/write_lp?db=plant%2F1&precision=nanosecond', 'Bearer tok=1'],
  ]
  for (const [version, path, authorization] of versions) {
    it(`version ${version} has its own path and login`, async () => {
      for (const prefix of ['', '/', '/influx', '/influx/']) {
        open(targetOf(version, { url: server.url + prefix }))
        assert.deepEqual(await sink.write(one, never), { kind: 'accepted' })
        assert.equal(server.received.at(-1)?.path, prefix.replace(/\/$/, '') + path)
        sink.close()
      }
      const [request] = server.received
      assert.equal(request?.method, 'POST')
      assert.equal(request?.headers.authorization, authorization)
      assert.equal(request?.body, 'plant,collector=press\\ 1,type=modbus v=1 1000000')
    })

    it(`version ${version} can do without a login`, async () => {
      open(targetOf(version, { token: '', username: '', password: '' }))
      await sink.write(one, never)
      assert.equal(server.received[0]?.headers.authorization, undefined)
    })
  }

  it('sends many lines packed, over one connection', async () => {
    await sink.write(many, never)
    await sink.write(many, never)
    await sink.write(one, never)
    assert.deepEqual(
      server.received.map(({ headers }) => headers['content-encoding']),
      ['gzip', 'gzip', undefined],
    )
    assert.equal(server.lines.length, 2001)
    assert.equal(server.lines[999], 'plant,collector=press\\ 1,type=modbus v=999,w=499.5 1000000000')
    assert.equal(server.connections, 1)
  })

  it('keeps the connection after an answer that says no', async () => {
    for (const status of [400, 401, 413, 429, 503, 204]) {
      server.answer = () => ({ status, body: status === 204 ? '' : '{"error":"no"}' })
      await sink.write(many, never)
    }
    assert.equal(server.connections, 1)
  })

  it('sends nothing that cannot be a line, and says what it is', async () => {
    const verdict = await sink.write([...many, readingOf(1, { bad: Infinity })], never)
    assert.equal(verdict.kind, 'refused')
    assert.match(verdict.kind === 'refused' ? verdict.reason : '', /tag "bad": Infinity/)
    assert.equal(server.received.length, 0)
  })

  it('has nothing to send for no readings', async () => {
    assert.deepEqual(await sink.write([], never), { kind: 'accepted' })
    assert.equal(server.received.length, 0)
  })

  const OK = 'HTTP/1.1 204 No Content\r\n'
  const replies: [string, ScriptedAnswer, Verdict['kind']][] = [
    ['a whole answer in single bytes', { raw: [...`${OK}\r\n`], finish: 'end' }, 'accepted'],
    ['half a status line', { raw: 'HTTP/1.1 20', finish: 'end' }, 'later'],
    ['half a header', { raw: `${OK}Date: Thu`, finish: 'end' }, 'later'],
    ['half a header, then a reset', { raw: `${OK}Date: Thu`, finish: 'reset' }, 'later'],
    ['half a body of a 200', { raw: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"a', finish: 'end' }, 'later'],
    ['a 200 without its body', { raw: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n', finish: 'reset' }, 'later'],
    ['half a body of a 400', { raw: 'HTTP/1.1 400 No\r\nContent-Length: 99\r\n\r\n{"error"', finish: 'end' }, 'later'],
    ['half a chunk', { raw: 'HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc', finish: 'end' }, 'later'],
    ['no byte', { raw: '', finish: 'end' }, 'later'],
    ['a reset', { raw: '', finish: 'reset' }, 'later'],
    ['another protocol', { raw: 'SSH-2.0-OpenSSH_9.2\r\n', finish: 'hold' }, 'later'],
    ['a header without an end', { raw: `${OK}X: ${'x'.repeat(100_000)}`, finish: 'hold' }, 'later'],
    ['gzip that is none', { status: 400, headers: { 'content-encoding': 'gzip' }, body: 'plain' }, 'later'],
    ['an endless error', { status: 400, headers: JSON_TYPE, body: 'x'.repeat(6_000_000) }, 'refused'],
    ['an endless page', { status: 200, body: 'x'.repeat(6_000_000) }, 'blocked'],
    ['429 that says when', { status: 429, headers: { 'retry-after': '7' } }, 'later'],
  ]
  for (const [what, answer, kind] of replies) {
    it(`${what}: ${kind}`, async () => {
      server.answer = () => answer
      const verdict = await sink.write(many, never)
      assert.equal(verdict.kind, kind, JSON.stringify(verdict))
      if (what.startsWith('429')) assert.equal(verdict.kind === 'later' && verdict.afterMs, 7000)
      server.answer = () => ({ status: 204 })
      assert.deepEqual(await sink.write(one, never), { kind: 'accepted' }, 'and then all is well again')
    })
  }

  const silences: [string, ScriptedAnswer][] = [
    ['never answers', { raw: '', finish: 'hold' }],
    ['stops in the middle of its answer', { raw: 'HTTP/1.1 400 No\r\nContent-Length: 9\r\n\r\n{', finish: 'hold' }],
    ['sends its answer too slowly', { raw: ['HTTP/1.1 204 No Content\r\nX: ', ...'x'.repeat(5000)], finish: 'hold' }],
  ]
  for (const [what, answer] of silences) {
    it(`gives up a server that ${what}, and leaves no connection behind`, async () => {
      open(targetOf('2'), 200)
      server.answer = () => answer
      for (let time = 0; time < 3; time++) {
        const verdict = await sink.write(many, never)
        assert.match(verdict.kind === 'later' ? verdict.reason : '', /0\.2 s/)
      }
      await until(() => server.open === 0)
    })
  }

  it('tries again at once when the server has closed an idle connection in the meantime', async () => {
    server.answer = () => ({ raw: `${OK}\r\n`, finish: 'hold' })
    await sink.write(one, never)
    let resets = 0
    server.answer = ({ connection }) => {
      if (connection > 1) return { status: 204 }
      resets++
      return { raw: '', finish: 'reset' }
    }
    assert.deepEqual(await sink.write(one, never), { kind: 'accepted' })
    assert.equal(resets, 1)
  })

  it('tries a new connection that breaks only once', async () => {
    server.answer = () => ({ raw: '', finish: 'reset' })
    assert.equal((await sink.write(one, never)).kind, 'later')
    assert.equal(server.received.length, 1)
  })

  it('ends at once when it is told to, and keeps no connection but an idle one', async () => {
    server.answer = () => ({ raw: '', finish: 'hold' })
    for (const readings of [one, many]) {
      const controller = new AbortController()
      const writing = sink.write(readings, controller.signal)
      setImmediate(() => controller.abort())
      assert.equal((await writing).kind, 'later')
    }
    assert.equal((await sink.write(one, AbortSignal.abort())).kind, 'later')
    await until(() => server.open <= 1)
    sink.close()
    await until(() => server.open === 0)
  })

  it('says what to do when nobody listens', async () => {
    const { url } = server
    await server.close()
    const verdict = await sink.write(one, never)
    assert.equal(verdict.kind, 'later')
    assert.match(verdict.kind === 'later' ? verdict.reason : '', new RegExp(`${url}.*running`))
    server = await ScriptedHttp.start()
  })

  it('says what to do when the name is unknown', async () => {
    open(targetOf('2', { url: 'http://no-such-host.invalid:8086' }))
    const verdict = await sink.write(one, never)
    assert.match(verdict.kind === 'later' ? verdict.reason : '', /no-such-host\.invalid.*name/)
  })

  it('refuses a token that no header can carry, instead of failing in the middle of a write', () => {
    assert.throws(() => new InfluxSink(targetOf('2', { token: 'a\nb' }), systemClock))
  })
})
