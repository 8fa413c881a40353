import assert from 'node:assert/strict'
import type { TagKind, Value } from '../../../lib/contract/batch'
import { linesOf, nanoseconds } from '../../../lib/historian/influx-line'
import { readingOf } from './readings-of-test'

const MODERN = { unsigned: 'u', lineBreaks: 'keep' } as const
const OLD = { unsigned: 'i', lineBreaks: 'keep' } as const

describe('a reading as line protocol', () => {
  it('has measurement, tags, fields and time', () => {
    const reading = readingOf(
      1_700_000_000_123,
      { temp: 21.5, 'flow rate': -3 },
      { pointTags: { zone: 'north east', a: '1' } },
    )
    assert.deepEqual(linesOf(reading, MODERN), {
      ok: true,
      lines: [
        'plant,a=1,collector=press\\ 1,type=modbus,zone=north\\ east flow\\ rate=-3,temp=21.5 1700000000123000000',
      ],
    })
  })

  const fields: [TagKind, Value, string | undefined, (string | null)?][] = [
    ['number', 0, '0'],
    ['number', -0, '0'],
    ['number', 1e21, '1e+21'],
    ['number', 5e-324, '5e-324'],
    ['number', Number.NaN, undefined],
    ['number', Infinity, undefined],
    ['number', -Infinity, undefined],
    ['number', '5', undefined],
    ['boolean', 1, 'T'],
    ['boolean', 0, 'F'],
    ['boolean', true, 'T'],
    ['boolean', false, 'F'],
    ['boolean', 2, undefined],
    ['boolean', 'true', undefined],
    ['integer', 42, '42i'],
    ['integer', -0, '0i'],
    ['integer', '9223372036854775807', '9223372036854775807i'],
    ['integer', '-9223372036854775808', '-9223372036854775808i'],
    ['integer', '9223372036854775808', undefined],
    ['integer', '-9223372036854775809', undefined],
    ['integer', 2 ** 53, '9007199254740992i'],
    ['integer', 1e300, undefined],
    ['integer', 1.5, undefined],
    ['integer', '1.5', undefined],
    ['integer', '0x10', undefined],
    ['integer', '', undefined],
    ['integer', Infinity, undefined],
    ['unsigned', 42, '42u', '42i'],
    ['unsigned', '9223372036854775807', '9223372036854775807u', '9223372036854775807i'],
    ['unsigned', '18446744073709551615', '18446744073709551615u', null],
    ['unsigned', '18446744073709551616', undefined],
    ['unsigned', -1, undefined],
    ['any', 1.5, '1.5'],
    ['any', Infinity, undefined],
    ['any', true, 'T'],
    ['any', 'say "hi" \\', '"say \\"hi\\" \\\\"'],
    ['any', '', '""'],
    ['any', { a: [1, 'b'] }, '"{\\"a\\":[1,\\"b\\"]}"'],
    ['any', { a: { b: 1 } }, '"{\\"a\\":{\\"b\\":1}}"'],
  ]
  for (const [kind, value, modern, old = modern?.replace(/u$/, 'i')] of fields) {
    const shown = typeof value === 'number' ? String(value) : JSON.stringify(value)
    it(`${shown} in a column of kind ${kind} is ${modern ?? 'refused'}`, () => {
      const reading = readingOf(1, { v: value }, { kinds: { v: kind } })
      for (const [dialect, text] of [
        [MODERN, modern],
        [OLD, kind === 'unsigned' ? (old ?? undefined) : modern],
      ] as const) {
        const written = linesOf(reading, dialect)
        if (text === undefined) {
          assert.equal(written.ok, false)
          assert.match(written.ok ? '' : written.reason, /tag "v"/)
        } else {
          assert.deepEqual(written, { ok: true, lines: [`plant,collector=press\\ 1,type=modbus v=${text} 1000000`] })
        }
      }
    })
  }

  it('has a field for each element of an array, of the kind of the array', () => {
    const values = {
      f: [1.5, -2],
      b: [true, false],
      i: [1, '9007199254740993'],
      t: ['x', 'y'],
      e: [],
      m: [[1], [2, 3]],
    }
    const kinds = { b: 'boolean', i: 'integer', t: 'any', m: 'any' } as const
    assert.deepEqual(linesOf(readingOf(1, values, { kinds }), MODERN), {
      ok: true,
      lines: [
        'plant,collector=press\\ 1,type=modbus b[0]=T,b[1]=F,f[0]=1.5,f[1]=-2,i[0]=1i,i[1]=9007199254740993i,m[0][0]=1,m[1][0]=2,m[1][1]=3,t[0]="x",t[1]="y" 1000000',
      ],
    })
    assert.deepEqual(linesOf(readingOf(1, { f: [] }), MODERN), { ok: true, lines: [] })
    assert.deepEqual(linesOf(readingOf(1, { f: [null] }), MODERN), { ok: true, lines: [] })
    assert.deepEqual(linesOf(readingOf(1, { f: [null, 2] }), MODERN), {
      ok: true,
      lines: ['plant,collector=press\\ 1,type=modbus f[1]=2 1000000'],
    })
    assert.deepEqual(linesOf(readingOf(1, { u: [1, -1] }, { kinds: { u: 'unsigned' } }), MODERN), {
      ok: false,
      reason: 'tag "u[1]": -1 cannot be written as an unsigned integer',
      column: 'u[1]',
    })
  })

  it('puts a text with a line break into a line of its own, where it can do no harm to the numbers', () => {
    const reading = readingOf(1, { n: 1, text: 'a\nplant n=666 1' }, { kinds: { text: 'any' } })
    assert.deepEqual(linesOf(reading, MODERN), {
      ok: true,
      lines: [
        'plant,collector=press\\ 1,type=modbus n=1 1000000',
        'plant,collector=press\\ 1,type=modbus text="a\nplant n=666 1" 1000000',
      ],
    })
  })

  it('leaves out such a text where a server would take what follows for a line', () => {
    const reading = readingOf(1, { n: 1, text: 'a\nplant n=666 1' }, { kinds: { text: 'any' } })
    assert.deepEqual(linesOf(reading, { unsigned: 'u', lineBreaks: 'leave-out' }), {
      ok: true,
      lines: ['plant,collector=press\\ 1,type=modbus n=1 1000000'],
    })
  })

  const hopeless: [string, Parameters<typeof readingOf>, RegExp][] = [
    ['a measurement without a name', [1, { v: 1 }, { measurement: '' }], /measurement "" must not be empty/],
    ['a measurement that is a comment', [1, { v: 1 }, { measurement: '#1' }], /begin with #/],
    ['a reader whose name ends in a backslash', [1, { v: 1 }, { collector: 'a\\' }], /reader "a\\"/],
    ['a point tag without a value', [1, { v: 1 }, { pointTags: { site: '' } }], /value of point tag "site"/],
    ['a point tag with a name of ours', [1, { v: 1 }, { pointTags: { type: 'x' } }], /point tag "type"/],
    ['a tag named time', [1, { time: 1 }], /tag "time"/],
    ['a tag whose name cannot be escaped', [1, { 'a\\,b': 1 }], /tag "a\\,b" must not have a backslash/],
    ['a time out of range', [9e15, { v: 1 }], /time 9000000000000000 ms/],
  ]
  for (const [what, given, reason] of hopeless) {
    it(`refuses ${what}`, () => {
      const written = linesOf(readingOf(...given), MODERN)
      assert.equal(written.ok, false)
      assert.match(written.ok ? '' : written.reason, reason)
    })
  }

  const times: [number, number, string | undefined][] = [
    [1_700_000_000_123, 0, '1700000000123000000'],
    [1_700_000_000_123, 255, '1700000000123000255'],
    [1_700_000_000_123.25, 3, '1700000000123250003'],
    [0, 0, '0'],
    [1, 0, '1000000'],
    [-1, 5, '-999995'],
    [9_223_372_036_853, 255, '9223372036853000255'],
    [9_223_372_036_855, 0, undefined],
    [-9_223_372_036_855, 0, undefined],
    [Number.NaN, 0, undefined],
  ]
  for (const [ms, steps, digits] of times) {
    it(`${ms} ms and ${steps} steps of the clock are ${digits ?? 'no'} ns`, () =>
      assert.equal(nanoseconds(ms, steps), digits))
  }
})
