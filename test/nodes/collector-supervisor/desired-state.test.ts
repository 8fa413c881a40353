import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DesiredState } from '../../../nodes/collector-supervisor/desired-state'
import { FileWriter } from '../../../nodes/collector-supervisor/file-writer'
import { temporaryFolder } from '../../support/temporary-folder'

describe('what the operator stopped', () => {
  const folder = temporaryFolder()
  const files = new FileWriter()
  /** All is on the disk that was to be written. */
  const written = () => files.settled(5000)
  let warnings: string[]
  beforeEach(() => {
    warnings = []
  })
  const path = (): string => join(folder(), 'stopped.json')
  /** As after a start of Node-RED. */
  const open = (): DesiredState => new DesiredState(path(), files, (text) => warnings.push(text))

  it('is nothing at first', () => {
    assert.equal(open().isStopped('a1'), false)
    assert.equal(existsSync(path()), false)
  })

  it('stays stopped over a restart, until it is started', async () => {
    open().set('a1', true)
    await written()
    open().set('b2', true)
    await written()
    assert.deepEqual([open().isStopped('a1'), open().isStopped('b2'), open().isStopped('c3')], [true, true, false])
    open().set('a1', false)
    await written()
    assert.deepEqual([open().isStopped('a1'), open().isStopped('b2')], [false, true])
    assert.deepEqual(warnings, [])
  })

  it('is written only when it changes', async () => {
    const state = open()
    state.set('a1', false)
    await written()
    assert.deepEqual(readdirSync(folder()), [])
    state.set('a1', true)
    await written()
    writeFileSync(path(), 'somebody else was here')
    state.set('a1', true)
    await written()
    assert.equal(readFileSync(path(), 'utf8'), 'somebody else was here')
  })

  it('may have any id', async () => {
    for (const id of ['', '__proto__', 'constructor', '温度', 'a"b']) {
      open().set(id, true)
      await written()
    }
    for (const id of ['', '__proto__', 'constructor', '温度', 'a"b']) assert.equal(open().isStopped(id), true)
    assert.equal(open().isStopped('toString'), false)
  })

  for (const [what, content, stopped] of [
    ['cut off', '["a1","b', false],
    ['empty', '', false],
    ['no list', '{"a1":true}', false],
    ['a text', '"a1"', false],
    ['a list of other things too', '[5,null,["b2"],"a1"]', true],
  ] as const) {
    it(`is ${stopped ? 'what can be read' : 'nothing'} if the file is ${what}, and can be written again`, async () => {
      writeFileSync(path(), content)
      assert.equal(open().isStopped('a1'), stopped)
      open().set('z9', true)
      await written()
      assert.equal(open().isStopped('z9'), true)
    })
  }

  it('is known until the end of this run though it cannot be written, and that is said', async () => {
    mkdirSync(path())
    const state = open()
    state.set('a1', true)
    await written()
    assert.equal(state.isStopped('a1'), true)
    assert.equal(warnings.length, 1)
    assert.match(warnings[0] ?? '', /^what is stopped could not be saved: /)
  })
})
