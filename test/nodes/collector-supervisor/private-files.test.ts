import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makePrivateFolder, readJsonFile, replaceFile } from '../../../nodes/collector-supervisor/private-files'
import { temporaryFolder } from '../../support/temporary-folder'

describe('private files', () => {
  const folder = temporaryFolder()
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

  for (const mask of [0o000, 0o022, 0o077]) {
    it(`are for nobody else, with a umask of ${mask.toString(8)} too`, () => {
      const before = process.umask(mask)
      try {
        const path = join(folder(), 'collectors', 'a1')
        makePrivateFolder(path)
        replaceFile(join(path, 'file.json'), 1)
        assert.deepEqual([modeOf(join(folder(), 'collectors')), modeOf(path)], ['700', '700'])
        assert.equal(modeOf(join(path, 'file.json')), '600')
      } finally {
        process.umask(before)
      }
    })
  }

  it('may be made in a folder that is there already', () => {
    makePrivateFolder(join(folder(), 'a'))
    makePrivateFolder(join(folder(), 'a'))
    assert.deepEqual(readdirSync(folder()), ['a'])
  })

  it('are private from then on, whatever was there before', () => {
    const path = join(folder(), 'file.json')
    for (const name of [path, `${path}.new`]) {
      writeFileSync(name, 'old')
      chmodSync(name, 0o644)
    }
    replaceFile(path, 'new')
    assert.equal(modeOf(path), '600')
  })

  it('come back as they were given', () => {
    const path = join(folder(), 'file.json')
    for (const content of [{ a: [1, 'ä'] }, [], 'text', 0, null]) {
      replaceFile(path, content)
      assert.deepEqual(readJsonFile(path), content)
    }
    assert.deepEqual(readdirSync(folder()), ['file.json'])
  })

  it('stay as they were if they cannot be replaced', () => {
    const path = join(folder(), 'file.json')
    replaceFile(path, 'old')
    mkdirSync(`${path}.new`)
    assert.throws(() => replaceFile(path, 'new'), { code: 'EISDIR' })
    assert.equal(readFileSync(path, 'utf8'), '"old"')
    assert.throws(() => replaceFile(join(folder(), 'missing', 'file.json'), 1), { code: 'ENOENT' })
  })

  for (const [what, content] of [
    ['empty', ''],
    ['cut off', '{"a":'],
    ['no JSON', 'hello'],
    ['of zeros, as after a power cut', '\0\0\0\0'],
  ] as const) {
    it(`are nothing if they are ${what}`, () => {
      writeFileSync(join(folder(), 'file.json'), content)
      assert.equal(readJsonFile(join(folder(), 'file.json')), undefined)
    })
  }

  it('are nothing if they are missing, or a folder', () => {
    assert.equal(readJsonFile(join(folder(), 'missing')), undefined)
    assert.equal(readJsonFile(folder()), undefined)
  })
})
