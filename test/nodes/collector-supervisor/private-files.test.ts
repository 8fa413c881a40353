import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makePrivateFolder, readJsonFile } from '../../../nodes/collector-supervisor/private-files'
import { temporaryFolder } from '../../support/temporary-folder'

describe('private files', () => {
  const folder = temporaryFolder()

  it('may be made in a folder that is there already', () => {
    makePrivateFolder(join(folder(), 'a'))
    makePrivateFolder(join(folder(), 'a'))
    assert.deepEqual(readdirSync(folder()), ['a'])
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
