import assert from 'node:assert/strict'
import { accusedIn, isTypeConflict, type Meaning, meaningOf } from '../../../lib/historian/refusal-words'
import { verdictOf } from '../../../lib/historian/verdict'

const BOUND = '2025-05-20T19:06:17.612Z'
const OUTSIDE = `failure writing points to database: partial write: dropped 4 points outside retention policy of duration 24h0m0s - oldest point home,room=busy\\ timeout at 1970-01-01T00:00:01.541Z dropped because it violates a Retention Policy Lower Bound at ${BOUND}, newest point home at 1970-01-01T00:00:01Z dropped because it violates a Retention Policy Lower Bound at ${BOUND} dropped=4 for database: 9f282d for retention policy: autogen`
const CONFLICT =
  'partial write: field type conflict: input field "t" on measurement "m" is type string, already exists as type float dropped=1'

describe('the words of a database', () => {
  const table: [string, Meaning | undefined][] = [
    ['', undefined],
    ['bad timestamp', undefined],
    // as it is said by InfluxDB 1, 2 (influxdb#19779 with a 500) and 3
    [CONFLICT, { kind: 'refused' }],
    [`unexpected error writing points to database: ${CONFLICT}`, { kind: 'refused' }],
    ["invalid column type for column 'timeout', expected iox::column_type::field::integer", { kind: 'refused' }],
    [`unable to parse 'm,a=busy timeout="engine is closed" 1': invalid number`, { kind: 'refused' }],
    ['partial write of line protocol occurred: something', { kind: 'refused' }],
    ['partial write: max-values-per-tag limit exceeded (100001/100000)', { kind: 'refused' }],
    // a cluster, which did not reach all of its nodes
    ['partial write', undefined],
    ['partial write: points beyond retention policy dropped=7', { kind: 'too-old', dropped: 7 }],
    [OUTSIDE, { kind: 'too-old', dropped: 4, beforeMs: Date.parse(BOUND) }],
    [
      'data in table bananas is outside of the retention period: minimum acceptable timestamp is 2023-05-23T08:59:06+00:00, but observed timestamp 2023-05-23T07:59:06+00:00 is older.',
      { kind: 'too-old', beforeMs: Date.parse('2023-05-23T08:59:06Z') },
    ],
    [
      'dropped 1 points outside retention policy: it violates a Write Window Upper Bound at 2025-05-20T19:06:17Z',
      { kind: 'refused' },
    ],
    ['engine: cache-max-memory-size exceeded: (1074767264/1073741824)', { kind: 'later' }],
    ['partial write: engine: cache-max-memory-size exceeded', { kind: 'later' }],
    ['timeout', { kind: 'later' }],
    ['write failed: context deadline exceeded', { kind: 'later' }],
    ['the server is busy', { kind: 'later' }],
    ['no space left on device', { kind: 'later' }],
    // names are no words of the database
    ['tag "timeout" is not known', undefined],
  ]
  for (const [words, meaning] of table) {
    it(`"${words.slice(0, 60)}" mean ${meaning?.kind ?? 'nothing by themselves'}`, () => {
      assert.deepEqual(meaningOf(words), meaning)
    })
  }

  it('accuse a field of its type', () => {
    assert.deepEqual(accusedIn(CONFLICT), { field: 't', measurement: 'm' })
    assert.deepEqual(accusedIn("invalid column type for column 'temp', expected"), { field: 'temp' })
    assert.equal(accusedIn('partial write: unable to parse "t" on measurement "m"'), undefined)
    assert.ok(isTypeConflict(CONFLICT))
    assert.ok(!isTypeConflict('unable to parse'))
  })
})

describe('a verdict where words and code disagree', () => {
  const target = {
    version: '2',
    url: 'http://db',
    org: '',
    bucket: '',
    database: '',
    token: '',
    username: '',
    password: '',
  } as const
  const table: [number, string, string][] = [
    [500, CONFLICT, 'refused'],
    [500, OUTSIDE, 'too-old'],
    [503, 'unable to parse "x"', 'refused'],
    [500, 'partial write', 'later'],
    [500, 'write to shard failed', 'later'],
    [400, 'engine: cache-max-memory-size exceeded', 'later'],
    [422, 'timeout', 'later'],
    [403, 'outside of the retention period: minimum acceptable timestamp is 2023-05-23T08:59:06Z', 'too-old'],
    [403, 'timeout', 'blocked'],
    [401, CONFLICT, 'blocked'],
    [404, 'timeout', 'blocked'],
    [413, 'partial write: unable to parse', 'too-large'],
    [429, CONFLICT, 'later'],
  ]
  for (const [status, message, kind] of table) {
    it(`${status} "${message.slice(0, 50)}" is ${kind}`, () => {
      const body = JSON.stringify({ code: 'internal error', message })
      assert.equal(verdictOf({ kind: 'answer', status, headers: {}, body }, target, 0).kind, kind)
    })
  }
})
