import assert from 'node:assert/strict'
import { Fault } from '../../../lib/contract/fault'
import { WaitingLine } from '../../../nodes/collector-supervisor/waiting-line'

const forEver = new AbortController().signal
const code = (expected: string) => (error: unknown) => error instanceof Fault && error.code === expected

/** Work that is begun in the order of `begun`, and ends when it is told to. */
function line(waitingMax: number) {
  const waitingLine = new WaitingLine(waitingMax)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const enter = (name: string, signal: AbortSignal = forEver): Promise<string> =>
    waitingLine.inTurn(async () => {
      begun.push(name)
      await new Promise<void>((resolve) => ends.set(name, resolve))
      return name
    }, signal)
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { enter, end, begun }
}

describe('a waiting line', () => {
  it('does one thing at a time, in the order in which they came', async () => {
    const { enter, end, begun } = line(2)
    const all = Promise.all([enter('a'), enter('b'), enter('c')])
    assert.deepEqual(begun, ['a'])
    await end('a')
    assert.deepEqual(begun, ['a', 'b'])
    await end('b')
    await end('c')
    assert.deepEqual(await all, ['a', 'b', 'c'])
  })

  it('lets a few wait and tells the others that it is busy', async () => {
    const { enter, end } = line(1)
    const served = Promise.all([enter('a'), enter('b')])
    await assert.rejects(enter('c'), code('busy'))
    await end('a')
    await end('b')
    assert.deepEqual(await served, ['a', 'b'])
    const later = enter('d')
    await end('d')
    assert.equal(await later, 'd')
  })

  it('forgets who does not want to wait any longer', async () => {
    const { enter, end, begun } = line(1)
    const client = new AbortController()
    const first = enter('a')
    const left = enter('b', client.signal)
    client.abort(new Fault('link', 'timeout', 'too late'))
    await assert.rejects(left, code('timeout'))
    const next = enter('c')
    await end('a')
    await end('c')
    assert.deepEqual([await first, await next], ['a', 'c'])
    assert.deepEqual(begun, ['a', 'c'])
  })

  it('goes on after work that failed', async () => {
    const waitingLine = new WaitingLine(1)
    const failed = waitingLine.inTurn(() => Promise.reject(new Error('broken')), forEver)
    const next = waitingLine.inTurn(async () => 'done', forEver)
    await assert.rejects(failed, /broken/)
    assert.equal(await next, 'done')
  })

  it('gives no turn to one that has left at the moment of its turn', async () => {
    const { enter, end, begun } = line(2)
    const client = new AbortController()
    const first = enter('a')
    const left = enter('b', client.signal)
    const next = enter('c')
    const done = end('a')
    client.abort(new Fault('link', 'failed', 'gone'))
    await assert.rejects(left, code('failed'))
    await done
    await end('c')
    assert.deepEqual([await first, await next], ['a', 'c'])
    assert.deepEqual(begun, ['a', 'c'])
  })
})
