import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../../../lib/contract/fault'
import { FOLDER_IN_USE, FolderLock } from '../../../nodes/collector-supervisor/folder-lock'
import { temporaryFolder } from '../../support/temporary-folder'

const MODULE = require.resolve('../../../nodes/collector-supervisor/folder-lock')

describe('the lock of a supervisor folder', () => {
  const temporary = temporaryFolder()
  const held: FolderLock[] = []
  const folder = (): string => join(temporary(), 'supervisor')
  const lock = (path = folder()): FolderLock => {
    const made = new FolderLock(path)
    held.push(made)
    return made
  }
  const isInUse = (error: unknown): boolean => error instanceof Fault && error.code === FOLDER_IN_USE
  afterEach(() => {
    for (const one of held.splice(0)) one.release()
  })

  it('has one holder at a time, in a folder and a file that are private', () => {
    const first = lock()
    assert.throws(() => lock(), isInUse)
    first.release()
    first.release()
    lock()
    assert.equal(statSync(folder()).mode & 0o777, 0o700)
    assert.equal(statSync(join(folder(), 'owner.lock')).mode & 0o777, 0o600)
  })

  it('says who has it, and what to do', () => {
    lock()
    const who = `another Node-RED \\(process ${process.pid} on ${hostname()}\\) uses the folder ${folder()}: give each`
    assert.throws(() => lock(), new RegExp(who))
  })

  it('says that somebody has it, though nobody can read who', () => {
    lock()
    writeFileSync(join(folder(), 'owner.json'), 'garbage')
    assert.throws(() => lock(), /another Node-RED uses the folder/)
  })

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`of another process holds while that lives, and ends with it by ${signal}`, async () => {
      const script = `new (require(${JSON.stringify(MODULE)}).FolderLock)(process.argv[1]); console.log(); setInterval(() => {}, 1000)`
      const other = spawn(process.execPath, ['-e', script, folder()], { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(other.stdout, 'data')
      assert.throws(() => lock(), isInUse)
      const ended = once(other, 'exit')
      other.kill(signal)
      await ended
      lock()
    })
  }

  it('is not copied with the folder', () => {
    lock()
    const copy = join(temporary(), 'copy')
    cpSync(folder(), copy, { recursive: true })
    lock(copy)
  })

  it('cannot be had where a folder is in the place of its file, which says something else', () => {
    mkdirSync(join(folder(), 'owner.lock'), { recursive: true })
    assert.throws(
      () => lock(),
      (error) => !isInUse(error),
    )
  })
})
