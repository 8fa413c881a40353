import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { groupIsEmpty, signalGroup } from '../../../nodes/collector-supervisor/process-group'
import { seenProcess } from '../../support/processes'
import { until } from '../../support/until'

describe('a process group', () => {
  const leaders: ChildProcess[] = []
  afterEach(() => {
    for (const { pid } of leaders.splice(0)) if (pid !== undefined) signalGroup(pid, 'SIGKILL')
  })

  function start(script: string): { child: ChildProcess; pid: number } {
    const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
    leaders.push(child)
    assert.ok(child.pid !== undefined)
    return { child, pid: child.pid }
  }

  it('that does not exist is empty, and no signal harms it', () => {
    const beyond = 2 ** 22 + 1
    assert.equal(groupIsEmpty(beyond), true)
    assert.equal(signalGroup(beyond, 'SIGKILL'), false)
  })

  for (const pid of [1, 0, -0, -1, -2, 1.5, Number.NaN, Infinity, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53]) {
    // Signal 0 only: with a real one a mistake would end everything, this test included.
    it(`is never what ${pid} would mean: everybody, or ourselves`, () => assert.equal(signalGroup(pid, 0), false))
  }

  it('is not empty while its leader lives', async () => {
    const { child, pid } = start('sleep 1000')
    assert.equal(groupIsEmpty(pid), false)
    assert.equal(signalGroup(pid, 'SIGKILL'), true)
    await once(child, 'exit')
    await until(() => groupIsEmpty(pid))
  })

  it('is not empty while anybody in it lives', async () => {
    const { child, pid } = start('sleep 1000 & echo')
    await once(child, 'exit')
    assert.equal(groupIsEmpty(pid), false)
    signalGroup(pid, 'SIGKILL')
    await until(() => groupIsEmpty(pid))
  })

  it('of a zombie that nobody reaps is empty', async () => {
    // `sleep` knows nothing of the child that the shell had before it became `sleep`.
    const { child } = start("setsid sh -c 'echo $$' & exec sleep 1000")
    assert.ok(child.stdout)
    const zombie = Number(String(await once(child.stdout, 'data')))
    await until(() => groupIsEmpty(zombie))
    assert.equal(seenProcess(zombie)?.state, 'Z')
  })
})
