import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TypeDescription } from '../../../../nodes/opcua-in/structures/description'
import { type Subject, subjectKey } from '../../../../nodes/opcua-in/structures/facts'
import { TypeFile } from '../../../../nodes/opcua-in/structures/type-store'
import { temporaryFolder } from '../../../support/temporary-folder'
import { node } from './encoding'

const namespaces = ['http://opcfoundation.org/UA/', 'urn:plant']
const field = { name: 'a', rank: 2, isOptional: true, isSubtyped: false }
const types = new Map<string, TypeDescription>([
  ['t', { kind: 'structure', layout: 'optional', isAbstract: false, fields: [{ ...field, type: 'e' }] }],
  ['e', { kind: 'enumeration', texts: new Map([[-1, '否']]) }],
  ['n', { kind: 'enumeration', texts: undefined }],
  ['s', { kind: 'simple', type: 11 }],
])
const subjects: Subject[] = [
  { kind: 'attribute', node: node(1), attribute: 'dataTypeDefinition' },
  { kind: 'target', node: node(1), direction: 'inverse', type: node(38, 0) },
  { kind: 'texts', node: { namespace: 2, id: { kind: 'string', value: 'a;range=3' }, range: '' } },
]
const facts = new Map(subjects.map((subject) => [subjectKey(subject), { subject, digest: 'd' }]))
const kept = { namespaces, roots: new Map([['x', 't']]), types, facts }

describe('The file of the types of a server', () => {
  const folder = temporaryFolder()
  const fileOf = ({ reader = 'r', endpoint = 'opc.tcp://a:4840', wording = 'text' } = {}) =>
    new TypeFile({ folder: folder(), reader, endpoint, wording })
  const path = () => join(folder(), 'structures', readdirSync(join(folder(), 'structures'))[0] ?? '')

  it('gives back what was put into it, and nobody else can read it', async () => {
    fileOf().save(kept)
    assert.deepEqual(await fileOf().load(), kept)
    assert.equal(statSync(path()).mode & 0o777, 0o600)
  })

  it('has nothing for another reader, endpoint or wording', async () => {
    fileOf().save(kept)
    assert.equal(await fileOf({ reader: 'other' }).load(), undefined)
    assert.equal(await fileOf({ endpoint: 'opc.tcp://b:4840' }).load(), undefined)
    assert.equal(await fileOf({ wording: 'number' }).load(), undefined)
  })

  // biome-ignore format: a table, one line a change
  const broken: [what: string, change: (text: string) => string][] = [
    ['is empty', () => ''],
    ['is cut off', (text) => text.slice(0, -20)],
    ['has a field of a type that is missing', (text) => text.replace('"type":"e"', '"type":"gone"')],
    ['has a layout that there is not', (text) => text.replace('"optional"', '"loose"')],
    ['has a built-in type that there is not', (text) => text.replace('"type":11', '"type":99')],
    ['has a text that is none', (text) => text.replace('"否"', '3')],
    ['has a field without a rank', (text) => text.replace('"rank":2,', '')],
    ['has a fact of an attribute that there is not', (text) => text.replace('"dataTypeDefinition"', '"__proto__"')],
    ['has a fact of no node', (text) => text.replace('"kind":"numeric","value":1}', '"kind":"numeric","value":-1}')],
    ['has a fact without a digest', (text) => text.replace('"digest":"d"', '"digest":7')],
    ['has a reference into no direction', (text) => text.replace('"inverse"', '"sideways"')],
    ['is of another version', (text) => text.replace('"v":2', '"v":1')],
  ]
  for (const [what, change] of broken) {
    it(`is not believed when it ${what}`, async () => {
      fileOf().save(kept)
      const text = readFileSync(path(), 'utf8')
      assert.notEqual(change(text), text)
      writeFileSync(path(), change(text))
      assert.equal(await fileOf().load(), undefined)
    })
  }

  it('need not be there, and need not be writable', async () => {
    assert.equal(await fileOf().load(), undefined)
    writeFileSync(join(folder(), 'structures'), '')
    fileOf().save(kept)
    assert.equal(await fileOf().load(), undefined)
  })

  it('takes the place of the oldest of too many', async () => {
    const part = join(folder(), 'structures')
    mkdirSync(part)
    for (let index = 0; index < 100; index++) {
      writeFileSync(join(part, `${index}.json`), '')
      utimesSync(join(part, `${index}.json`), index, index)
    }
    fileOf().save(kept)
    assert.deepEqual(await fileOf().load(), kept)
    const names = readdirSync(part)
    assert.deepEqual([names.length, names.includes('0.json'), names.includes('1.json')], [100, false, true])
  })
})
