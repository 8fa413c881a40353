import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { isForeignPage, isForeignSocket } from '../../../../nodes/collector-supervisor/api/foreign-page'

const host = 'gateway.local:1880'

describe('A control request is taken for one of a foreign page', () => {
  const table: [string, IncomingHttpHeaders, boolean][] = [
    ['cross-site', { host, 'sec-fetch-site': 'cross-site' }, true],
    ['another port of the same host, which is same-site', { host, 'sec-fetch-site': 'same-site' }, true],
    ['another origin on plain HTTP', { host, origin: 'http://evil.example' }, true],
    ['another port on plain HTTP', { host, origin: 'http://gateway.local:3000' }, true],
    ['a sandboxed frame or a file', { host, origin: 'null' }, true],
    ['a malformed origin', { host, origin: 'gateway.local:1880' }, true],
    ['a form of another site', { host, origin: 'http://evil.example', 'content-type': 'text/plain' }, true],
    [
      'a form whose type only looks like JSON',
      { host, origin: 'http://evil.example', 'content-type': 'text/plain;application/json' },
      true,
    ],
    [
      'a form whose type begins like JSON',
      { host, origin: 'http://evil.example', 'content-type': 'application/jsonp' },
      true,
    ],
    ['an origin, but no host', { origin: 'http://evil.example' }, true],
    ['a program', { host }, false],
    ['a program with an empty form (curl -d "")', { host, 'content-type': 'application/x-www-form-urlencoded' }, false],
    ['this very site', { host, origin: 'http://gateway.local:1880', 'sec-fetch-site': 'same-origin' }, false],
    ['typed by the user', { host, 'sec-fetch-site': 'none' }, false],
    ['this very site on plain HTTP', { host: 'Gateway.local:1880', origin: 'http://gateway.local:1880' }, false],
    ['the standard port', { host: 'gateway.local', origin: 'https://gateway.local' }, false],
    [
      'JSON, which passed a preflight',
      { host, origin: 'http://dashboard.example', 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' },
      false,
    ],
    [
      'JSON with a charset',
      { host, origin: 'http://dashboard.example', 'content-type': 'application/json; charset=utf-8' },
      false,
    ],
  ]
  for (const [what, headers, foreign] of table) {
    it(`${foreign ? 'yes' : 'no'}: ${what}`, () => assert.equal(isForeignPage(headers), foreign))
  }
})

describe('A WebSocket is taken for one of a foreign page', () => {
  const origin = 'http://dashboard.example'
  const table: [string, IncomingHttpHeaders, string | undefined, boolean][] = [
    ['another origin', { host, origin }, undefined, true],
    ['another origin than CORS has let in', { host, origin }, 'http://other.example', true],
    ['a sandboxed frame or a file', { host, origin: 'null' }, undefined, true],
    ['a malformed origin', { host, origin: 'gateway.local:1880' }, undefined, true],
    ['another port', { host, origin: 'http://gateway.local:1881' }, undefined, true],
    ['a part of the host', { host, origin: 'http://gateway.local' }, undefined, true],
    ['an origin, but no host', { origin }, undefined, true],
    ['an empty host', { host: '', origin }, undefined, true],
    ['JSON, which says nothing here', { host, origin, 'content-type': 'application/json' }, undefined, true],
    ['a program', { host }, undefined, false],
    ['this very site', { host, origin: 'http://gateway.local:1880' }, undefined, false],
    [
      'this very site in other letters',
      { host: 'Gateway.LOCAL:1880', origin: 'http://gateway.local:1880' },
      undefined,
      false,
    ],
    ['the standard port, written', { host: 'gateway.local:443', origin: 'https://gateway.local' }, undefined, false],
    ['what a proxy says was asked for', { host, origin, 'x-forwarded-host': 'dashboard.example' }, undefined, false],
    [
      'what the first of two proxies says',
      { host, origin, 'x-forwarded-host': 'dashboard.example, b' },
      undefined,
      false,
    ],
    ['an origin that CORS has let in', { host, origin }, origin, false],
    ['an origin where CORS lets in all', { host, origin }, '*', false],
  ]
  for (const [what, headers, granted, foreign] of table) {
    it(`${foreign ? 'yes' : 'no'}: ${what}`, () => assert.equal(isForeignSocket(headers, granted), foreign))
  }
})
