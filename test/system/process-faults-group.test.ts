// A process that has started others. The sandbox denies it; these are for the day when a driver needs it, and for what is
// no JavaScript at all.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { ExitFacts } from '../../lib/contract/process-event'
import { Child } from '../../nodes/collector-supervisor/child'
import { PACKAGE_ROOT, processIsAlive } from '../support/node-red'
import { until } from '../support/until'

describe('a process with a grandchild that ignores SIGTERM', function () {
  this.timeout(20_000)
  const strays = new Set<number>()
  let exits: ExitFacts[]
  let grandchild: number
  let child: Child

  async function start(where: 'group' | 'session'): Promise<void> {
    exits = []
    grandchild = 0
    const script = join(PACKAGE_ROOT, 'dist', 'test', 'fixtures', 'hostile', 'parent.js')
    child = new Child(
      { command: process.execPath, args: [script, where], cwd: PACKAGE_ROOT, env: {} },
      {
        identified: () => {},
        message: () => {},
        malformed: () => {},
        flood: () => {},
        unreachable: () => {},
        output: (_source, text) => {
          grandchild = Number(/^grandchild (\d+)$/.exec(text)?.[1] ?? grandchild)
        },
        spawnFailed: (code) => assert.fail(code),
        exited: (exit) => exits.push(exit),
      },
      () => performance.now(),
    )
    await until(() => grandchild > 0, 10_000)
    strays.add(grandchild)
  }
  afterEach(() => {
    for (const pid of strays) if (processIsAlive(pid)) process.kill(pid, 'SIGKILL')
    strays.clear()
  })

  for (const { how, end } of [
    { how: 'asked to', end: () => child.terminate() },
    { how: 'killed', end: () => child.kill() },
    { how: 'killed by somebody else', end: () => process.kill(child.pid ?? 0, 'SIGKILL') },
  ]) {
    it(`is over when it ends, ${how}, and when the grandchild is gone as well`, async () => {
      await start('group')
      end()
      await until(() => exits.length > 0)
      assert.equal(exits.length, 1)
      assert.equal(exits[0]?.signal, how === 'asked to' ? 'SIGTERM' : 'SIGKILL')
      assert.ok(!processIsAlive(grandchild))
    })
  }

  it('is over when it ends, though the grandchild has left the group and holds the pipes; they are closed', async () => {
    const pipes = () => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length
    const before = pipes()
    await start('session')
    assert.ok(pipes() > before)
    const endedAt = performance.now()
    child.kill()
    await until(() => exits.length > 0)
    assert.ok(performance.now() - endedAt < 1000)
    await until(() => pipes() === before)
    assert.ok(processIsAlive(grandchild))
    assert.equal(exits.length, 1)
  })
})
