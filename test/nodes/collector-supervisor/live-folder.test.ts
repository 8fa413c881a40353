import assert from 'node:assert/strict'
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { FileWriter } from '../../../nodes/collector-supervisor/file-writer'
import {
  freeBytes,
  LiveFolderRecord,
  makeLiveFolder,
  removeLiveFolder,
} from '../../../nodes/collector-supervisor/live-folder'
import { readJsonFile } from '../../../nodes/collector-supervisor/private-files'
import { processStartTime } from '../../../nodes/collector-supervisor/process-identity'
import { temporaryFolder } from '../../support/temporary-folder'

const SHARED_MEMORY = '/dev/shm'

describe('the folder of a live queue', () => {
  const temporary = temporaryFolder()
  const made: string[] = []
  const make = (bytes: number): string => {
    const folder = makeLiveFolder(bytes)
    made.push(folder)
    writeFileSync(join(folder, 'live.queue'), 'x')
    return folder
  }
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
  })
  const record = (): string => join(temporary(), 'live.json')

  it('is private, and another one each time', () => {
    const [one, other] = [make(1), make(1)]
    assert.notEqual(one, other)
    assert.equal(statSync(one).mode & 0o777, 0o700)
  })

  it('lies in shared memory if there is room', function () {
    if (freeBytes(SHARED_MEMORY) < 1) this.skip()
    assert.equal(dirname(make(1)), SHARED_MEMORY)
  })

  it('lies in the temporary folder if there is no room anywhere', () => {
    assert.equal(dirname(make(Number.MAX_SAFE_INTEGER)), tmpdir())
  })

  it('goes with all that is in it, even twice', () => {
    const folder = make(1)
    removeLiveFolder(folder)
    assert.equal(existsSync(folder), false)
    removeLiveFolder(folder)
  })

  for (const path of ['flows', 'my-collectors', 'collectors', 'collectors-1/..', 'collectors-1/flows']) {
    it(`is not ${path}, which stays`, () => {
      const folder = join(temporary(), 'data')
      mkdirSync(join(folder, 'flows'), { recursive: true })
      mkdirSync(join(folder, 'my-collectors'))
      mkdirSync(join(folder, 'collectors'))
      mkdirSync(join(folder, 'collectors-1', 'flows'), { recursive: true })
      removeLiveFolder(`${folder}/${path}`)
      assert.ok(existsSync(`${folder}/${path}`))
    })
  }

  /** As after a start of Node-RED. */
  const openRecord = (): LiveFolderRecord => new LiveFolderRecord(record(), new FileWriter())

  it('of a run that was killed goes at the next start', async () => {
    const [killed, next] = [make(1), make(1)]
    await openRecord().remember(killed)
    assert.ok(existsSync(killed))
    await openRecord().remember(next)
    assert.deepEqual([existsSync(killed), existsSync(next), readJsonFile(record())], [false, true, next])
  })

  for (const [whose, startTime, isLeft] of [
    ['of a Node-RED that lives', () => processStartTime(process.ppid), true],
    ['of a Node-RED whose pid somebody else has by now', () => 'another time', false],
  ] as const) {
    it(`${whose} ${isLeft ? 'stays, though a copied record names it' : 'goes at the next start'}`, async () => {
      const [theirs, ours] = [make(1), make(1)]
      writeFileSync(join(theirs, 'owner.json'), JSON.stringify({ pid: process.ppid, startTime: startTime() }))
      await openRecord().remember(theirs)
      await openRecord().remember(ours)
      assert.deepEqual([existsSync(theirs), readJsonFile(record())], [isLeft, ours])
    })
  }

  it('stays if it is written down twice', async () => {
    const folder = make(1)
    await openRecord().remember(folder)
    await openRecord().remember(folder)
    assert.ok(existsSync(folder))
    assert.equal(readJsonFile(record()), folder)
  })

  it('is forgotten with its record', async () => {
    const opened = openRecord()
    await opened.remember(make(1))
    await opened.forget()
    await opened.forget()
    assert.equal(existsSync(record()), false)
  })

  for (const content of ['', '{', '5', 'null', '[]', JSON.stringify('x'.repeat(5000)), '"/nowhere/collectors-x"']) {
    it(`is remembered though the record before was ${content.slice(0, 30) || 'empty'}`, async () => {
      writeFileSync(record(), content)
      const folder = make(1)
      await openRecord().remember(folder)
      assert.deepEqual([readJsonFile(record()), existsSync(folder)], [folder, true])
    })
  }
})

describe('the room in a folder', () => {
  it('is something where there is a folder, and nothing where there is none', () => {
    assert.ok(freeBytes(tmpdir()) > 0)
    assert.equal(freeBytes('/nowhere/at/all'), 0)
  })
})
