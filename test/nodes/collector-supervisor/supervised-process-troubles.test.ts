// A process under supervision whose child ends or misbehaves.

import assert from 'node:assert/strict'
import { CONTROL_VERSION } from '../../../lib/contract/limits'
import { READY_TIMEOUT_MS } from '../../../nodes/collector-supervisor/policy'
import { signalGroup } from '../../../nodes/collector-supervisor/process-group'
import { until } from '../../support/until'
import { COUNTERS, DONE, POLICY, READY, supervising } from './supervision'

describe('a supervised process whose child ends', () => {
  const { make, running } = supervising()

  it('is restarted, and tells how it ended and what it said last', async () => {
    const oven = make({ prints: 'why\nlast words', exits: 3 })
    void oven.process.operate('start')
    await until(() => oven.process.machine.generation === 2)
    const crash = oven.transitions[oven.path.indexOf('crashed')]
    assert.deepEqual([crash?.exit, crash?.reason], [{ code: 3, signal: null }, 'exited with code 3'])
    const log = crash?.log.map((line) => line.slice('2023-11-14T22:13:20.000Z '.length))
    assert.ok(log?.includes('stdout: why') && log.includes('stdout: last words'), log?.join('\n'))
    oven.process.adopt({ ...oven.process.spec, config: {} })
    await oven.is('running')
    assert.ok(oven.process.row().restart_count >= 1)
    assert.equal(oven.process.row().last_error, null)
  })

  it('tells which signal ended it, also when it runs again', async () => {
    const oven = await running()
    signalGroup(oven.process.pid ?? assert.fail(), 'SIGKILL')
    await until(() => oven.process.machine.generation === 2 && oven.status === 'running')
    assert.deepEqual(oven.transitions.find(({ exit }) => exit)?.exit, { code: null, signal: 'SIGKILL' })
    assert.equal(oven.process.row().last_error, 'was ended by SIGKILL')
  })

  it('is not started again with a configuration that is wrong, and says why', async () => {
    const fault = { type: 'fault', kind: 'config', code: 'wrong-host', message: 'the host is empty' }
    const oven = make({ says: [fault], exits: 78 })
    const error = 'exited with code 78: the host is empty'
    assert.deepEqual(await oven.process.operate('start'), { success: false, code: 'failed', error })
    const { status, last_error, next_restart_at } = oven.process.row()
    assert.deepEqual([status, last_error, next_restart_at], ['error', error, null])
  })

  it('does not say of a later end what was wrong with an earlier one', async () => {
    const fault = { type: 'fault', kind: 'bug', code: 'unexpected', message: 'x is undefined' }
    const oven = make({ says: [READY, fault], exits: 70 })
    oven.policy = { ...POLICY, autoRestart: false }
    void oven.process.operate('start')
    await oven.is('error')
    assert.match(oven.process.row().last_error ?? '', /^exited with code 70: x is undefined/)
    oven.process.adopt({ ...oven.process.spec, config: { exits: 1 } })
    await until(() => oven.path.filter((status) => status === 'error').length === 2)
    assert.match(oven.process.row().last_error ?? '', /^exited with code 1; /)
  })

  it('is given up after too many ends in a row, until an operator starts it', async () => {
    const oven = make({ exits: 1 })
    oven.policy = { ...POLICY, maxRestarts: 2 }
    void oven.process.operate('start')
    await oven.is('error')
    const { last_error, restart_count, generation } = oven.process.row()
    assert.deepEqual([restart_count, generation], [2, 3])
    assert.equal(last_error, 'exited with code 1; gave up after 2 restarts in a row')
    oven.process.adopt({ ...oven.process.spec, config: {} })
    assert.deepEqual(await oven.process.operate('start'), DONE)
  })

  it('whose program is not there says so, and is tried again until it is', async () => {
    const oven = make()
    oven.command = '/nowhere/node'
    const outcome = await oven.process.operate('start')
    assert.ok(!outcome.success)
    assert.match(outcome.error, /^the process could not be started: Node's program is missing at \/nowhere\/node: /)
    assert.deepEqual([oven.process.row().pid, oven.calls], [null, ['starting', 'crashed']])
    await until(() => oven.process.machine.generation >= 3)
    oven.command = process.execPath
    await oven.is('running')
  })

  it('whose script is not there says so', async () => {
    const oven = make()
    oven.process.adopt({ ...oven.process.spec, script: '/nowhere/collector.js' })
    const outcome = await oven.process.operate('start')
    assert.ok(!outcome.success)
    assert.match(
      outcome.error,
      /^exited with code 1: the package's collector.js is missing at \/nowhere\/collector.js: /,
    )
  })
})

describe('a supervised process whose child misbehaves', () => {
  const { make, running } = supervising()

  it('is killed when it is not ready in time', async () => {
    const oven = make({ says: [] })
    void oven.process.operate('start')
    await oven.heard('configure')
    oven.aheadMs += READY_TIMEOUT_MS - 10_000
    oven.process.feed({ type: 'tick' })
    assert.equal(oven.status, 'starting')
    oven.aheadMs += 10_000
    oven.process.feed({ type: 'tick' })
    assert.equal(await oven.reasonToStop(), 'not ready within 30 s')
    await oven.is('stopped')
    assert.equal(oven.process.row().forced_kills, 1)
  })

  it('is ended when it hangs, but not if Node-RED was blocked', async () => {
    const oven = await running()
    oven.process.watch(false)
    oven.aheadMs += 16_000
    oven.process.watch(true)
    assert.equal(oven.status, 'running')
    oven.aheadMs += 16_000
    oven.process.watch(false)
    assert.equal(await oven.reasonToStop(), 'hangs: no heartbeat for 15 s')
  })

  it('is killed at once when it takes far too much memory', async () => {
    const oven = await running()
    oven.process.measured({ cpuPercent: 3, memoryMb: 1000 })
    assert.deepEqual([oven.process.row().cpu_percent, oven.process.row().memory_mb], [3, 1000])
    oven.process.watch(false)
    assert.equal(await oven.reasonToStop(), 'memory: 1000 MB, the limit is 256 MB')
    assert.equal(oven.process.row().forced_kills, 1)
  })

  it('is ended when it babbles', async () => {
    const end = { type: 'log', level: 'info', text: 'that was it' }
    const oven = await running({ says: [READY, ...new Array(101).fill({ type: 'gossip' }), end] })
    await oven.heard('that was it')
    oven.process.watch(false)
    assert.match(await oven.reasonToStop(), /^sent more than 100 malformed messages/)
  })

  it('is ended when it has closed its channel and lives on', async () => {
    const oven = await running({ deaf: true, closes: true })
    assert.equal(await oven.reasonToStop(), 'closed its control channel')
  })

  it('is not started again when it speaks another version', async () => {
    const oven = make({ says: [{ type: 'ready', version: CONTROL_VERSION + 1 }] })
    const error = 'speaks version 2 of the control messages, not 1'
    assert.deepEqual(await oven.process.operate('start'), { success: false, code: 'failed', error })
    assert.deepEqual([oven.status, oven.process.pid], ['error', undefined])
    assert.equal(oven.process.row().next_restart_at, null)
  })

  it('is not believed what it says in the name of another process', async () => {
    const oven = await running({
      says: [
        { ...READY, generation: 2 },
        READY,
        { type: 'heartbeat', counters: COUNTERS, generation: 0 },
        { type: 'link', link: 'connected', reason: '', generation: 2 },
        { type: 'fault', kind: 'bug', code: 'x', message: 'not mine', generation: 2 },
        { type: 'log', level: 'info', text: 'that was it' },
      ],
    })
    await oven.heard('that was it')
    assert.deepEqual([oven.process.row().samples_total, oven.process.row().link], [0, 'connecting'])
    assert.ok(!oven.texts.includes('not mine'))
  })
})
