import assert from 'node:assert/strict'
import type { InfluxTarget } from '../../../lib/contract/influx-target'
import type { Verdict } from '../../../lib/historian/sink'
import { type Reply, verdictOf } from '../../../lib/historian/verdict'

const V1: InfluxTarget = {
  version: '1',
  url: 'http://db:8086',
  org: 'acme',
  bucket: 'line 4',
  database: 'plant',
  token: 'tok-en-123',
  username: 'eva',
  password: 'pass-word-9',
}
const V2: InfluxTarget = { ...V1, version: '2' }
const V3: InfluxTarget = { ...V1, version: '3' }
const NOW = Date.parse('Fri, 06 Nov 2026 08:00:00 GMT')

function answer(status: number, body = '', headers = {}): Reply {
  return { kind: 'answer', status, body, headers }
}
function failure(code: string, message = ''): Reply {
  return { kind: 'failure', code, message }
}
const json = JSON.stringify

/** The words that an operator must find in the reason. */
type Expected = { kind: Verdict['kind']; words?: RegExp[]; afterMs?: number }

const PARTIAL = json({
  error: 'partial write of line protocol occurred',
  data: [{ error_message: 'invalid column type for column "t"', line_number: 2, original_line: 'm t=1' }],
})

describe('the verdict on a reply', () => {
  const table: [string, InfluxTarget, Reply, Expected][] = [
    ['204', V2, answer(204), { kind: 'accepted' }],
    ['an empty 200', V3, answer(200), { kind: 'accepted' }],
    ['a 200 in JSON without an error', V3, answer(200, '{"ok":true}'), { kind: 'accepted' }],
    ['a partial answer with 201', V3, answer(201, PARTIAL), { kind: 'refused', words: [/partial write.*column "t"/] }],
    ['a partial answer with 400', V3, answer(400, PARTIAL), { kind: 'refused', words: [/partial write.*column "t"/] }],
    ['a web page with 200', V2, answer(200, '<html>Hi</html>'), { kind: 'blocked', words: [/URL/, /InfluxDB 2/] }],
    ['a text with 200', V2, answer(200, 'welcome'), { kind: 'blocked', words: [/URL/] }],
    ['301', V2, answer(301, '', { location: 'https://db/' }), { kind: 'blocked', words: [/https:\/\/db\//, /URL/] }],
    ['307 to nowhere', V2, answer(307), { kind: 'blocked', words: [/URL/] }],
    [
      '400 of 1.x',
      V1,
      answer(400, json({ error: 'field type conflict' })),
      { kind: 'refused', words: [/^field type/] },
    ],
    ['400 of 2.x', V2, answer(400, json({ code: 'invalid', message: 'bad' })), { kind: 'refused', words: [/^bad$/] }],
    ['400 in plain words', V2, answer(400, 'cannot parse'), { kind: 'refused', words: [/^cannot parse$/] }],
    ['400 without a word', V2, answer(400), { kind: 'refused', words: [/400 without a reason/] }],
    ['422', V2, answer(422, json({ message: 'outside retention' })), { kind: 'too-old', words: [/retention/] }],
    ['400 of a web page', V2, answer(400, '<h1>Bad</h1>'), { kind: 'blocked', words: [/URL/] }],
    [
      '400 for the path',
      V3,
      answer(400, 'x; unsupported path requested: "/api"'),
      { kind: 'blocked', words: [/version/] },
    ],
    [
      '400 for HTTP to HTTPS',
      V2,
      answer(400, 'Client sent an HTTP request to an HTTPS server.'),
      { kind: 'blocked', words: [/HTTPS/] },
    ],
    [
      '400 for one database too many',
      V3,
      answer(422, json({ error: 'would exceed limit of 5 databases' })),
      { kind: 'blocked' },
    ],
    ['401 of 1.x', V1, answer(401, json({ error: 'nope' })), { kind: 'blocked', words: [/user and password/, /nope/] }],
    ['401 of 2.x', V2, answer(401), { kind: 'blocked', words: [/token/] }],
    ['403 of 1.x', V1, answer(403), { kind: 'blocked', words: [/eva/, /plant/] }],
    ['403 of 2.x', V2, answer(403), { kind: 'blocked', words: [/token/, /line 4/, /acme/] }],
    ['404 of 1.x', V1, answer(404, json({ error: 'database not found' })), { kind: 'blocked', words: [/"plant"/] }],
    ['404 of 2.x', V2, answer(404), { kind: 'blocked', words: [/"line 4"/, /"acme"/, /db:8086/] }],
    ['404 of 3', V3, answer(404), { kind: 'blocked', words: [/"plant"/, /InfluxDB 3/] }],
    ['405', V2, answer(405), { kind: 'blocked', words: [/URL/] }],
    ['407', V2, answer(407), { kind: 'blocked' }],
    ['400 for a line', V2, answer(400, 'too long line: more than 262144 bytes'), { kind: 'too-large' }],
    ['413', V2, answer(413, '<html>too large'), { kind: 'too-large' }],
    ['408', V2, answer(408), { kind: 'later' }],
    ['425', V2, answer(425), { kind: 'later' }],
    ['429 with seconds', V2, answer(429, '', { retryAfter: '3' }), { kind: 'later', afterMs: 3000 }],
    [
      '503 with a date',
      V2,
      answer(503, '', { retryAfter: 'Fri, 06 Nov 2026 08:01:00 GMT' }),
      { kind: 'later', afterMs: 60_000 },
    ],
    ['503 with nonsense', V2, answer(503, '', { retryAfter: 'soon' }), { kind: 'later' }],
    ['500', V1, answer(500, json({ error: 'timeout' })), { kind: 'later', words: [/timeout/, /log/] }],
    [
      'a write that waits for a node',
      V1,
      answer(500, json({ error: 'hinted handoff queue not empty' })),
      { kind: 'accepted' },
    ],
    ['599', V2, answer(599), { kind: 'later' }],
    ['999', V2, answer(999), { kind: 'later' }],
    ['a refused connection', V2, failure('ECONNREFUSED'), { kind: 'later', words: [/running/, /db:8086/] }],
    ['an unknown host', V2, failure('ENOTFOUND'), { kind: 'later', words: [/name/] }],
    ['no way there', V2, failure('EHOSTUNREACH'), { kind: 'later', words: [/network/] }],
    ['a reset', V2, failure('ECONNRESET'), { kind: 'later', words: [/broke/] }],
    ['no HTTP', V2, failure('HPE_INVALID_CONSTANT'), { kind: 'later', words: [/port/] }],
    ['an own certificate', V2, failure('DEPTH_ZERO_SELF_SIGNED_CERT'), { kind: 'blocked', words: [/certificate/] }],
    ['an old certificate', V2, failure('CERT_HAS_EXPIRED'), { kind: 'blocked', words: [/certificate/] }],
    ['TLS with a plain server', V2, failure('EPROTO'), { kind: 'later', words: [/http:\/\//] }],
    ['something unheard of', V2, failure('', 'so sorry'), { kind: 'later', words: [/so sorry/] }],
    ['silence', V2, { kind: 'timeout', afterMs: 30_000 }, { kind: 'later', words: [/30 s/] }],
    ['our own end', V2, { kind: 'cancelled' }, { kind: 'later' }],
  ]
  for (const [what, config, reply, { kind, words = [], afterMs }] of table) {
    it(`${what}: ${kind}`, () => {
      const verdict = verdictOf(reply, config, NOW)
      assert.equal(verdict.kind, kind)
      if (verdict.kind === 'later') assert.equal(verdict.afterMs, afterMs)
      const reason = verdict.kind === 'accepted' ? '' : verdict.reason
      for (const word of words) assert.match(reason, word)
    })
  }

  it('never repeats a secret, whatever the server says', () => {
    const body = `you sent tok-en-123\nand pass-word-9`
    for (const status of [200, 302, 400, 401, 403, 404, 405, 413, 429, 500]) {
      for (const config of [V1, V2, V3]) {
        const headers = { location: 'http://x/?p=pass-word-9&t=tok-en-123' }
        const text = json(verdictOf(answer(status, body, headers), config, NOW))
        assert.doesNotMatch(text, /tok-en-123|pass-word-9/)
      }
    }
    assert.doesNotMatch(json(verdictOf(failure('', body), V2, NOW)), /tok-en-123|pass-word-9/)
  })

  it('knows from the number of dropped lines which they are, where their times differ', () => {
    const dropped = (count: number) =>
      answer(400, json({ error: `partial write: points beyond retention policy dropped=${count}` }))
    const throughOf = (count: number, times: number[]) => {
      const verdict = verdictOf(dropped(count), V1, NOW, times)
      return verdict.kind === 'too-old' ? verdict.throughMs : assert.fail(verdict.kind)
    }
    assert.equal(throughOf(2, [50, 10, 40, 20]), 20)
    assert.equal(throughOf(4, [50, 10, 40, 20]), 50)
    assert.equal(throughOf(9, [50, 10]), 50)
    assert.equal(throughOf(1, [10, 10, 20]), undefined)
    assert.equal(throughOf(1, []), undefined)
  })

  it('knows from the bound in the words what is older', () => {
    const at = '2026-11-05T08:00:00.612973Z'
    const words = `partial write: dropped 2 points outside retention policy of duration 24h0m0s - oldest point m at 1970-01-01T00:00:01Z dropped because it violates a Retention Policy Lower Bound at ${at}, newest point m at 1970-01-01T00:00:02Z dropped because it violates a Retention Policy Lower Bound at ${at} dropped=2`
    const verdict = verdictOf(answer(422, json({ message: words })), V2, NOW)
    assert.equal(verdict.kind === 'too-old' && verdict.throughMs, Date.parse(at) - 1)
  })

  it('is one line of bounded length', () => {
    const verdict = verdictOf(answer(400, `a\r\n\t\u0000${'x'.repeat(100_000)}`), V2, NOW)
    assert.equal(verdict.kind, 'refused')
    const reason = verdict.kind === 'refused' ? verdict.reason : ''
    assert.ok(reason.length < 400)
    assert.match(reason, /^a x+\.\.\.$/)
  })
})
