// A node's properties: each kind by a table of what is taken and what is refused, then records, lists and their paths.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  checkField,
  choice,
  defaultsOf,
  describeProblems,
  type Field,
  flag,
  list,
  map,
  number,
  type Parsed,
  parseFields,
  text,
  whole,
} from '../../../lib/contract/fields'
import { placeholder } from '../../support/placeholder'

/** Node-RED puts the variable's value in its place before a node sees it, if there is such a variable. */
const PLACEHOLDER = placeholder('HOST')

const even = (value: number): string | undefined => (value % 2 === 0 ? undefined : 'must be even')
const noX = (value: string): string | undefined => (value.includes('x') ? 'must have no x' : undefined)

type Case = { field: Field; takes: [unknown, unknown][]; refuses: [unknown, string][] }

const KINDS: Record<string, Case> = {
  text: {
    field: text({ default: 'standard', maxLength: 8, check: noX }),
    takes: [
      [undefined, 'standard'],
      [null, 'standard'],
      ['', ''],
      [' a ', ' a '],
      [502, '502'],
      [0, '0'],
      [PLACEHOLDER, PLACEHOLDER],
    ],
    refuses: [
      [true, 'expected a text'],
      [{}, 'expected a text'],
      [['a'], 'expected a text'],
      ['123456789', 'is longer than 8 characters'],
      ['a x', 'must have no x'],
    ],
  },
  'required text': {
    field: text({ required: true }),
    takes: [['a', 'a']],
    refuses: [
      [undefined, 'must not be empty'],
      ['', 'must not be empty'],
      [' \t', 'must not be empty'],
    ],
  },
  number: {
    field: number({ default: 4, min: -10, max: 10, check: even }),
    takes: [
      [undefined, 4],
      ['', 4],
      [-10, -10],
      [10, 10],
      [0, 0],
      ['8', 8],
      [' 8 ', 8],
      ['-2e0', -2],
    ],
    refuses: [
      [null, 'null is not a number'],
      ['  ', '"  " is not a number'],
      ['8 bar', '"8 bar" is not a number'],
      [PLACEHOLDER, `"${PLACEHOLDER}" is not a number`],
      ['1,5', '"1,5" is not a number'],
      [true, 'true is not a number'],
      [[8], '[8] is not a number'],
      [Number.NaN, 'null is not a number'],
      ['Infinity', '"Infinity" is not a number'],
      [12, '12 is not within -10 to 10'],
      ['-11', '-11 is not within -10 to 10'],
      [3, 'must be even'],
    ],
  },
  'number without an upper bound': {
    field: number({ default: 0, min: 1.5 }),
    takes: [[1e300, 1e300]],
    refuses: [[1, '1 is not within 1.5 and above']],
  },
  'whole number': {
    field: whole({ default: 502, min: 1, max: 65_535 }),
    takes: [
      [undefined, 502],
      ['65535', 65_535],
      [1.0, 1],
    ],
    refuses: [
      [1.5, '1.5 is not a whole number'],
      ['99999', '99999 is not within 1 to 65535'],
      [0, '0 is not within 1 to 65535'],
    ],
  },
  choice: {
    field: choice(['tcp', 'udp', '']),
    takes: [
      [undefined, 'tcp'],
      ['', 'tcp'],
      ['udp', 'udp'],
    ],
    refuses: [
      ['TCP', '"TCP" is not one of tcp, udp; choose one of them, or leave it empty'],
      [null, 'null is not one of tcp, udp; choose one of them, or leave it empty'],
      [['tcp', 'udp'], '["tcp","udp"] is not one of tcp, udp; choose one of them, or leave it empty'],
    ],
  },
  'choice among numbers': {
    field: choice(['2', '1', '3'], '3'),
    takes: [
      [undefined, '3'],
      [1, '1'],
    ],
    refuses: [[4, '4 is not one of 2, 1, 3']],
  },
  flag: {
    field: flag(true),
    takes: [
      [undefined, true],
      ['', true],
      [false, false],
      [true, true],
      ['false', false],
      ['true', true],
    ],
    refuses: [
      [0, 'expected true or false'],
      [null, 'expected true or false'],
      ['yes', 'expected true or false'],
      ['TRUE', 'expected true or false'],
    ],
  },
  map: {
    field: map(),
    takes: [
      [undefined, {}],
      ['', {}],
      [{ line: 'A' }, { line: 'A' }],
    ],
    refuses: [
      [null, 'expected pairs of texts'],
      [{ line: 5 }, 'expected pairs of texts'],
      [['a'], 'expected pairs of texts'],
      ['line=A', 'expected pairs of texts'],
    ],
  },
  list: {
    field: list({ name: text() }, { maxItems: 2 }),
    takes: [
      [undefined, []],
      [null, []],
      [[], []],
      [
        [{ name: 'a' }, {}],
        [{ name: 'a' }, { name: '' }],
      ],
    ],
    refuses: [
      ['[]', 'expected a list'],
      [{ length: 0 }, 'expected a list'],
      [[{}, {}, {}], 'has 3 entries, the limit is 2'],
    ],
  },
}

describe('a property', () => {
  for (const [kind, { field, takes, refuses }] of Object.entries(KINDS)) {
    for (const [input, value] of takes) {
      it(`that is a ${kind} takes ${JSON.stringify(input)} as ${JSON.stringify(value)}`, () => {
        assert.deepEqual(parseFields({ it: field }, { it: input }), { ok: true, value: { it: value } })
        assert.equal(checkField(field, input), undefined)
      })
    }
    for (const [input, message] of refuses) {
      it(`that is a ${kind} refuses ${JSON.stringify(input)}: ${message}`, () => {
        assert.deepEqual(parseFields({ it: field }, { it: input }), { ok: false, problems: [{ path: 'it', message }] })
        assert.equal(checkField(field, input), message)
      })
    }
  }

  it('may have a check on its choice', () => {
    const field: Field = { ...choice(['a', 'b']), check: (value: string) => (value === 'b' ? 'not now' : undefined) }
    assert.equal(checkField(field, 'a'), undefined)
    assert.equal(checkField(field, 'b'), 'not now')
  })
})

describe('the properties of a node', () => {
  const tag = { name: text({ required: true }), address: whole({ default: 0, max: 9 }) }
  const fields = {
    host: text({ required: true }),
    port: whole({ default: 502, min: 1, max: 65_535 }),
    tags: list(tag, {
      checkAll: (tags) =>
        tags.flatMap(({ name }, index) =>
          name === 'twice' ? [{ index, field: 'name', message: 'is there twice' }] : [],
        ),
    }),
  }

  it('have their defaults where nothing is said', () => {
    assert.deepEqual(parseFields(fields, { host: 'plc' }), { ok: true, value: { host: 'plc', port: 502, tags: [] } })
  })

  it('are those that were declared and no others', () => {
    const input = JSON.parse(
      '{ "host": "plc", "id": "a1", "__proto__": { "port": 1 }, "tags": [{ "name": "t", "x": 1 }] }',
    )
    const value = { host: 'plc', port: 502, tags: [{ name: 't', address: 0 }] }
    assert.deepEqual(parseFields(fields, input), { ok: true, value })
  })

  it('do not touch what they were read from', () => {
    const input = Object.freeze({ host: 'plc', port: '5', tags: Object.freeze([Object.freeze({ name: 't' })]) })
    assert.ok(parseFields(fields, input).ok)
  })

  it('tell all that is wrong, and where', () => {
    const input = { host: '', port: 99_999, tags: [{ name: 'a' }, { name: '', address: 'x' }, 'tag'] }
    const parsed: Parsed<unknown> = parseFields(fields, input)
    assert.ok(!parsed.ok)
    assert.deepEqual(parsed.problems, [
      { path: 'host', message: 'must not be empty' },
      { path: 'port', message: '99999 is not within 1 to 65535' },
      { path: 'tags[1].name', message: 'must not be empty' },
      { path: 'tags[1].address', message: '"x" is not a number' },
      { path: 'tags[2]', message: 'expected an object' },
      { path: 'tags[2].name', message: 'must not be empty' },
    ])
  })

  it('tell what is wrong with a list as a whole once its items are right', () => {
    const wrong = { path: 'tags[1].name', message: 'is there twice' }
    const tags = [{ name: 'once' }, { name: 'twice' }]
    assert.deepEqual(parseFields(fields, { host: 'plc', tags }), { ok: false, problems: [wrong] })
    assert.deepEqual(parseFields(fields, { host: 'plc', tags: [...tags, {}] }), {
      ok: false,
      problems: [{ path: 'tags[2].name', message: 'must not be empty' }],
    })
    assert.equal(checkField(fields.tags, tags), '[1].name: is there twice')
  })

  it('tell of a list as a whole though another property is wrong', () => {
    const parsed: Parsed<unknown> = parseFields(fields, { tags: [{ name: 'twice' }] })
    assert.ok(!parsed.ok)
    assert.deepEqual(
      parsed.problems.map(({ path }) => path),
      ['host', 'tags[0].name'],
    )
  })

  for (const input of [undefined, null, 'host', 5, [], new Date()]) {
    it(`are none in ${String(input) || 'a list'}`, () => {
      const parsed: Parsed<unknown> = parseFields({ port: fields.port }, input)
      assert.deepEqual(parsed, { ok: false, problems: [{ path: '', message: 'expected an object' }] })
    })
  }

  it('are read without throwing, whatever comes as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (host, port, tags) => {
        const parsed = parseFields(fields, { host, port, tags })
        if (parsed.ok) assert.ok(parsed.value.host.trim() !== '' && Number.isInteger(parsed.value.port))
      }),
    )
  })

  it('that were taken are taken again unchanged', () => {
    const tags = fc.array(fc.record({ name: fc.string(), address: fc.oneof(fc.nat({ max: 20 }), fc.constant('7')) }))
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.nat(), fc.string()), tags, (host, port, list) => {
        const parsed = parseFields(fields, { host, port, tags: list })
        if (parsed.ok) assert.deepEqual(parseFields(fields, parsed.value), parsed)
      }),
    )
  })
})

describe("Node-RED's defaults", () => {
  it('are those of all properties but the secrets', () => {
    const fields = {
      name: text(),
      port: whole({ default: 502 }),
      emit: choice(['cycle', 'change']),
      auto: flag(false),
      tags: list({ name: text() }),
      points: map(),
      token: text({ secret: true }),
      note: text({ secret: false }),
    }
    assert.deepEqual(defaultsOf(fields), {
      name: '',
      port: 502,
      emit: 'cycle',
      auto: false,
      tags: [],
      points: {},
      note: '',
    })
  })
})

describe('problems in one sentence', () => {
  const problem = (path: string) => ({ path, message: 'is wrong' })
  const table: { paths: string[]; says: string }[] = [
    { paths: [], says: '' },
    { paths: ['a'], says: 'a: is wrong' },
    { paths: ['a', 'b', 'c'], says: 'a: is wrong; b: is wrong; c: is wrong' },
    { paths: ['a', 'b', 'c', 'd', 'e'], says: 'a: is wrong; b: is wrong; c: is wrong; and 2 more' },
  ]
  for (const { paths, says } of table) {
    it(`are "${says}"`, () => assert.equal(describeProblems(paths.map(problem)), says))
  }
})
