// Errors of SQLite in words, as a table of result codes.

import assert from 'node:assert/strict'
import { toHistoryFault } from '../../../lib/historian/history/history-fault'
import { toQueueError } from '../../../lib/queue/queue-error'

const IO_ERROR = 'disk I/O error'
const failed = (errcode: number) => Object.assign(new Error(IO_ERROR), { code: 'ERR_SQLITE_ERROR', errcode })

describe('an error of SQLite', () => {
  const advised: [code: string, errcode: number, words: RegExp][] = [
    ['SQLITE_IOERR_LOCK', 3850, /cannot lock files/],
    ['SQLITE_IOERR_SHMLOCK', 5130, /cannot lock files/],
    ['SQLITE_IOERR_SHMMAP', 5386, /cannot share mapped files between processes/],
    ['SQLITE_IOERR_MMAP', 6154, /cannot share mapped files between processes/],
  ]
  for (const [code, errcode, words] of advised) {
    it(`that is ${code} says what is wrong with the file system, and what to do`, () => {
      for (const { message } of [
        toQueueError(failed(errcode), 'opening'),
        toHistoryFault(failed(errcode), 'opening'),
      ]) {
        assert.match(message, words)
        assert.match(message, /^opening: .*: put Node-RED's user folder on a local disk .*\(disk I\/O error\)$/)
      }
    })
  }

  it('of another kind keeps its own text', () => {
    assert.equal(toQueueError(failed(266), 'reading').message, `reading: ${IO_ERROR}`)
    assert.equal(toHistoryFault(failed(266), 'reading').message, `reading: ${IO_ERROR}`)
  })
})
