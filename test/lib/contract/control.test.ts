// Control messages: every kind comes through as it was sent, and nothing else comes through at all.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type FromChild, parseFromChild, parseToChild, type ToChild } from '../../../lib/contract/control'
import { LINKS } from '../../../lib/contract/lifecycle'
import { CONTROL_TEXT_MAX } from '../../../lib/contract/limits'

const COUNTERS = {
  samplesTotal: 100,
  dropped: 1,
  cyclesTotal: 10,
  overruns: 2,
  cycleMs: { last: 1.5, p50: 1, p99: 3, max: 4 },
  tags: { total: 10, good: 9, bad: 1 },
  loopDelayMs: 0.5,
  forecast: { requests: 3, cycleMs: 12.5 },
}
const TOO_LONG = 'x'.repeat(CONTROL_TEXT_MAX + 1)

const FROM_CHILD: FromChild[] = [
  { type: 'ready', generation: 1, version: 1 },
  { type: 'heartbeat', generation: 1, counters: COUNTERS },
  ...LINKS.map((link): FromChild => ({ type: 'link', generation: 1, link, reason: '' })),
  { type: 'log', generation: 1, level: 'warn', text: 'x'.repeat(CONTROL_TEXT_MAX) },
  { type: 'fault', generation: 1, kind: 'config', code: 'wrong-port', message: 'port 99999' },
  { type: 'result', generation: 1, id: 0, ok: true, data: { a: [1] } },
  { type: 'result', generation: 1, id: 7, ok: false, data: null },
  { type: 'queue-suspected', generation: 1, reason: 'a page is damaged' },
  { type: 'queue', generation: 1, trouble: '', report: '' },
  { type: 'queue', generation: 1, trouble: '', report: 'a new one was made', setAside: true },
  { type: 'history-set-aside', generation: 1, text: 'it is kept as history.db.corrupt-x' },
]

const LIVE = { path: '/dev/shm/collectors-1/live.queue', capacityBytes: 16_777_216 }
const CONFIGURE: ToChild = {
  type: 'configure',
  generation: 4,
  version: 1,
  name: 'oven',
  recipient: 'a1b2',
  live: LIVE,
  heartbeatMs: 2000,
  config: { host: '10.0.0.1', tags: [] },
}
const TO_CHILD: ToChild[] = [
  CONFIGURE,
  { type: 'inspect', generation: 1, version: 1, name: 'oven', config: {} },
  { type: 'inspect', generation: 1, version: 1, name: 'oven', folder: '/data/pki', config: {} },
  { type: 'live', generation: 1, live: LIVE },
  { type: 'stop', generation: 1, graceMs: 0 },
  { type: 'retry', generation: 1 },
  { type: 'queue-judged', generation: 1, damage: 'a page is damaged' },
  { type: 'queue-judged', generation: 1, damage: undefined },
  { type: 'read-now', generation: 1, id: 3 },
]

/** A property replaced, deep down where the path leads. */
function changed(message: object, path: string, value: unknown): unknown {
  const [first = '', ...rest] = path.split('.')
  const part = Object.entries(message).find(([name]) => name === first)?.[1]
  return { ...message, [first]: rest.length === 0 ? value : changed(part, rest.join('.'), value) }
}

describe('a message from a child', () => {
  for (const message of FROM_CHILD) {
    const title = JSON.stringify(message).slice(0, 80)
    it(`comes through: ${title}`, () => assert.deepEqual(parseFromChild(message), message))
    it(`comes through without what does not belong to it: ${title}`, () => {
      assert.deepEqual(parseFromChild({ ...message, more: 'x' }), message)
    })
    for (const generation of [undefined, null, -1, 0.5, '1', Number.NaN]) {
      it(`is nothing with generation ${generation}: ${title}`, () => {
        assert.equal(parseFromChild({ ...message, generation }), undefined)
      })
    }
  }

  it('comes through with its counters only', () => {
    const counters = { ...COUNTERS, more: 1, cycleMs: { ...COUNTERS.cycleMs, more: 1 } }
    assert.deepEqual(parseFromChild({ type: 'heartbeat', generation: 1, counters }), FROM_CHILD[1])
  })

  const wrong: { type: FromChild['type']; path: string; values: unknown[] }[] = [
    { type: 'ready', path: 'version', values: [undefined, '1', -1, 1.5] },
    { type: 'heartbeat', path: 'counters', values: [undefined, null, [], 5] },
    ...['samplesTotal', 'dropped', 'cyclesTotal', 'overruns', 'tags.total', 'tags.good', 'tags.bad'].map((count) => ({
      type: 'heartbeat' as const,
      path: `counters.${count}`,
      values: [undefined, null, '1', -1, 1.5, 2 ** 53, Infinity],
    })),
    ...['cycleMs.last', 'cycleMs.p50', 'cycleMs.p99', 'cycleMs.max', 'loopDelayMs'].map((duration) => ({
      type: 'heartbeat' as const,
      path: `counters.${duration}`,
      values: [undefined, null, '1', -1, Number.NaN, Infinity],
    })),
    { type: 'heartbeat', path: 'counters.forecast', values: [null, 5, [], {}] },
    { type: 'heartbeat', path: 'counters.forecast.requests', values: [undefined, '1', -1, 1.5] },
    { type: 'heartbeat', path: 'counters.forecast.cycleMs', values: [undefined, '1', -1, Infinity] },
    { type: 'heartbeat', path: 'counters.cycleMs', values: [undefined, 5, []] },
    { type: 'heartbeat', path: 'counters.tags', values: [undefined, 5, []] },
    { type: 'link', path: 'link', values: [undefined, 'up', 'CONNECTED', ['connected']] },
    { type: 'link', path: 'reason', values: [undefined, 5, TOO_LONG] },
    { type: 'log', path: 'level', values: [undefined, 'fatal', 'stdout'] },
    { type: 'log', path: 'text', values: [undefined, 5, {}, TOO_LONG] },
    { type: 'fault', path: 'kind', values: [undefined, 'none'] },
    { type: 'fault', path: 'code', values: [undefined, 5, 'x'.repeat(101)] },
    { type: 'fault', path: 'message', values: [undefined, 5, TOO_LONG] },
    { type: 'result', path: 'id', values: [undefined, '1', -1] },
    { type: 'result', path: 'ok', values: [undefined, 1, 'true'] },
  ]
  for (const { type, path, values } of wrong) {
    it(`is nothing if ${path} of ${type} is wrong`, () => {
      const message = FROM_CHILD.find((each) => each.type === type)
      assert.ok(message)
      for (const value of values) assert.equal(parseFromChild(changed(message, path, value)), undefined, String(value))
    })
  }

  it('is nothing if it is of the other direction or of none', () => {
    for (const message of TO_CHILD) assert.equal(parseFromChild(message), undefined)
    for (const type of [undefined, 5, 'READY', 'toString', '__proto__', ['ready']]) {
      assert.equal(parseFromChild({ type, generation: 1, version: 1 }), undefined)
    }
    for (const input of [undefined, null, 5, 'ready', [], [{ type: 'ready' }], () => {}]) {
      assert.equal(parseFromChild(input), undefined)
    }
  })
})

describe('a message to a child', () => {
  for (const message of TO_CHILD) {
    it(`comes through: ${message.type}`, () => {
      assert.deepEqual(parseToChild(message), message)
      assert.deepEqual(parseToChild({ ...message, more: 'x' }), message)
    })
    it(`is nothing without a generation: ${message.type}`, () => {
      assert.equal(parseToChild({ ...message, generation: undefined }), undefined)
    })
  }

  it('brings whatever configuration there is, for the reader to judge', () => {
    for (const config of [undefined, null, 5, 'x', []]) {
      assert.deepEqual(parseToChild({ ...CONFIGURE, config }), { ...CONFIGURE, config })
    }
  })

  const wrong: { type: ToChild['type']; path: string; values: unknown[] }[] = [
    { type: 'configure', path: 'version', values: [undefined, '1', -1] },
    { type: 'configure', path: 'name', values: [undefined, 5, 'x'.repeat(1001)] },
    { type: 'configure', path: 'recipient', values: [undefined, 5, 'x'.repeat(1001)] },
    { type: 'configure', path: 'live', values: [undefined, 'path'] },
    { type: 'configure', path: 'live.path', values: [undefined, 5, 'x'.repeat(4097)] },
    { type: 'configure', path: 'live.capacityBytes', values: [undefined, -1, '16'] },
    { type: 'configure', path: 'heartbeatMs', values: [undefined, 0, 9, 600_001, Infinity] },
    { type: 'inspect', path: 'version', values: [undefined, '1', -1] },
    { type: 'inspect', path: 'name', values: [undefined, 5, 'x'.repeat(1001)] },
    { type: 'live', path: 'live', values: [undefined, null, []] },
    { type: 'stop', path: 'graceMs', values: [undefined, -1, Number.NaN, '10'] },
    { type: 'read-now', path: 'id', values: [undefined, -1, 0.5] },
  ]
  for (const { type, path, values } of wrong) {
    it(`is nothing if ${path} of ${type} is wrong`, () => {
      const message = TO_CHILD.find((each) => each.type === type)
      assert.ok(message)
      for (const value of values) assert.equal(parseToChild(changed(message, path, value)), undefined, String(value))
    })
  }

  it('is nothing if it is of the other direction or of none', () => {
    for (const message of FROM_CHILD) assert.equal(parseToChild(message), undefined)
    for (const input of [undefined, null, 5, 'stop', [], { type: 'explode', generation: 1 }]) {
      assert.equal(parseToChild(input), undefined)
    }
  })
})

describe('a control message of either direction', () => {
  const types = fc.constantFrom(...[...FROM_CHILD, ...TO_CHILD].map(({ type }) => type))
  const parts = fc.dictionary(
    fc.constantFrom('version', 'counters', 'link', 'reason', 'level', 'text', 'kind', 'id', 'ok', 'live', 'graceMs'),
    fc.anything(),
  )
  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(types, parts, fc.anything(), (type, rest, anything) => {
        for (const parse of [parseFromChild, parseToChild]) {
          parse(anything)
          assert.equal(parse({ ...rest, type, generation: 1 })?.type ?? type, type)
        }
      }),
    )
  })
})
