// One process under supervision that is started, stopped and given another configuration, and waits for its turn.

import assert from 'node:assert/strict'
import { PARALLEL_STARTS, SpawnGate } from '../../../nodes/collector-supervisor/spawn-gate'
import { isGone } from '../../support/processes'
import { until } from '../../support/until'
import { DONE, POLICY, READY, specOf, supervising } from './supervision'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a supervised process', () => {
  const { make, running } = supervising()

  it('runs when its child is ready, which has been told all it needs', async () => {
    const oven = await running()
    await oven.heard('configure')
    assert.deepEqual(oven.path, ['starting', 'running'])
    const { status, pid, generation, start_time, supervisor, command } = oven.process.row()
    assert.deepEqual([status, pid, generation, start_time], ['running', oven.process.pid, 1, 1_700_000_000_000])
    assert.deepEqual([supervisor, command], ['Line A', [process.execPath, oven.process.spec.script]])
    const live = { path: '/dev/shm/q', capacityBytes: 16 }
    const told = { generation: 1, version: 1, name: 'oven', recipient: 'a1', live, heartbeatMs: 2000 }
    assert.ok(oven.texts.includes(`configure ${JSON.stringify(told)}`), oven.texts.join('\n'))
  })

  it('tells nothing of its configuration in row, log and events', async () => {
    const oven = await running()
    oven.process.adopt({ ...oven.process.spec, config: { password: 'canary' } })
    await until(() => oven.process.machine.generation === 2 && oven.status === 'running')
    await oven.heard('configure')
    assert.ok(!JSON.stringify([oven.process.row(), oven.process.logs(), oven.transitions]).includes('canary'))
  })

  it('stops when it is told to, without force', async () => {
    const oven = await running()
    const { pid } = oven.process
    assert.deepEqual(await oven.process.operate('stop'), DONE)
    assert.deepEqual(oven.path.slice(2), ['stopping', 'stopped'])
    const row = oven.process.row()
    assert.deepEqual([row.pid, row.status, row.link], [null, 'stopped', 'disconnected'])
    assert.deepEqual([row.forced_kills, row.last_error], [0, null])
    assert.deepEqual(oven.transitions.at(-1)?.exit, { code: 0, signal: null })
    assert.ok(pid !== undefined && isGone(pid))
  })

  it('reads all that its child has written before it tells that it is over', async () => {
    const oven = await running()
    const { pid } = oven.process
    await oven.process.operate('stop')
    assert.deepEqual(oven.calls, ['starting', `started ${pid}`, 'running', 'stopping', 'ended', 'drain', 'stopped'])
  })

  it('is killed when it will not stop', async () => {
    const oven = await running({ deaf: true })
    oven.policy = { ...POLICY, stopTimeoutMs: 100 }
    assert.deepEqual(await oven.process.operate('stop'), DONE)
    assert.equal(oven.process.row().forced_kills, 1)
    assert.deepEqual(oven.transitions.at(-1)?.exit, { code: null, signal: 'SIGKILL' })
  })

  it('has a new process after a restart, and only one', async () => {
    const oven = await running()
    const { pid } = oven.process
    assert.deepEqual(await oven.process.operate('restart'), DONE)
    assert.deepEqual(oven.path.slice(2), ['stopping', 'starting', 'running'])
    assert.ok(oven.process.pid !== pid && pid !== undefined && isGone(pid))
    assert.deepEqual([oven.process.row().restart_count, oven.process.row().generation], [1, 2])
  })

  it('follows the last of many wishes', async () => {
    const { process: oven } = make()
    const wishes = ['start', 'stop', 'start', 'restart', 'stop'] as const
    const outcomes = await Promise.all(wishes.map((wish) => oven.operate(wish)))
    assert.deepEqual(
      outcomes.map(({ success }) => success),
      [false, true, false, false, true],
    )
    assert.deepEqual([oven.machine.state.status, oven.pid], ['stopped', undefined])
    assert.deepEqual(await Promise.all([oven.operate('start'), oven.operate('start')]), [DONE, DONE])
    assert.equal(oven.machine.state.status, 'running')
  })
})

describe('a supervised process that has to wait for its turn', () => {
  const { make } = supervising()

  /** A gate with all places taken, and the function that gives them back. */
  const crowded = (): { gate: SpawnGate; leave(): void } => {
    const gate = new SpawnGate()
    const leaves: (() => void)[] = []
    for (let place = 0; place < PARALLEL_STARTS; place++) gate.enter((leave) => leaves.push(leave))
    return { gate, leave: () => leaves.splice(0).forEach((leave) => void leave()) }
  }
  const placesAt = (gate: SpawnGate): number => {
    let places = 0
    for (let place = 0; place <= PARALLEL_STARTS; place++) gate.enter(() => places++)
    return places
  }

  it('starts nothing before the one before it is gone', async () => {
    const oven = make()
    let go = (): void => {}
    oven.vacated = () =>
      new Promise((resolve) => {
        go = resolve
      })
    const outcome = oven.process.operate('start')
    await turn()
    assert.deepEqual([oven.status, oven.process.pid, oven.process.row().link], ['starting', undefined, 'disconnected'])
    go()
    assert.deepEqual(await outcome, DONE)
  })

  it('starts nothing before there is a place at the gate, and gives it back when it is ready', async () => {
    const { gate, leave } = crowded()
    const oven = make({}, gate)
    const outcome = oven.process.operate('start')
    await turn()
    assert.deepEqual([oven.status, oven.process.pid], ['starting', undefined])
    leave()
    assert.deepEqual(await outcome, DONE)
    assert.equal(placesAt(gate), PARALLEL_STARTS)
  })

  it('stops at once, and starts nothing later', async () => {
    const { gate, leave } = crowded()
    const oven = make({}, gate)
    const started = oven.process.operate('start')
    await turn()
    assert.deepEqual(await oven.process.operate('stop'), DONE)
    assert.equal((await started).success, false)
    leave()
    await turn()
    assert.deepEqual(oven.calls, ['starting', 'stopping', 'stopped'])
    assert.equal(placesAt(gate), PARALLEL_STARTS)
  })

  it('starts one process though it was stopped and started again meanwhile', async () => {
    const { gate, leave } = crowded()
    const oven = make({}, gate)
    void oven.process.operate('start')
    void oven.process.operate('stop')
    const outcome = oven.process.operate('start')
    await turn()
    leave()
    assert.deepEqual(await outcome, DONE)
    assert.equal(oven.calls.filter((call) => call.startsWith('started')).length, 1)
    assert.equal(oven.process.row().generation, 2)
  })

  it('does not keep its place at the gate if it dies before it is ready', async () => {
    const oven = make({ says: [], exits: 78 })
    assert.equal((await oven.process.operate('start')).success, false)
    assert.equal(placesAt(oven.gate), PARALLEL_STARTS)
  })

  it('does not keep its place at the gate if it cannot be started', async () => {
    const oven = make()
    oven.command = '/nowhere/node'
    assert.equal((await oven.process.operate('start')).success, false)
    assert.equal(placesAt(oven.gate), PARALLEL_STARTS)
  })
})

describe('a supervised process whose sandbox', () => {
  const { running } = supervising()

  it('does not work is not started, and says why, until it works', async () => {
    const oven = await running()
    await oven.process.operate('stop')
    const problem = 'the sandbox "bubblewrap" needs the program bwrap'
    oven.obstacle = problem
    assert.deepEqual(await oven.process.operate('start'), { success: false, code: 'failed', error: problem })
    const { pid, status, last_error, next_restart_at } = oven.process.row()
    assert.deepEqual([pid, status, last_error, next_restart_at], [null, 'error', problem, null])
    assert.equal(oven.calls.filter((call) => call.startsWith('started')).length, 1)
    oven.obstacle = undefined
    assert.deepEqual(await oven.process.operate('start'), DONE)
  })

  it('is another one is started anew, which is no restart', async () => {
    const oven = await running()
    const { pid } = oven.process
    oven.wall = 'bubblewrap'
    oven.process.renew()
    await until(() => oven.status === 'running' && oven.process.pid !== pid)
    const { wall, restart_count } = oven.process.row()
    assert.deepEqual([wall, restart_count], ['bubblewrap', 0])
  })

  it('is another one stays stopped if the operator has stopped it', async () => {
    const oven = await running()
    await oven.process.operate('stop')
    oven.process.renew()
    assert.deepEqual([oven.status, oven.process.pid], ['stopped', undefined])
  })

  for (const wall of ['node', 'user', 'bubblewrap'] as const) {
    it(`is "${wall}" ${wall === 'node' ? 'goes on with' : 'is started anew for'} another live queue`, async () => {
      const oven = await running()
      const { pid } = oven.process
      oven.wall = wall
      oven.process.liveReplaced({ path: '/dev/shm/other', capacityBytes: 16 }, 'the live queue is gone')
      if (wall !== 'node') await until(() => oven.status === 'running' && oven.process.pid !== pid)
      assert.equal(oven.process.pid === pid, wall === 'node')
      assert.equal(oven.process.row().restart_count, 0)
    })
  }
})

describe('a supervised process that gets another configuration', () => {
  const { running } = supervising()

  it('goes on if it is the same', async () => {
    const oven = await running()
    const { pid } = oven.process
    oven.process.adopt({ ...specOf({}), autoStart: false })
    assert.deepEqual([oven.process.pid, oven.status, oven.process.spec.autoStart], [pid, 'running', false])
  })

  it('has a new process with it if it is another, which is no restart', async () => {
    const oven = await running()
    const { pid } = oven.process
    oven.process.adopt(specOf({ says: [READY, { type: 'log', level: 'info', text: 'changed' }] }))
    await oven.heard('changed')
    assert.ok(oven.process.pid !== pid && pid !== undefined && isGone(pid))
    assert.equal(oven.process.row().restart_count, 0)
    assert.ok(oven.transitions.some(({ to, reason }) => to.state.status === 'stopping' && reason === 'new settings'))
  })

  it('is not started by it if the operator has stopped it', async () => {
    const oven = await running()
    await oven.process.operate('stop')
    oven.process.adopt(specOf({ prints: 'x' }))
    assert.deepEqual([oven.status, oven.process.pid], ['stopped', undefined])
  })

  it('is ended if it cannot work, and started when it can', async () => {
    const oven = await running()
    const problem = 'port: 99999 is not within 1 to 65535'
    oven.process.adopt(specOf({}, { problem }))
    await oven.is('error')
    const { pid, last_error, next_restart_at } = oven.process.row()
    assert.deepEqual([pid, last_error, next_restart_at], [null, problem, null])
    for (const wish of ['start', 'restart'] as const) {
      assert.deepEqual(await oven.process.operate(wish), { success: false, code: 'failed', error: problem })
    }
    assert.equal(oven.process.pid, undefined)
    oven.process.adopt(specOf({}))
    await oven.is('running')
    assert.equal(oven.process.row().last_error, null)
  })

  it('can be stopped though it cannot work', async () => {
    const oven = await running()
    oven.process.adopt(specOf({}, { problem: 'the tag list is empty' }))
    assert.deepEqual(await oven.process.operate('stop'), DONE)
    assert.deepEqual([oven.status, oven.process.pid], ['stopped', undefined])
  })
})
