import assert from 'node:assert/strict'
import type { TagList } from '../../../lib/contract/batch'
import { type Parsed, parseFields } from '../../../lib/contract/fields'
import { MESSAGE_MAX_BYTES } from '../../../lib/contract/limits'
import {
  checkHasTags,
  checkReaderName,
  checkTagName,
  readerFields,
  tagFields,
  tagList,
  tooLongNames,
} from '../../../lib/contract/reader-fields'

const HARMFUL: [string, RegExp][] = [
  ['__proto__', /cannot be a tag's name/],
  ['constructor', /cannot be a tag's name/],
  ['prototype', /cannot be a tag's name/],
  ['a\nb', /control character/],
  ['\u0000', /control character/],
  ['a\u007f', /control character/],
  ['speed\\', /backslash/],
]
const HARMLESS = ['speed', 'Öfen 3/4', '温度', 'a.b[0]', '__proto', 'a\\b', 'toString', '🔥', '%2F', '...']

describe('the name of a tag', () => {
  for (const name of HARMLESS) it(`may be ${name}`, () => assert.equal(checkTagName(name), undefined))
  for (const [name, problem] of HARMFUL) {
    it(`may not be ${JSON.stringify(name)}`, () => assert.match(checkTagName(name) ?? '', problem))
  }
})

describe('the name of a reader', () => {
  for (const name of HARMLESS) it(`may be ${name}`, () => assert.equal(checkReaderName(name), undefined))
  for (const [name, problem] of HARMFUL) {
    it(`may not be ${JSON.stringify(name)}`, () => assert.match(checkReaderName(name) ?? '', problem))
  }
  for (const name of ['.', '..']) {
    it(`may not be ${name}, which no URL can hold`, () => assert.match(checkReaderName(name) ?? '', /URL/))
  }
  const lengths: [string, number, boolean][] = [
    ['empty', 0, false],
    ['of 200 characters', 200, true],
    ['of 201 characters', 201, false],
  ]
  for (const [what, length, ok] of lengths) {
    it(`${ok ? 'may' : 'may not'} be ${what}`, () => {
      assert.equal(parseFields({ name: readerFields.name }, { name: 'x'.repeat(length) }).ok, ok)
    })
  }
})

describe('the tags of a reader', () => {
  const fields = {
    tags: tagList(tagFields, (tags) => (tags.length > 2 ? [{ index: 2, field: 'address', message: 'too many' }] : [])),
  }
  const parse = (tags: object[]): Parsed<unknown> => parseFields(fields, { tags })
  const tag = (name: string) => ({ name, address: '1' })

  it('have what every tag has', () => {
    const others = { noValue: '', min: '', max: '', scaleFrom: '', every: 1, texts: '', charset: '' }
    const plain = { name: 'a', address: '1', scale: 1, offset: 0, unit: '', deadband: 0, length: 1 }
    assert.deepEqual(parse([tag('a')]), { ok: true, value: { tags: [{ ...plain, ...others }] } })
  })

  const refused: { what: string; tags: object[]; problems: string[] }[] = [
    {
      what: 'the same name twice',
      tags: [tag('a'), tag('a')],
      problems: ['tags[1].name: "a" is also the name of tag 1'],
    },
    {
      what: 'the same name three times, and a problem of the protocol',
      tags: [tag('a'), tag('a'), tag('a')],
      problems: [
        'tags[1].name: "a" is also the name of tag 1',
        'tags[2].name: "a" is also the name of tag 1',
        'tags[2].address: too many',
      ],
    },
    { what: 'no name', tags: [tag('')], problems: ['tags[0].name: must not be empty'] },
    { what: 'no address', tags: [{ name: 'a' }], problems: ['tags[0].address: must not be empty'] },
    {
      what: 'a negative deadband',
      tags: [{ ...tag('a'), deadband: -1 }],
      problems: ['tags[0].deadband: -1 is not within 0 and above'],
    },
    {
      what: 'a length of 0',
      tags: [{ ...tag('a'), length: 0 }],
      problems: ['tags[0].length: 0 is not within 1 to 10000'],
    },
  ]
  for (const { what, tags, problems } of refused) {
    it(`may not have ${what}`, () => {
      const parsed = parse(tags)
      assert.deepEqual(parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`), problems)
    })
  }

  it('may have names that differ in nothing but case, or that every object has', () => {
    assert.ok(parse([tag('a'), tag('A')]).ok)
    assert.ok(parse([tag('toString'), tag('hasOwnProperty')]).ok)
  })

  it('must be there', () => {
    assert.deepEqual(checkHasTags([]), [{ path: 'tags', message: 'the tag list is empty: add at least one tag' }])
    assert.deepEqual(checkHasTags([tag('a')]), [])
  })
})

describe('the names of all tags', () => {
  const named = (length: number, name: string) => Array.from({ length }, () => ({ name, unit: '°C' }))

  for (const name of ['n', 'n'.repeat(30), '"'.repeat(30), '温度'.repeat(20)]) {
    it(`fit the message that carries them, as long as they are accepted: ${name}`, () => {
      const [problem] = tooLongNames(named(100_000, name))
      const accepted = named(problem?.index ?? 100_000, name)
      const list: TagList = { generation: 1, revision: 1, tags: accepted.map((tag) => ({ ...tag, kind: 'unsigned' })) }
      const bytes = Buffer.byteLength(JSON.stringify(list))
      assert.ok(bytes <= MESSAGE_MAX_BYTES, `${accepted.length} tags take ${bytes} bytes`)
      if (problem) assert.ok(bytes > MESSAGE_MAX_BYTES * 0.85, `only ${bytes} bytes are used`)
    })
  }

  it('are refused at the first that does not fit, and it is told what helps', () => {
    const problems = tooLongNames(named(100_000, 'x'.repeat(100)))
    assert.equal(problems.length, 1)
    assert.match(problems[0]?.message ?? '', /shorten them, or make it 4 readers$/)
  })
})

describe('the times of a reader', () => {
  const table: { input: object; ok: boolean }[] = [
    { input: { interval: 10, timeout: 10 }, ok: true },
    { input: { interval: 9 }, ok: false },
    { input: { interval: 86_400_001 }, ok: false },
    { input: { timeout: 9 }, ok: false },
    { input: { timeout: 600_001 }, ok: false },
    { input: { interval: '100' }, ok: true },
    { input: { interval: -1 }, ok: false },
  ]
  for (const { input, ok } of table) {
    it(`${ok ? 'may' : 'may not'} be ${JSON.stringify(input)}`, () => {
      assert.equal(parseFields(readerFields, { name: 'a', supervisor: 's', ...input }).ok, ok)
    })
  }
})
