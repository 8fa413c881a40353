import assert from 'node:assert/strict'
import { describeProblems } from '../../../lib/contract/fields'
import { parseFilter, parseLocales, parseOpcuaConfig } from '../../../nodes/opcua-in/fields'
import { configOf, rawConfig } from './config'

const said = (others: object, tag: object = {}) => {
  const parsed = parseOpcuaConfig({ ...rawConfig([['a', 'i=2258', tag]]), ...others })
  return parsed.ok ? undefined : describeProblems(parsed.problems)
}

describe('The configuration of an OPC UA reader', () => {
  it('needs no more than an endpoint and a tag', () => {
    const { mode, securityMode, securityPolicy, authentication, trust, publishingInterval, queueSize, uncertain } =
      configOf([['a', 'i=1']])
    assert.deepEqual(
      { mode, securityMode, securityPolicy, authentication, trust, publishingInterval, queueSize, uncertain },
      {
        mode: 'subscribe',
        securityMode: 'none',
        securityPolicy: 'auto',
        authentication: 'anonymous',
        trust: 'reject',
        publishingInterval: 0,
        queueSize: 1,
        uncertain: 'reject',
      },
    )
  })

  // biome-ignore format: a table, one line a mistake
  const mistakes: [what: string, others: object, says: RegExp][] = [
    ['no endpoint', { endpoint: '' }, /^endpoint: must not be empty/],
    ['a host alone', { endpoint: '192.168.0.10:4840' }, /^endpoint: must look like opc\.tcp/],
    ['another protocol', { endpoint: 'http://plc:4840' }, /^endpoint: must look like opc\.tcp/],
    ['a password in the endpoint', { endpoint: 'opc.tcp://me:secret@plc' }, /^endpoint: must not hold a user/],
    ['an unknown mode', { securityMode: 'SignAndEncrypt' }, /^securityMode: .*is not one of/],
    ['a user without a name', { authentication: 'username', securityMode: 'sign' }, /^username: is missing/],
    ['a password without security', { authentication: 'username', username: 'me' }, /^securityMode: .*insist/],
    ['a certificate without security', { authentication: 'certificate' }, /^authentication: /],
    ['no tags', { tags: [] }, /^tags: /],
    ['a queue without room', { queueSize: 0 }, /^queueSize: /],
    ['a language that is none', { locale: 'en, zh_CN' }, /^locale: "zh_CN" is no language: write e\.g\. zh-CN,en$/],
  ]
  for (const [what, others, says] of mistakes) {
    it(`is refused with ${what}`, () => {
      const parsed = parseOpcuaConfig({ ...rawConfig([['a', 'i=2258']], others), ...others })
      assert.ok(!parsed.ok)
      assert.match(describeProblems(parsed.problems), says)
    })
  }

  // biome-ignore format: a table, one line a mistake
  const wrongTags: [columns: object, says: string][] = [
    [{ noValue: 'x' }, 'tags[0].noValue: "x" is no number: write numbers with commas between them, e.g. 0x8000, 65535, NaN'],
    [{ min: 'x' }, 'tags[0].min: "x" is no number: write e.g. 400 or -0.5, or leave it empty'],
    [{ min: '2', max: '1' }, 'tags[0].max: is below the minimum: 1 is less than 2'],
    [{ texts: 'on' }, 'tags[0].texts: "on" has no text: write e.g. 0=off;1=on'],
    [{ scaleFrom: '10^' }, 'tags[0].scaleFrom: "10^" names no scale: write 10^ or * and a tag or an address'],
    [{ scaleFrom: '10^i=2' }, 'tags[0].scaleFrom: there is no tag "i=2": a scale is another tag here'],
    [{ scaleFrom: 'a' }, 'tags[0].scaleFrom: "a" is scaled by this tag itself'],
    [{ scaleFrom: '*b' }, 'tags[0].scaleFrom: "b" cannot be a scale: it is told by texts'],
  ]
  for (const [columns, says] of wrongTags) {
    it(`is refused with a tag that has ${JSON.stringify(columns)}`, () => {
      const parsed = parseOpcuaConfig(
        rawConfig([
          ['a', 'i=1', columns],
          ['b', 'i=2', { texts: '0=off' }],
        ]),
      )
      assert.equal(parsed.ok ? '' : describeProblems(parsed.problems), says)
    })
  }

  it('takes NodeIds with identifiers of 4096 characters, with namespace and range', () => {
    const address = (length: number) => `nsu=http://plant/;s=${'x'.repeat(length)};range=0:9`
    assert.equal(said({ tags: [{ name: 'a', address: address(4096) }] }), undefined)
    const wrong = (address: string) => said({ tags: [{ name: 'a', address }] }) ?? ''
    assert.match(wrong(address(4097)), /…": an identifier has at most 4096 characters$/)
    assert.match(wrong(address(6000)), /longer than 6000 characters/)
    const opaque = (length: number) => `ns=1;b=${Buffer.alloc(length).toString('base64')}`
    assert.equal(said({ tags: [{ name: 'a', address: opaque(4096) }] }), undefined)
    assert.match(wrong(opaque(4097)), /…": an identifier has at most 4096 bytes$/)
    // each of these is one character
    assert.equal(said({ tags: [{ name: 'a', address: `ns=1;s=${'🙂'.repeat(2900)}` }] }), undefined)
  })

  it('lists languages in the order wished', () => {
    const table: [string, string[]][] = [
      ['', []],
      [' , ', []],
      ['en', ['en']],
      [' zh-CN , en-US,de ', ['zh-CN', 'en-US', 'de']],
      ['zh-Hans-CN', ['zh-Hans-CN']],
    ]
    for (const [locale, expected] of table) {
      assert.equal(said({ locale }), undefined)
      assert.deepEqual(parseLocales(locale), expected)
    }
  })

  it('samples as often as it publishes in flows that were saved with 0, or before there was a choice', () => {
    const { samplingInterval, fastestSampling } = configOf([['a', 'i=1']], { samplingInterval: 0 })
    assert.deepEqual([samplingInterval, fastestSampling], [0, false])
  })

  it('sends a password without security only to who insists', () => {
    assert.equal(said({ authentication: 'username', username: 'me', insecurePassword: true }), undefined)
  })

  it('knows IPv6, names and paths', () => {
    for (const endpoint of ['opc.tcp://[::1]:4840', 'opc.tcp://plc', ' opc.tcp://plc:48010/UA/Server '])
      assert.equal(said({ endpoint }), undefined)
  })

  it('reads what the server is to hold back', () => {
    const table: [string, unknown][] = [
      ['', undefined],
      ['0', undefined],
      ['0.5', { type: 'absolute', value: 0.5 }],
      [' 2 % ', { type: 'percent', value: 2 }],
    ]
    for (const [filter, expected] of table) {
      assert.equal(said({}, { filter }), undefined)
      assert.deepEqual(parseFilter(filter), expected)
    }
    for (const filter of ['-1', 'x', '1,5', '101%', '%'])
      assert.match(said({}, { filter }) ?? '', /^tags\[0\]\.filter: /)
  })
})
