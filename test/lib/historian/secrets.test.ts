import assert from 'node:assert/strict'
import type { InfluxTarget } from '../../../lib/contract/influx-target'
import { withoutSecrets } from '../../../lib/historian/secrets'
import { type Reply, verdictOf } from '../../../lib/historian/verdict'
import { ECHOES } from '../../support/echoes'

const TARGET: InfluxTarget = {
  version: '1',
  url: 'http://db:8086',
  org: 'o',
  bucket: 'b',
  database: 'd',
  token: 'tok"en/1+2==',
  username: 'eva',
  password: 'p<a>&"9?',
}
const LOGIN = Buffer.from(`${TARGET.username}:${TARGET.password}`)

describe('secrets that a server repeats', () => {
  const said: [string, string][] = [
    ['as they are', `login ${TARGET.password} and ${TARGET.token}`],
    ['in base64', `got ${LOGIN.toString('base64')}`],
    ['in base64 without its end', `got ${LOGIN.toString('base64').replace(/=+$/, '')}.`],
    ['in base64url', `got ${LOGIN.toString('base64url')}`],
    ['in the header', `Authorization: Basic ${LOGIN.toString('base64')}`],
    ['in the header of a dump in JSON', JSON.stringify({ headers: { authorization: `Token ${TARGET.token}` } })],
    ['in a URL', `/write?p=${encodeURIComponent(TARGET.password)}&t=${encodeURIComponent(TARGET.token)}`],
    ['in HTML', `<td>p&lt;a&gt;&amp;&quot;9?</td>`],
  ]
  for (const [how, text] of said) {
    it(`${how} are left out`, () => {
      const told = withoutSecrets(text, TARGET)
      for (const secret of [TARGET.password, TARGET.token, LOGIN.toString('base64').slice(0, 10), 'a%3E', 'tok']) {
        assert.ok(!told.includes(secret), told)
      }
      assert.match(told, /\*\*\*/)
    })
  }

  it('are left out of every verdict', () => {
    for (const status of [200, 307, 400, 401, 403, 404, 413, 429, 500]) {
      for (const [, body] of said) {
        for (const reply of [
          { kind: 'answer', status, headers: { location: body }, body: JSON.stringify({ error: body }) },
          { kind: 'answer', status, headers: {}, body },
          { kind: 'failure', code: '', message: body },
        ] satisfies Reply[]) {
          const told = JSON.stringify(verdictOf(reply, TARGET, 0))
          assert.ok(!told.includes(LOGIN.toString('base64').slice(0, 10)) && !told.includes('tok'), told)
        }
      }
    }
  })

  it('of others, in a header, are left out, too', () => {
    assert.equal(withoutSecrets('Authorization: Bearer abc', TARGET), 'Authorization: ***')
    assert.equal(withoutSecrets('sent Basic ZXZhOnBhc3M=, why?', TARGET), 'sent Basic ***, why?')
  })

  for (const [how, echo] of Object.entries(ECHOES)) {
    it(`are left out of what a verdict tells, ${how}`, () => {
      const login = { ...TARGET, token: 'Zq7/+tok==en&x-Canary91_9f3kLm', password: 'Zwei*Worte<und>"mehr"' }
      const [token, pair] = [login.token, `${login.username}:${login.password}`]
      for (const secret of [token, login.password, pair, `Token ${token}`]) {
        const body = JSON.stringify({ error: `no: [${echo(secret)}]` })
        const told = JSON.stringify(verdictOf({ kind: 'answer', status: 401, headers: {}, body }, login, 0))
        assert.match(told, /no: \[.*\*\*\*/)
        assert.ok(!told.includes(JSON.stringify(echo(secret)).slice(1, -1)), told)
      }
    })
  }

  it('of a password of few characters are left out of the header that holds it', () => {
    const login = { token: '', username: 'eva', password: 'abc' }
    const encoded = Buffer.from('eva:abc').toString('base64')
    assert.equal(withoutSecrets(`header ${encoded}, password abc, abcd`, login), 'header ***==, password ***, abcd')
  })

  it('cost no words that are none', () => {
    const words = 'Token required: the Basic rules and bearer tokens of 400 points'
    assert.equal(withoutSecrets(words, { token: '', username: '', password: '' }), words)
  })
})
