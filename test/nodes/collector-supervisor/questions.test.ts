import assert from 'node:assert/strict'
import { Fault } from '../../../lib/contract/fault'
import { Questions } from '../../../nodes/collector-supervisor/questions'

function asked() {
  const questions = new Questions()
  const ids: number[] = []
  const ask = (timeoutMs = 10_000): Promise<unknown> =>
    questions.ask(timeoutMs, (id) => {
      ids.push(id)
      return true
    })
  return { questions, ids, ask }
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
    await assert.rejects(
      new Questions().ask(10_000, () => false),
      code('failed'),
    )
  })

  it('fails when its time is over, and a late answer does no harm', async () => {
    const { questions, ids, ask } = asked()
    await assert.rejects(ask(1), code('timeout'))
    questions.answer({ id: ids[0] ?? 0, ok: true, data: 'late' })
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
