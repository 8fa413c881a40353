import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeQueuePlace, queuePath } from '../../../nodes/collector-supervisor/queue-place'
import { temporaryFolder } from '../../support/temporary-folder'

describe('the place of the queue to the database', () => {
  const folder = temporaryFolder()
  const former = (suffix = ''): string => join(folder(), `durable.queue${suffix}`)

  it('is a private folder of its own', () => {
    makeQueuePlace(folder())
    assert.equal(statSync(join(folder(), 'queue')).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(join(folder(), 'queue')), [])
  })

  it('gets what an earlier version has kept beside the other files, and nothing else', () => {
    for (const suffix of ['', '-wal', '-shm', '.corrupt-2026']) writeFileSync(former(suffix), `former${suffix}`)
    makeQueuePlace(folder())
    for (const suffix of ['', '-wal', '-shm'])
      assert.equal(readFileSync(queuePath(folder()) + suffix, 'utf8'), `former${suffix}`)
    assert.deepEqual(readdirSync(folder()).sort(), ['durable.queue.corrupt-2026', 'queue'])
  })

  it('gets the rest where a move was cut short', () => {
    makeQueuePlace(folder())
    writeFileSync(`${queuePath(folder())}-wal`, 'moved')
    writeFileSync(former(), 'former')
    makeQueuePlace(folder())
    assert.equal(readFileSync(queuePath(folder()), 'utf8'), 'former')
    assert.equal(readFileSync(`${queuePath(folder())}-wal`, 'utf8'), 'moved')
  })

  it('keeps what is there', () => {
    makeQueuePlace(folder())
    writeFileSync(queuePath(folder()), 'present')
    writeFileSync(former(), 'former')
    makeQueuePlace(folder())
    assert.equal(readFileSync(queuePath(folder()), 'utf8'), 'present')
    assert.ok(existsSync(former()))
  })
})
