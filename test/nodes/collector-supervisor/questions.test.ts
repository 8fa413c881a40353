import assert from 'node:assert/strict'
import { Fault } from '../../../lib/contract/fault'
import { Questions } from '../../../nodes/collector-supervisor/questions'

function asked() {
  const questions = new Questions()
  const ids: number[] = []
  const cancelled: number[] = []
  const ask = (timeoutMs = 10_000, signal?: AbortSignal): Promise<unknown> =>
    questions.ask({
      timeoutMs,
      signal,
      send: (id) => {
        ids.push(id)
        return true
      },
      cancel: (id) => cancelled.push(id),
    })
  return { questions, ids, cancelled, ask }
}

describe('a question', () => {
  it('gets its own answer, in whatever order they come', async () => {
    const { questions, ids, ask } = asked()
    const [first, second] = [ask(), ask()]
    questions.answer({ id: ids[1] ?? 0, ok: true, data: 'b' })
    questions.answer({ id: ids[0] ?? 0, ok: true, data: 'a' })
    assert.deepEqual(await Promise.all([first, second]), ['a', 'b'])
  })

  const code = (expected: string) => (error: unknown) => error instanceof Fault && error.code === expected

  it('fails with what the process says', async () => {
    const { questions, ids, ask } = asked()
    const question = ask()
    questions.answer({ id: ids[0] ?? 0, ok: false, data: 'no such table' })
    await assert.rejects(question, /no such table/)
  })

  it('fails at once when nobody is there', async () => {
    await assert.rejects(new Questions().ask({ timeoutMs: 10_000, send: () => false }), code('failed'))
  })

  it('fails when its time is over, and a late answer does no harm', async () => {
    const { questions, ids, cancelled, ask } = asked()
    await assert.rejects(ask(1), code('timeout'))
    assert.deepEqual(cancelled, ids)
    questions.answer({ id: ids[0] ?? 0, ok: true, data: 'late' })
  })

  it('is given up when nobody wants the answer any more, and the process is told', async () => {
    const { questions, ids, cancelled, ask } = asked()
    const client = new AbortController()
    const question = ask(10_000, client.signal)
    const other = ask()
    client.abort(new Fault('link', 'failed', 'the client has gone'))
    await assert.rejects(question, /the client has gone/)
    assert.deepEqual(cancelled, [ids[0]])
    questions.answer({ id: ids[1] ?? 0, ok: true, data: 'answered' })
    assert.equal(await other, 'answered')
  })

  it('is not even asked when nobody wants the answer by then', async () => {
    const { ids, ask } = asked()
    await assert.rejects(ask(10_000, AbortSignal.abort(new Fault('link', 'timeout', 'too late'))), code('timeout'))
    assert.deepEqual(ids, [])
  })

  it('fails with the process, and only the ones that wait', async () => {
    const { questions, ids, ask } = asked()
    const answered = ask()
    questions.answer({ id: ids[0] ?? 0, ok: true, data: 1 })
    const waiting = ask()
    questions.giveUp(new Fault('link', 'failed', 'the process has ended'))
    await assert.rejects(waiting, /has ended/)
    assert.equal(await answered, 1)
  })
})
