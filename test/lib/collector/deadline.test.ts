import assert from 'node:assert/strict'
import { within } from '../../../lib/collector/deadline'
import { SteppedClock } from '../child/stepped-clock'

describe('an operation within a limit', () => {
  const fault = () => new Error('too late')
  const never = () => new Promise<never>(() => {})

  it('passes on the result and leaves neither timer nor listener', async () => {
    const clock = new SteppedClock()
    const { signal } = new AbortController()
    assert.equal(await within({ ms: 10, clock, signal, fault }, async () => 7), 7)
    assert.equal(clock.pending, 0)
  })

  it('passes on an error, thrown at once or later', async () => {
    const clock = new SteppedClock()
    const fails = () => {
      throw new Error('at once')
    }
    await assert.rejects(within({ ms: 10, clock, fault }, fails), /at once/)
    await assert.rejects(
      within({ ms: 10, clock, fault }, async () => Promise.reject(new Error('later'))),
      /later/,
    )
    assert.equal(clock.pending, 0)
  })

  it('rejects when the limit is reached, though the operation never settles, and aborts it', async () => {
    const clock = new SteppedClock()
    let seen: AbortSignal | undefined
    const result = within({ ms: 10, clock, fault }, (signal) => {
      seen = signal
      return never()
    })
    const rejected = assert.rejects(result, /too late/)
    await clock.advance(9)
    assert.equal(seen?.aborted, false)
    await clock.advance(1)
    await rejected
    assert.equal(seen?.aborted, true)
  })

  it('rejects at once when the signal aborts', async () => {
    const clock = new SteppedClock()
    const controller = new AbortController()
    const rejected = assert.rejects(within({ ms: 10, clock, signal: controller.signal, fault }, never), /stopped/)
    controller.abort(new Error('stopped'))
    await rejected
    assert.equal(clock.pending, 0)
  })

  it('does not begin when the signal has aborted before', async () => {
    const clock = new SteppedClock()
    const signal = AbortSignal.abort(new Error('stopped'))
    const begin = () => assert.fail('begun')
    await assert.rejects(within({ ms: 10, clock, signal, fault }, begin), /stopped/)
    assert.equal(clock.pending, 0)
  })

  it('ignores what the operation says too late', async () => {
    const clock = new SteppedClock()
    const result = within({ ms: 10, clock, fault }, async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      throw new Error('aborted')
    })
    const rejected = assert.rejects(result, /too late/)
    await clock.advance(10)
    await rejected
  })
})
