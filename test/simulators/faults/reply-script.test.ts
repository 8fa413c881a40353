import assert from 'node:assert/strict'
import type { ReplyFault } from '../../../simulators/faults/injected-fault'
import { garbageOf, type Held, NOTHING_HELD, type Step, scriptReply } from '../../../simulators/faults/reply-script'

const reply = Buffer.from('abcd')
const corruptions = { capitals: (bytes: Buffer) => Buffer.from(bytes.toString().toUpperCase()) }

function script(faults: ReplyFault[], held = NOTHING_HELD): string[] {
  return outcome(faults, held).steps
}
function outcome(faults: ReplyFault[], held: Held): { steps: string[]; held: Held } {
  const { steps, held: kept } = scriptReply({ request: Buffer.from('?'), reply }, faults, held, corruptions)
  return { steps: steps.map(show), held: kept }
}
function show(step: Step): string {
  if (step.do === 'wait' || step.do === 'postpone') return `${step.do} ${step.ms}`
  return step.do === 'send' ? `send ${step.bytes.toString('latin1')}` : step.do
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
    ['garbage behind', [{ kind: 'garbage', place: 'after', bytes: 3 }], [`send abcd${garbage3}`]],
    ['noise', [{ kind: 'noise', bytes: 3, afterMs: 7 }], ['send abcd', 'wait 7', `send ${garbage3}`]],
    ['latency', [{ kind: 'latency', ms: 50 }], ['postpone 50', 'send abcd']],
    ['duplicate', [{ kind: 'duplicate', afterMs: 7 }], ['send abcd', 'wait 7', 'send abcd']],
    ['echo', [{ kind: 'echo' }], ['send ?', 'send abcd']],
    ['echo and delay', [{ kind: 'delay', ms: 5 }, { kind: 'echo' }], ['send ?', 'wait 5', 'send abcd']],
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

  it('is kept back until there are enough to be joined', () => {
    const first = outcome([{ kind: 'join', replies: 3 }], NOTHING_HELD)
    const second = outcome([{ kind: 'join', replies: 3 }], first.held)
    const third = outcome([{ kind: 'join', replies: 3 }], second.held)
    assert.deepEqual([first.steps, second.steps, third.steps], [[], [], ['send abcdabcdabcd']])
    assert.deepEqual(third.held, NOTHING_HELD)
    assert.deepEqual(script([], first.held), ['send abcdabcd'])
  })

  it('is overtaken by the next one', () => {
    const first = outcome([{ kind: 'reorder' }], NOTHING_HELD)
    const second = outcome([{ kind: 'reorder' }, { kind: 'corrupt', what: 'capitals' }], first.held)
    assert.deepEqual([first.steps, second.steps], [[], ['send ABCD', 'send abcd']])
    assert.deepEqual(second.held, NOTHING_HELD)
  })
})
