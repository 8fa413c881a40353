import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { QueueError, toQueueError, verdictOn } from '../../../lib/queue/queue-error'

describe('error of a queue', () => {
  const verdicts: [string, number, string, boolean][] = [
    ['SQLITE_ERROR', 1, 'CorruptedData', false],
    ['SQLITE_PERM', 3, 'AccessFailed', false],
    ['SQLITE_BUSY', 5, 'AccessFailed', true],
    ['SQLITE_BUSY_RECOVERY', 261, 'AccessFailed', true],
    ['SQLITE_BUSY_SNAPSHOT', 517, 'AccessFailed', true],
    ['SQLITE_LOCKED', 6, 'AccessFailed', true],
    ['SQLITE_PROTOCOL', 15, 'AccessFailed', true],
    ['SQLITE_NOMEM', 7, 'AccessFailed', false],
    ['SQLITE_READONLY', 8, 'AccessFailed', false],
    ['SQLITE_IOERR', 10, 'AccessFailed', false],
    ['SQLITE_IOERR_READ', 266, 'AccessFailed', false],
    ['SQLITE_IOERR_SHORT_READ', 522, 'CorruptedData', false],
    ['SQLITE_IOERR_WRITE', 778, 'QueueFull', false],
    ['SQLITE_IOERR_SHMSIZE', 4874, 'QueueFull', false],
    ['SQLITE_IOERR_CORRUPTFS', 8458, 'CorruptedData', false],
    ['SQLITE_CORRUPT', 11, 'CorruptedData', false],
    ['SQLITE_CORRUPT_INDEX', 779, 'CorruptedData', false],
    ['SQLITE_FULL', 13, 'QueueFull', false],
    ['SQLITE_CANTOPEN', 14, 'AccessFailed', false],
    ['SQLITE_TOOBIG', 18, 'SerializationFailed', false],
    ['SQLITE_CONSTRAINT_CHECK', 275, 'CorruptedData', false],
    ['SQLITE_NOTADB', 26, 'CorruptedData', false],
    ['a code that does not exist yet', 99, 'AccessFailed', false],
  ]
  for (const [name, code, kind, busy] of verdicts) {
    it(`${name} is ${kind}${busy ? ', busy' : ''}`, () => assert.deepEqual(verdictOn(code), { kind, busy }))
  }

  it('tells what was being done and keeps the cause', () => {
    const database = new DatabaseSync(':memory:')
    database.exec('PRAGMA max_page_count = 2; CREATE TABLE t (x)')
    let thrown: unknown
    try {
      database.exec('CREATE TABLE u (x)')
    } catch (error) {
      thrown = error
    }
    database.close()
    const error = toQueueError(thrown, 'send')
    assert.equal(error.kind, 'QueueFull')
    assert.match(error.message, /^send: .*full/)
    assert.equal(error.cause, thrown)
  })

  it('stays as it is when it is one already, and is AccessFailed when nothing is known of it', () => {
    const error = new QueueError('QueueEmpty', 'nothing came')
    assert.equal(toQueueError(error, 'x'), error)
    assert.equal(toQueueError('text', 'x').kind, 'AccessFailed')
    assert.equal(toQueueError(new Error('y'), 'x').message, 'x: y')
  })
})
