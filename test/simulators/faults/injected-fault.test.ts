import assert from 'node:assert/strict'
import { type InjectedFault, parseInjectedFault } from '../../../simulators/faults/injected-fault'

describe('Parsing an injected fault', () => {
  const good: InjectedFault[] = [
    { kind: 'reset-at-connect' },
    { kind: 'silent', times: 3 },
    { kind: 'reset-at-request', request: 4 },
    { kind: 'delay', ms: 0 },
    { kind: 'split', bytes: 1, gapMs: 2 },
    { kind: 'reset-in-reply', afterBytes: 5 },
    { kind: 'join', replies: 2 },
    { kind: 'repeat', copies: 2 },
    { kind: 'garbage', place: 'instead', bytes: 100 },
    { kind: 'corrupt', what: 'length-0' },
    { kind: 'latency', ms: 5 },
    { kind: 'reorder' },
    { kind: 'echo', every: 2, unit: 0 },
    { kind: 'duplicate', afterMs: 3 },
    { kind: 'noise', bytes: 3, afterMs: 5 },
    { kind: 'garbage', place: 'after', bytes: 1400 },
  ]
  for (const fault of good) {
    it(`keeps ${JSON.stringify(fault)}`, () => assert.deepEqual(parseInjectedFault({ ...fault, more: 1 }), fault))
  }

  const bad: unknown[] = [
    undefined,
    'silent',
    [],
    {},
    { kind: 'on-fire' },
    { kind: 'delay' },
    { kind: 'delay', ms: -1 },
    { kind: 'delay', ms: 1e9 },
    { kind: 'silent', times: 0 },
    { kind: 'split', bytes: 0, gapMs: 1 },
    { kind: 'split', bytes: 1.5, gapMs: 1 },
    { kind: 'garbage', place: 'behind', bytes: 1 },
    { kind: 'silent', every: 0 },
    { kind: 'silent', unit: -1 },
    { kind: 'noise', bytes: 3 },
    { kind: 'garbage', place: 'before', bytes: 1e12 },
    { kind: 'corrupt', what: 7 },
  ]
  for (const input of bad) {
    it(`refuses ${JSON.stringify(input)}`, () => assert.equal(parseInjectedFault(input), undefined))
  }
})
