import assert from 'node:assert/strict'
import type { ReplyFault } from '../../../simulators/faults/injected-fault'
import { garbageOf, type Step, scriptReply } from '../../../simulators/faults/reply-script'

const reply = Buffer.from('abcd')
const corruptions = { capitals: (bytes: Buffer) => Buffer.from(bytes.toString().toUpperCase()) }
const nothing = { bytes: Buffer.alloc(0), replies: 0 }

function script(faults: ReplyFault[], held = nothing): string[] {
  return scriptReply(reply, faults, held, corruptions).map(show)
}
function show(step: Step): string {
  if (step.do === 'wait') return `wait ${step.ms}`
  return step.do === 'reset' ? 'reset' : `${step.do} ${step.bytes.toString('latin1')}`
}
const garbage3 = garbageOf(3).toString('latin1')

describe('A reply under faults', () => {
  const table: [string, ReplyFault[], string[]][] = [
    ['none', [], ['send abcd']],
    ['delay', [{ kind: 'delay', ms: 50 }], ['wait 50', 'send abcd']],
    ['split', [{ kind: 'split', bytes: 3, gapMs: 2 }], ['send abc', 'wait 2', 'send d']],
    ['split larger than the reply', [{ kind: 'split', bytes: 9, gapMs: 2 }], ['send abcd']],
    ['reset in the reply', [{ kind: 'reset-in-reply', afterBytes: 2 }], ['send ab', 'reset']],
    ['repeat', [{ kind: 'repeat', copies: 2 }], ['send abcdabcd']],
    ['garbage before', [{ kind: 'garbage', place: 'before', bytes: 3 }], [`send ${garbage3}abcd`]],
    ['garbage instead', [{ kind: 'garbage', place: 'instead', bytes: 3 }], [`send ${garbage3}`]],
    ['corrupt', [{ kind: 'corrupt', what: 'capitals' }], ['send ABCD']],
    ['the first of two to be joined', [{ kind: 'join', replies: 2 }], ['hold abcd']],
    [
      'delay, corrupt, split and reset together',
      [
        { kind: 'split', bytes: 2, gapMs: 1 },
        { kind: 'reset-in-reply', afterBytes: 3 },
        { kind: 'corrupt', what: 'capitals' },
        { kind: 'delay', ms: 9 },
      ],
      ['wait 9', 'send AB', 'wait 1', 'send C', 'reset'],
    ],
  ]
  for (const [name, faults, steps] of table) {
    it(`becomes ${steps.join(', ')}: ${name}`, () => assert.deepEqual(script(faults), steps))
  }

  it('takes along what was held back', () => {
    const held = { bytes: Buffer.from('123'), replies: 1 }
    assert.deepEqual(script([{ kind: 'join', replies: 2 }], held), ['send 123abcd'])
    assert.deepEqual(script([{ kind: 'join', replies: 3 }], held), ['hold abcd'])
    assert.deepEqual(script([], held), ['send 123abcd'])
  })
})
