import assert from 'node:assert/strict'
import { Fault } from '../../../lib/contract/fault'
import { Batches } from '../../../nodes/opcua-in/batches'

const NUMBERS = Array.from({ length: 100 }, (_, index) => index)

/** A server that refuses calls as a whole, as `refuses` says; what it answered and what each item was told. */
function serverThat(refuses: (batch: readonly number[]) => string | undefined) {
  const told = new Map<number, string>()
  const calls: number[] = []
  const call = async (batch: readonly number[]): Promise<void> => {
    calls.push(batch.length)
    const code = refuses(batch)
    if (code !== undefined) throw new Fault(code.startsWith('lost') ? 'link' : 'device', code, code)
    for (const item of batch) told.set(item, 'answered')
  }
  return {
    told,
    calls,
    ask: (batches: Batches, items: readonly number[] = NUMBERS) =>
      batches.each(items, call, (item, { code }) => told.set(item, code)),
  }
}

describe('Batches', () => {
  it('are as large as the server takes, one after the other', async () => {
    const { calls, told, ask } = serverThat(() => undefined)
    await ask(new Batches(30))
    assert.deepEqual(calls, [30, 30, 30, 10])
    assert.equal(told.size, 100)
  })

  it('find the one item that spoils a call', async () => {
    const { calls, told, ask } = serverThat((batch) => (batch.includes(37) ? 'BadDecodingError' : undefined))
    await ask(new Batches(100))
    assert.deepEqual(
      [...told].filter(([, what]) => what !== 'answered'),
      [[37, 'BadDecodingError']],
    )
    assert.equal(told.size, 100)
    assert.ok(calls.length < 20, String(calls.length))
  })

  it('find several, also where the list begins and ends with them', async () => {
    const bad = new Set([0, 1, 2, 3, 98, 99])
    const { told, ask } = serverThat((batch) => (batch.some((item) => bad.has(item)) ? 'BadInternalError' : undefined))
    await ask(new Batches(50))
    assert.deepEqual(
      [...told].flatMap(([item, what]) => (what === 'answered' ? [] : item)).sort((a, b) => a - b),
      [...bad],
    )
    assert.equal(told.size, 100)
  })

  it('do not ask for each of thousands where the server refuses everything', async () => {
    const { calls, told, ask } = serverThat(() => 'BadOutOfMemory')
    await ask(
      new Batches(100),
      Array.from({ length: 10_000 }, (_, index) => index),
    )
    assert.deepEqual([calls.length, told.size, new Set(told.values())], [6, 10_000, new Set(['BadOutOfMemory'])])
  })

  it('get smaller when the server says that they are too large, and stay so', async () => {
    const { calls, told, ask } = serverThat((batch) => (batch.length > 30 ? 'BadTooManyOperations' : undefined))
    const batches = new Batches(100)
    await ask(batches)
    assert.equal(told.size, 100)
    assert.equal(batches.size, 25)
    batches.limit(100)
    assert.equal(batches.size, 25)
    calls.length = 0
    await ask(batches)
    assert.deepEqual(calls, [25, 25, 25, 25])
  })

  it('stay as large as they are where one item alone is too large', async () => {
    const { calls, told, ask } = serverThat((batch) => (batch.includes(37) ? 'BadEncodingLimitsExceeded' : undefined))
    const batches = new Batches(50)
    await ask(batches)
    assert.deepEqual([batches.size, told.get(37), told.get(36)], [50, 'BadEncodingLimitsExceeded', 'answered'])
    calls.length = 0
    await ask(
      batches,
      NUMBERS.filter((number) => number !== 37),
    )
    assert.deepEqual(calls, [50, 49])
  })

  it('end with a connection that is lost', async () => {
    const { told, ask } = serverThat((batch) => (batch.includes(60) ? 'lost' : undefined))
    await assert.rejects(ask(new Batches(50)), { code: 'lost' })
    assert.equal(told.size, 50)
  })
})
