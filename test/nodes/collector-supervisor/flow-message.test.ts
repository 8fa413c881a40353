// What goes into the flow, in the three ways a user may choose.

import assert from 'node:assert/strict'
import type { TagColumn, Value } from '../../../lib/contract/batch'
import { type FlowMessage, flowMessages, hasChanged, type Sent } from '../../../nodes/collector-supervisor/flow-message'
import type { Delivery } from '../../../nodes/collector-supervisor/inbox'

const TIME = 1_700_000_000_000
const SPEED: TagColumn = { name: 'speed', unit: 'rpm', kind: 'number' }
const ON: TagColumn = { name: 'on', unit: '', kind: 'boolean' }
const RECIPE: TagColumn = { name: 'recipe', unit: '', kind: 'any' }
const NO_DEADBANDS = new Map<string, number>()

/** Instead of a value: the tag is bad. */
class Bad {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}
type Column = Value | Bad

function delivery(
  tags: TagColumn[],
  columns: Column[],
  { time = TIME, sourceTimes = [] as [number, number][] } = {},
): Delivery {
  const bad = new Map<number, string>()
  const values = columns.map((column, index) => {
    if (!(column instanceof Bad)) return column
    bad.set(index, column.reason)
    return null
  })
  const batch = { generation: 1, revision: 1, cycle: 1, time, values, bad, sourceTimes: new Map(sourceTimes) }
  return { batch, tags }
}

describe('a message for every cycle', () => {
  const send = (given: Delivery): FlowMessage[] => flowMessages('cycle', 'oven', given, new Map(), NO_DEADBANDS)

  it('has all tags, and the quality of those that are not good', () => {
    assert.deepEqual(send(delivery([SPEED, ON, RECIPE], [42, new Bad('exception 2'), 'bread'])), [
      {
        topic: 'oven',
        payload: { speed: 42, on: null, recipe: 'bread' },
        quality: { on: 'exception 2' },
        timestamp: TIME,
      },
    ])
  })

  it('is sent though nothing is good, and though nothing has changed', () => {
    const same = delivery([SPEED], [new Bad('no answer')])
    const message = { topic: 'oven', payload: { speed: null }, quality: { speed: 'no answer' }, timestamp: TIME }
    assert.deepEqual([...send(same), ...send(same)], [message, message])
  })

  for (const [value, want] of [
    [1, true],
    [0, false],
    [true, true],
    [false, false],
  ] as const) {
    it(`shows ${value} of a boolean as ${want}`, () => {
      assert.deepEqual(send(delivery([ON], [value]))[0]?.payload, { on: want })
    })
  }

  it('leaves 0 and 1 of a number as they are', () => {
    assert.deepEqual(send(delivery([SPEED, RECIPE], [1, 0]))[0]?.payload, { speed: 1, recipe: 0 })
  })

  it('leaves arrays of booleans as they are', () => {
    assert.deepEqual(send(delivery([ON], [[true, false]]))[0]?.payload, { on: [true, false] })
  })

  it('keeps arrays and objects', () => {
    assert.deepEqual(send(delivery([RECIPE], [{ steps: [1, 2] }]))[0]?.payload, { recipe: { steps: [1, 2] } })
  })
})

describe('a message for every tag', () => {
  it('is named after reader and tag, has one value, and the time of its source', () => {
    const given = delivery([SPEED, ON, RECIPE], [42, 1, new Bad('sensor failure')], { sourceTimes: [[0, TIME - 5]] })
    assert.deepEqual(flowMessages('tag', 'oven', given, new Map(), NO_DEADBANDS), [
      { topic: 'oven/speed', payload: 42, quality: {}, timestamp: TIME - 5 },
      { topic: 'oven/on', payload: true, quality: {}, timestamp: TIME },
      { topic: 'oven/recipe', payload: null, quality: { recipe: 'sensor failure' }, timestamp: TIME },
    ])
  })
})

describe('a message of changes', () => {
  type Seen = { payload: FlowMessage['payload']; quality: FlowMessage['quality'] } | undefined
  const run = (tags: TagColumn[], cycles: Column[][], deadbands = NO_DEADBANDS): Seen[] => {
    const sent: Sent = new Map()
    return cycles.map((columns) => {
      const messages = flowMessages('change', 'oven', delivery(tags, columns), sent, deadbands)
      assert.ok(messages.length <= 1)
      const [message] = messages
      if (!message) return undefined
      assert.deepEqual([message.topic, message.timestamp], ['oven', TIME])
      return { payload: message.payload, quality: message.quality }
    })
  }
  const good = (payload: FlowMessage['payload']): Seen => ({ payload, quality: {} })
  const bad = (name: string, reason: string): Seen => ({ payload: { [name]: null }, quality: { [name]: reason } })

  const table: {
    says: string
    tags: TagColumn[]
    cycles: Column[][]
    deadband?: number
    want: Seen[]
  }[] = [
    {
      says: 'has all tags at first, and nothing when nothing changes',
      tags: [SPEED, ON],
      cycles: [
        [1, 1],
        [1, 1],
      ],
      want: [good({ speed: 1, on: true }), undefined],
    },
    {
      says: 'has only the tags that changed',
      tags: [SPEED, ON],
      cycles: [
        [1, 1],
        [2, 1],
        [2, 0],
      ],
      want: [good({ speed: 1, on: true }), good({ speed: 2 }), good({ on: false })],
    },
    {
      says: 'leaves out what stays within the deadband',
      tags: [SPEED],
      cycles: [[10], [10.5], [9.5], [10.6]],
      deadband: 0.5,
      want: [good({ speed: 10 }), undefined, undefined, good({ speed: 10.6 })],
    },
    {
      says: 'lets a slow drift through',
      tags: [SPEED],
      cycles: [[0], [0.4], [0.8], [1.2], [1.6]],
      deadband: 1,
      want: [good({ speed: 0 }), undefined, undefined, good({ speed: 1.2 }), undefined],
    },
    {
      says: 'tells when a tag becomes bad and good again, though the value is the same',
      tags: [SPEED],
      cycles: [[5], [new Bad('no answer')], [new Bad('no answer')], [5]],
      deadband: 100,
      want: [good({ speed: 5 }), bad('speed', 'no answer'), undefined, good({ speed: 5 })],
    },
    {
      says: 'tells another reason for being bad',
      tags: [SPEED],
      cycles: [[new Bad('no answer')], [new Bad('exception 2')]],
      want: [bad('speed', 'no answer'), bad('speed', 'exception 2')],
    },
    {
      says: 'knows no deadband of booleans',
      tags: [ON],
      cycles: [[0], [1]],
      deadband: 5,
      want: [good({ on: false }), good({ on: true })],
    },
    {
      says: 'knows no deadband of texts',
      tags: [RECIPE],
      cycles: [['a'], ['a'], ['b']],
      deadband: 5,
      want: [good({ recipe: 'a' }), undefined, good({ recipe: 'b' })],
    },
    {
      says: 'looks into arrays and objects',
      tags: [RECIPE],
      cycles: [[[1, { a: 2 }]], [[1, { a: 2 }]], [[1, { a: 3 }]]],
      want: [good({ recipe: [1, { a: 2 }] }), undefined, good({ recipe: [1, { a: 3 }] })],
    },
  ]
  for (const { says, tags, cycles, deadband = 0, want } of table) {
    it(says, () => {
      const deadbands = new Map(tags.map(({ name }) => [name, deadband]))
      assert.deepEqual(run(tags, cycles, deadbands), want)
    })
  }

  it('has a deadband for each tag', () => {
    const [A, B] = [SPEED, { ...SPEED, name: 'level' }]
    assert.deepEqual(
      run(
        [A, B],
        [
          [0, 0],
          [1, 1],
        ],
        new Map([['level', 5]]),
      ),
      [good({ speed: 0, level: 0 }), good({ speed: 1 })],
    )
  })

  it('remembers what it sent, not what the flow has made of it', () => {
    const sent: Sent = new Map()
    const [first] = flowMessages('change', 'oven', delivery([RECIPE], [[1, 2]]), sent, NO_DEADBANDS)
    const { recipe } = Object(first?.payload)
    recipe.push(3)
    assert.deepEqual(flowMessages('change', 'oven', delivery([RECIPE], [[1, 2]]), sent, NO_DEADBANDS), [])
  })

  it('remembers a tag by its name, wherever its column is', () => {
    const sent: Sent = new Map()
    flowMessages('change', 'oven', delivery([SPEED, ON], [5, 1]), sent, NO_DEADBANDS)
    assert.deepEqual(flowMessages('change', 'oven', delivery([ON, SPEED], [1, 5]), sent, NO_DEADBANDS), [])
  })
})

describe('a value', () => {
  const table: [Value | null, Value | null, number, boolean][] = [
    [1, 1, 0, false],
    [1, 1 + Number.EPSILON, 0, true],
    [1, 2, 1, false],
    [1, 2.01, 1, true],
    [1, -0.01, 1, true],
    [0, null, 1e9, true],
    [null, 0, 1e9, true],
    [null, null, 0, false],
    [1, '1', 0, true],
    [1, true, 0, true],
    ['a', 'a', 0, false],
    [[1], [1], 0, false],
    [[1], [2], 0, true],
    [[1, 5], [1.5, 5], 0.5, false],
    [[1, 5], [1.5, 5.6], 0.5, true],
    [[1], [1, 2], 1e9, true],
    [[1, 2], [1], 1e9, true],
    [[true, false], [true, true], 1e9, true],
    [['a'], ['b'], 1e9, true],
    [[[1]], [[2]], 5, false],
    [[{ a: 1 }], [{ a: 2 }], 5, true],
    [1, [1], 5, true],
    ['9007199254740993', '9007199254740993', 0, false],
    ['9007199254740993', '9007199254740994', 0, true],
    ['9007199254740993', '9007199254740994', 1, false],
    ['9007199254740993', '9007199254740994', 0.5, true],
    ['9007199254740993', '9007199254740995', 1.9, true],
    ['-9223372036854775808', '9223372036854775807', 1e300, false],
    ['-9223372036854775808', '9223372036854775807', 1.8e19, true],
    [9007199254740990, '9007199254740993', 3, false],
    [9007199254740990, '9007199254740993', 2, true],
    ['9007199254740993', 9007199254740990, 2, true],
    ['9007199254740993', 0.5, 1e300, true],
    [['9007199254740993'], ['9007199254740994'], 1, false],
    ['12', '13', 5, true],
    ['0000000000000012', '0000000000000013', 5, true],
    [{ a: 1 }, { a: 1 }, 0, false],
    [{ a: 1 }, null, 0, true],
  ]
  for (const [last, value, deadband, changed] of table) {
    it(`${JSON.stringify(value)} after ${JSON.stringify(last)} has ${changed ? '' : 'not '}changed by more than ${deadband}`, () => {
      assert.equal(hasChanged(last, value, deadband), changed)
    })
  }
})
