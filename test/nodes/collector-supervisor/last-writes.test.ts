import assert from 'node:assert/strict'
import { untilWritten } from '../../../nodes/collector-supervisor/last-writes'

describe('the wait for what is still being written', () => {
  it('ends with the writing', async () => {
    let isWritten = false
    const writing = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      isWritten = true
    })
    await untilWritten(writing, 60_000)
    assert.ok(isWritten)
    await untilWritten(undefined, 60_000)
  })

  it('ends when the disk takes nothing in this time', async () => {
    const began = performance.now()
    await untilWritten(new Promise(() => {}), 20)
    assert.ok(performance.now() - began >= 19)
  })
})
