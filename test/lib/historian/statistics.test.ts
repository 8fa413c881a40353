import assert from 'node:assert/strict'
import { Durations } from '../../../lib/child/durations'
import type { Sink, Verdict } from '../../../lib/historian/sink'
import { timed } from '../../../lib/historian/statistics'

describe('a database whose writes are measured', () => {
  const signal = new AbortController().signal

  it('is the same one: what it keeps, how it is asked, how it is closed', async () => {
    const called: string[] = []
    const probed: Verdict = { kind: 'accepted' }
    const sink: Sink = {
      keptMs: 86_400_000,
      write: async () => ({ kind: 'accepted' }),
      probe: async () => {
        called.push('probe')
        return probed
      },
      close: () => void called.push('close'),
    }
    const measured = timed(sink, new Durations(), () => 0)
    assert.equal(measured.keptMs, 86_400_000)
    assert.equal(await measured.probe?.(signal), probed)
    measured.close()
    assert.deepEqual(called, ['probe', 'close'])
  })

  it('keeps everything where nothing else is said, and cannot be probed where there is no probe', () => {
    const measured = timed({ write: async () => ({ kind: 'accepted' }), close: () => {} }, new Durations(), () => 0)
    assert.deepEqual([measured.keptMs, measured.probe], [undefined, undefined])
  })

  it('tells how long a write took', async () => {
    let nowMs = 0
    const writes = new Durations()
    const slow: Sink = {
      write: async () => {
        nowMs += 250
        return { kind: 'accepted' }
      },
      close: () => {},
    }
    assert.deepEqual(await timed(slow, writes, () => nowMs).write([], signal), { kind: 'accepted' })
    assert.equal(writes.summary().last, 250)
  })
})
