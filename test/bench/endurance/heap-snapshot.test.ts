// What has come into a heap, told by two snapshots that V8 itself has written.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { growthOf } from '../../../bench/endurance/heap-snapshot'

const PROGRAM = `
  const { writeHeapSnapshot } = require('node:v8')
  class Kept { value = {} }
  const list = []
  writeHeapSnapshot('before.json')
  for (let index = 0; index < 1000; index++) list.push(new Kept())
  writeHeapSnapshot('after.json')
`

describe('two snapshots of a heap', function () {
  this.timeout(60_000)
  let folder: string
  let earlier: unknown
  let later: unknown

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'collectors-heap-'))
    execFileSync(process.execPath, ['-e', PROGRAM], { cwd: folder })
    const [first, second] = ['before.json', 'after.json'].map((file): unknown => {
      return JSON.parse(readFileSync(join(folder, file), 'utf8'))
    })
    earlier = first
    later = second
  })
  after(() => rmSync(folder, { recursive: true }))

  it('tell how many objects of a class have come, and their bytes', () => {
    const kept = growthOf(earlier, later).find(({ name }) => name === 'object Kept')
    assert.equal(kept?.count, 1000)
    assert.ok(kept.bytes >= 1000 * 16, String(kept.bytes))
  })

  it('tell how many have gone', () => {
    assert.equal(growthOf(later, earlier).find(({ name }) => name === 'object Kept')?.count, -1000)
  })

  it('differ in nothing if they are the same', () => assert.deepEqual(growthOf(later, later), []))

  it('cannot be something else', () => assert.throws(() => growthOf({}, later), /no heap snapshot/))
})
