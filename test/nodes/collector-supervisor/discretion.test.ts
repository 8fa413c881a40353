import assert from 'node:assert/strict'
import type { FromChild } from '../../../lib/contract/control'
import { text } from '../../../lib/contract/fields'
import { discreetly, hideFor, secretsIn } from '../../../nodes/collector-supervisor/discretion'

const SECRET = 'canary7f3a91c2'
const SAID = `refused: ${Buffer.from(SECRET).toString('hex')}, ${SECRET}`
const TOLD = 'refused: ***, ***'

describe('what a child says', () => {
  const heard: unknown[] = []
  const hear = (secrets: string[]) => {
    heard.length = 0
    return discreetly(
      {
        identified: () => {},
        message: (message) => heard.push(message),
        malformed: () => {},
        flood: () => {},
        unreachable: () => {},
        output: (source, line) => heard.push([source, line]),
        spawnFailed: () => {},
        exited: () => {},
      },
      hideFor({ secrets }),
    )
  }

  const cause = { measurement: 'm', field: 'f', count: 1 }
  const messages: [said: FromChild, told: FromChild][] = [
    [
      { type: 'link', generation: 1, link: 'degraded', reason: SAID, code: 'x' },
      { type: 'link', generation: 1, link: 'degraded', reason: TOLD, code: 'x' },
    ],
    [
      { type: 'log', generation: 1, level: 'warn', text: SAID },
      { type: 'log', generation: 1, level: 'warn', text: TOLD },
    ],
    [
      { type: 'fault', generation: 1, kind: 'device', code: 'x', message: SAID },
      { type: 'fault', generation: 1, kind: 'device', code: 'x', message: TOLD },
    ],
    [
      { type: 'durable', generation: 1, trouble: SAID, broken: false },
      { type: 'durable', generation: 1, trouble: TOLD, broken: false },
    ],
    [
      { type: 'queue', generation: 1, trouble: SAID, report: SAID },
      { type: 'queue', generation: 1, trouble: TOLD, report: TOLD },
    ],
    [
      { type: 'queue-suspected', generation: 1, reason: SAID },
      { type: 'queue-suspected', generation: 1, reason: TOLD },
    ],
    [
      { type: 'refused', generation: 1, causes: [{ ...cause, reason: SAID }] },
      { type: 'refused', generation: 1, causes: [{ ...cause, reason: TOLD }] },
    ],
    [
      { type: 'result', generation: 1, id: 1, ok: true, data: { nodes: [SAID, 3, null, { name: SAID }] } },
      { type: 'result', generation: 1, id: 1, ok: true, data: { nodes: [TOLD, 3, null, { name: TOLD }] } },
    ],
    [
      { type: 'result', generation: 1, id: 1, ok: false, data: { kind: 'device', code: 'x', message: SAID } },
      { type: 'result', generation: 1, id: 1, ok: false, data: { kind: 'device', code: 'x', message: TOLD } },
    ],
    [
      { type: 'result', generation: 1, id: 1, ok: false, data: SAID },
      { type: 'result', generation: 1, id: 1, ok: false, data: TOLD },
    ],
    [
      { type: 'ready', generation: 1, version: 1 },
      { type: 'ready', generation: 1, version: 1 },
    ],
  ]
  for (const [said, told] of messages) {
    it(`is heard without its secrets: ${said.type}${'ok' in said ? ` ${said.ok} ${typeof said.data}` : ''}`, () => {
      const listener = hear([SECRET])
      listener.message(said)
      listener.message(said)
      assert.deepEqual(heard, [told, told])
    })
  }

  it('on its output, too', () => {
    hear([SECRET]).output('stderr', SAID)
    assert.deepEqual(heard, [['stderr', TOLD]])
  })

  it('is still understood where a secret is a word of ours', () => {
    const listener = hear(['connected', 'device', 'warn'])
    const said: FromChild[] = [
      { type: 'link', generation: 1, link: 'connected', reason: '' },
      { type: 'log', generation: 1, level: 'warn', text: 'x' },
      { type: 'result', generation: 1, id: 1, ok: false, data: { kind: 'device', code: 'device', message: 'x' } },
    ]
    for (const message of said) listener.message(message)
    assert.deepEqual(heard, said)
  })

  it('is heard as it is where there are no secrets', () => {
    hear([]).message({ type: 'log', generation: 1, level: 'info', text: SAID })
    assert.deepEqual(heard, [{ type: 'log', generation: 1, level: 'info', text: SAID }])
  })

  it('may hold the name of a user, which the editor shows', () => {
    const fields = { username: text({ secret: true }), password: text({ secret: true }), token: text({ secret: true }) }
    const config = { username: 'eva', password: SECRET, token: '', other: 'x' }
    assert.deepEqual(secretsIn(fields, config), { secrets: [SECRET] })
    assert.deepEqual(secretsIn(fields, undefined), {})
    assert.deepEqual(secretsIn(undefined, config), {})
  })
})
