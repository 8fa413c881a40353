// However a reader's process ends, Node-RED and the other readers notice nothing, the row and the event say what
// happened, and the reader comes back by itself.

import assert from 'node:assert/strict'
import type { Misdeed } from '../fixtures/hostile/misdeeds'
import { Stage } from '../fixtures/hostile/stage'
import { eventWhen } from '../support/events'
import { processIsAlive } from '../support/node-red'

describe('a process that ends by itself', function () {
  this.timeout(60_000)
  const ends = [
    { misdeed: 'exit-0', code: 0, signal: null, error: /^exited with code 0$/, log: undefined },
    { misdeed: 'exit-1', code: 1, signal: null, error: /^exited with code 1$/, log: undefined },
    { misdeed: 'throw', code: 70, signal: null, error: /code 70: the driver broke$/, log: /misdeeds\.[jt]s/ },
    {
      misdeed: 'reject',
      code: 70,
      signal: null,
      error: /code 70: the driver broke its promise$/,
      log: /misdeeds\.[jt]s/,
    },
  ] as const satisfies { misdeed: Misdeed; [other: string]: unknown }[]
  const signals = ['SIGKILL', 'SIGSEGV', 'SIGABRT', 'SIGBUS'] as const
  let stage: Stage

  before(async () => {
    const names = [...ends.map(({ misdeed }) => misdeed), ...signals]
    stage = await Stage.start({ hostile: Object.fromEntries(names.map((name) => [name, {}])) })
    for (const name of names) await stage.nodeRed.rowWhen(name, ({ tags }) => tags.good === 1)
  })
  after(() => stage.close())
  afterEach(() => stage.assertUnharmed())

  for (const { misdeed, code, signal, error, log } of ends) {
    it(`with ${misdeed} is restarted, and it is known why`, async () => {
      const before = await stage.nodeRed.row(misdeed)
      await stage.puppeteer.order(misdeed, misdeed)
      const event = await eventWhen(stage.nodeRed, misdeed, ({ to }) => to === 'crashed', { from: 0 })
      assert.deepEqual(event.exit, { code, signal })
      assert.match(event.last_error ?? '', error)
      assert.match(event.reason, error)
      if (log) assert.match(event.log?.join('\n') ?? '', log)
      await assertBack(misdeed, before.pid)
      if (log) assert.match(await stage.logText(misdeed), log)
    })
  }

  for (const signal of signals) {
    it(`by ${signal} is restarted, and it is known why`, async () => {
      const { pid } = await stage.nodeRed.row(signal)
      assert.ok(pid !== null)
      process.kill(pid, signal)
      const event = await eventWhen(stage.nodeRed, signal, ({ to }) => to === 'crashed', { from: 0 })
      assert.deepEqual(event.exit, { code: null, signal })
      assert.equal(event.last_error, `was ended by ${signal}`)
      await assertBack(signal, pid)
    })
  }

  async function assertBack(name: string, formerPid: number | null): Promise<void> {
    const row = await stage.nodeRed.rowWhen(name, ({ generation, tags }) => generation === 2 && tags.good === 1)
    assert.equal(row.status, 'running')
    assert.equal(row.restart_count, 1)
    assert.notEqual(row.pid, formerPid)
    assert.ok(formerPid !== null && !processIsAlive(formerPid))
    await stage.readsAgain(name)
  }
})
