import assert from 'node:assert/strict'
import { BEGINNING_LENGTH, DISTINCT_LENGTH, hideSecrets } from '../../../lib/contract/secrets'
import { ECHOES, UNREADABLE } from '../../support/echoes'

/** What passwords and tokens are made of. */
const SECRETS = [
  'canary7f3a91c2',
  `Zq7/+tok==en&x-"Canary"_9'<f>\\3k`,
  'with spaces + 100 %',
  'Grüne, 密码一二三四',
  '0123456789',
  'pwd4',
]
/** Shorter ones are not looked for so: too much is like them by chance. */
function isLookedFor(secret: string, how: string): boolean {
  if (/cut/.test(how)) return secret.length * (2 / 3) >= BEGINNING_LENGTH
  return secret.length >= DISTINCT_LENGTH || !/capitals|small|backwards/.test(how)
}

/** Nothing of the encoded secret is left: no four characters of it that stand together. */
function assertGone(told: string, encoded: string): void {
  for (let at = 0; at + 4 <= encoded.length; at++) {
    const part = encoded.slice(at, at + 4)
    if (/[\p{L}\p{N}]{3}/u.test(part)) assert.ok(!told.includes(part), `${JSON.stringify(part)} in ${told}`)
  }
}

describe('secrets in what others say', () => {
  for (const secret of SECRETS) {
    const hide = hideSecrets([secret])
    for (const [how, echo] of Object.entries(ECHOES)) {
      if (!isLookedFor(secret, how)) continue
      it(`are hidden ${how}: ${secret}`, () => {
        const told = hide(`401: [${echo(secret)}] was refused, says proxy-1.example at 2026-12-01T04:20:53.123Z`)
        assert.match(told, /^401: .*\*\*\*.*was refused, says proxy-1.example at 2026-12-01T04:20:53.123Z$/s)
        // What is encoded together with it may stay.
        const around = ['{"said":"', 'said=', 'headers', 'Buffer', 'data', '"type"']
        const left = around.reduce((text, word) => text.replaceAll(word, ''), told)
        if (!/middle|behind|base64 of base64|several lines|list of bytes|JSON in JSON|in HTML in JSON/.test(how))
          assertGone(left, echo(secret))
        assert.ok(!told.includes(secret))
      })
    }
  }

  it('leave what stands around them', () => {
    const hide = hideSecrets(['canary7f3a91c2'])
    assert.equal(hide('a canary7f3a91c2, b CANARY7f3a91c2canary7f3a91c2.'), 'a ***, b ***.')
    assert.equal(hide('canary7f3a91c2'), '***')
    assert.equal(hide('%63anary7f3a91c2!'), '***!')
    assert.equal(hide(`Basic ${Buffer.from('eva:canary7f3a91c2').toString('base64')}, why?`), 'Basic ZXZhO***, why?')
    assert.equal(hide('dir C:\\temp\\new, 100 % of &lt;x&gt;'), 'dir C:\\temp\\new, 100 % of &lt;x&gt;')
  })

  it('are hidden when only their beginning was said, if that is long enough', () => {
    const hide = hideSecrets(['an-api-key-of-42-characters-0123456789abcd'])
    assert.equal(hide('got an-api-key-of-42-chara...'), 'got ***...')
    assert.equal(hide('got an-api-key-of-42'), 'got an-api-key-of-42')
  })

  it('may be several, one part of another', () => {
    const hide = hideSecrets(['abcd', 'abcdefgh', '', 'efgh-ijkl'])
    assert.equal(hide('abcdefgh abcd abcdefgh-ijkl x'), '*** *** *** x')
  })

  // biome-ignore format: a table
  const short: [secret: string, text: string, told: string][] = [
    ['t', 'partial write: token t refused, timeout', 'partial write: token *** refused, timeout'],
    ['4', 'HTTP 400 from 10.0.0.4:8086 after 4 s', 'HTTP 400 from 10.0.0.***:8086 after *** s'],
    ['a-b', 'a-b axb a-bc xa-b', '*** axb a-bc xa-b'],
    ['温', '温度 温', '温度 ***'],
    ['long', 'no longer: long', 'no ***er: ***'],
  ]
  for (const [secret, text, told] of short) {
    it(`of ${secret.length} characters are hidden ${secret.length < 4 ? 'by themselves only' : 'anywhere'}: ${text}`, () =>
      assert.equal(hideSecrets([secret])(text), told))
  }

  it('of few characters are found backwards or in other letters nowhere, since words are like them', () => {
    assert.equal(hideSecrets(['loop'])('a pool, a LOOP'), 'a pool, a LOOP')
  })

  const words = [
    'the database refuses "value" of "a": partial write: field type conflict on measurement m, dropped=0',
    'connect ECONNREFUSED 192.168.0.17:4840 at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1637:16)',
    'exception 2 at holding 40124 (wire 123): the device has no such register; is the list one-based?',
    '    at Object.<anonymous> (/usr/lib/node_modules/node-red-collectors/dist/lib/child/main.js:120:13)',
    'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, serial 0x5f:3a:91, ns=2;s=Boiler.Temp',
    '设备没有回答：请检查地址和电缆',
  ]
  for (const text of words) {
    it(`cost nothing of what is no secret: ${text}`, () => {
      const hide = hideSecrets(['canary7f3a91c2', 'Str0ng+Pass/word', 'admin', 'root', '1234567', 'aZ0_'])
      assert.equal(hide(text), text)
    })
  }

  it('are no texts that are empty', () => {
    assert.equal(hideSecrets(['', ''])('any text'), 'any text')
  })

  it('are not found where more than decoding is needed', () => {
    for (const encode of Object.values(UNREADABLE)) {
      const text = encode('canary7f3a91c2')
      assert.equal(hideSecrets(['canary7f3a91c2'])(text), text)
    }
  })

  it('cost a bounded time, whatever is said: a text that has too many readings is not told at all', () => {
    const hide = hideSecrets(['canary7f3a91c2', 'pwd4'])
    const kinds = [
      '%41\\x42&#67;=44',
      '\'\'""\\\\',
      '5a 71 ',
      'aB3+',
      'a b c ',
      '%2525\\\\u0041',
      '90,113,',
      'AAAA5555',
      '=3D',
      '\\u0025',
    ]
    for (const kind of [...kinds, kinds.join('')]) {
      const text = kind.repeat(Math.ceil(8192 / kind.length))
      const start = performance.now()
      const told = hide(text)
      const tookMs = performance.now() - start
      assert.ok(told === text || told === '***', told.slice(0, 100))
      assert.ok(tookMs < 1000, `${tookMs} ms for ${kind}`)
    }
  })
})
