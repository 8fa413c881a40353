import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FileWriter } from '../../../nodes/collector-supervisor/file-writer'
import { makePrivateFolder, readJsonFile } from '../../../nodes/collector-supervisor/private-files'
import { temporaryFolder } from '../../support/temporary-folder'

describe('the writer of small files', () => {
  const folder = temporaryFolder()
  const files = new FileWriter()
  const path = (): string => join(folder(), 'file.json')
  const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8)

  for (const mask of [0o000, 0o022, 0o077]) {
    it(`writes for nobody else, with a umask of ${mask.toString(8)} too`, async () => {
      const before = process.umask(mask)
      try {
        const own = join(folder(), 'collectors', 'a1')
        makePrivateFolder(own)
        await files.replace(join(own, 'file.json'), 1, 'lasting')
        await files.replace(join(own, 'run', 'file.json'), 1, 'passing')
        for (const part of [join(folder(), 'collectors'), own, join(own, 'run')]) assert.equal(modeOf(part), '700')
        assert.equal(modeOf(join(own, 'file.json')), '600')
      } finally {
        process.umask(before)
      }
    })
  }

  it('makes private what was not', async () => {
    for (const name of [path(), `${path()}.new`]) {
      writeFileSync(name, 'old')
      chmodSync(name, 0o644)
    }
    await files.replace(path(), 'new', 'lasting')
    assert.equal(modeOf(path()), '600')
  })

  it('writes what can be read again', async () => {
    for (const content of [{ a: [1, 'ä'] }, [], 'text', 0, null]) {
      await files.replace(path(), content, 'passing')
      assert.deepEqual(readJsonFile(path()), content)
    }
    assert.deepEqual(readdirSync(folder()), ['file.json'])
  })

  it('leaves what it cannot replace, says so, and goes on', async () => {
    await files.replace(path(), 'old', 'lasting')
    mkdirSync(`${path()}.new`)
    const failed = files.replace(path(), 'new', 'lasting')
    const next = files.replace(join(folder(), 'next.json'), 'next', 'lasting')
    await assert.rejects(failed, { code: 'EISDIR' })
    assert.equal(readFileSync(path(), 'utf8'), '"old"')
    await next
    assert.equal(readJsonFile(join(folder(), 'next.json')), 'next')
  })

  it('leaves what was asked for last, and tells everybody who asked', async () => {
    const asked = Array.from({ length: 100 }, (_, index) => files.replace(path(), index, 'passing'))
    asked.push(files.remove(path()), files.replace(path(), 'last', 'passing'))
    await Promise.all(asked)
    assert.equal(readJsonFile(path()), 'last')
    await Promise.all([files.replace(path(), 'again', 'passing'), files.remove(path())])
    assert.equal(existsSync(path()), false)
  })

  it('has settled when all is written', async () => {
    await files.settled(1000)
    const names = Array.from({ length: 20 }, (_, index) => `${index}.json`)
    for (const name of names) void files.replace(join(folder(), name), name, 'passing')
    await files.settled(10_000)
    assert.deepEqual(readdirSync(folder()).sort(), names.sort())
  })
})
