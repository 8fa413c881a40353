import assert from 'node:assert/strict'
import { Connection } from '../../../lib/collector/connection'
import type { Reader } from '../../../lib/collector/reader'
import { Fault } from '../../../lib/contract/fault'
import { SteppedClock } from '../child/stepped-clock'

describe('A connection whose reader can be suspended', () => {
  let clock: SteppedClock
  let calls: string[]
  let connection: Connection
  let kept: Promise<void>

  const reader = (): Reader => ({
    tags: [],
    open: async () => {
      calls.push('open')
    },
    read: async () => {
      throw new Fault('link', 'connection-lost', 'lost')
    },
    suspend: async () => {
      calls.push('suspend')
    },
    close: async () => {
      calls.push('close')
    },
  })

  function keep(first: Reader): void {
    connection = new Connection({
      reader: first,
      create: () => {
        calls.push('create')
        return reader()
      },
      settings: { interval: 1000, timeout: 1000, measurement: '', pointTags: {} },
      clock,
      chance: () => 0,
      report: () => {},
      log: () => {},
      onUp: () => {},
    })
    kept = connection.keep()
  }

  beforeEach(() => {
    clock = new SteppedClock()
    calls = []
  })

  it('lets it keep what the next connection may take up', async () => {
    keep(reader())
    await clock.advance(0)
    await connection.read()
    await clock.advance(1000)
    assert.deepEqual(calls, ['open', 'suspend', 'open'])
  })

  it('closes it for good when there is no next one', async () => {
    keep(reader())
    await clock.advance(0)
    await connection.read()
    await clock.advance(500)
    connection.stop(1000)
    await kept
    assert.deepEqual(calls, ['open', 'suspend', 'close'])
  })

  it('closes it at once when it is told to stop', async () => {
    keep(reader())
    await clock.advance(0)
    connection.stop(1000)
    await kept
    assert.deepEqual(calls, ['open', 'close'])
  })

  it('closes, and replaces, one that hangs instead', async () => {
    keep({ ...reader(), suspend: () => new Promise(() => {}) })
    await clock.advance(0)
    await connection.read()
    await clock.advance(2000)
    assert.deepEqual(calls, ['open', 'create', 'close'])
    await clock.advance(1000)
    assert.deepEqual(calls.at(-1), 'open')
  })
})
