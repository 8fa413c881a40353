// When an operator's command is done, has failed or goes on, as a table; and who is told of it when.

import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { type Machine, newMachine, type State } from '../../../nodes/collector-supervisor/machine-state'
import {
  type Operation,
  Operations,
  type Outcome,
  outcomeOf,
  resultOf,
} from '../../../nodes/collector-supervisor/operation'

const STATES = {
  stopped: { status: 'stopped' },
  starting: { status: 'starting', readyBy: 1, slowAttempt: false },
  running: { status: 'running', healthyAt: 1, slowAttempt: false },
  stopping: { status: 'stopping', afterwards: 'stopped', killAt: 1, killed: false, slowAttempt: false },
  crashed: { status: 'crashed', until: 1 },
  error: { status: 'error', retryAt: undefined, lingering: false },
} as const satisfies Record<string, State>

function machine(status: keyof typeof STATES, changes: Partial<Machine> = {}): Machine {
  return { ...newMachine('up'), generation: 3, state: STATES[status], ...changes }
}

function said(outcome: Outcome | undefined): string {
  if (!outcome) return 'goes on'
  return outcome.success ? 'done' : `${outcome.code}: ${outcome.error}`
}

const SUPERSEDED_STOP = 'conflict: superseded by a later start'
const SUPERSEDED_START = 'conflict: superseded by a later stop'

describe('the outcome of a command', () => {
  const table: { wish: Operation['wish']; status: keyof typeof STATES; changes?: Partial<Machine>; want: string }[] = [
    { wish: 'stop', status: 'stopped', changes: { desired: 'down' }, want: 'done' },
    { wish: 'stop', status: 'starting', changes: { desired: 'down' }, want: 'goes on' },
    { wish: 'stop', status: 'running', changes: { desired: 'down' }, want: 'goes on' },
    { wish: 'stop', status: 'stopping', changes: { desired: 'down' }, want: 'goes on' },
    { wish: 'stop', status: 'crashed', changes: { desired: 'down' }, want: 'goes on' },
    { wish: 'stop', status: 'error', changes: { desired: 'down' }, want: 'failed: the process does not end' },
    {
      wish: 'stop',
      status: 'error',
      changes: { desired: 'down', lastError: 'not even by SIGKILL' },
      want: 'failed: not even by SIGKILL',
    },
    { wish: 'stop', status: 'stopping', changes: { desired: 'up' }, want: SUPERSEDED_STOP },
    { wish: 'stop', status: 'running', changes: { desired: 'up' }, want: SUPERSEDED_STOP },

    { wish: 'start', status: 'running', want: 'done' },
    { wish: 'start', status: 'starting', want: 'goes on' },
    { wish: 'start', status: 'stopping', want: 'goes on' },
    { wish: 'start', status: 'stopped', want: 'goes on' },
    { wish: 'start', status: 'crashed', want: 'failed: the process ended' },
    {
      wish: 'start',
      status: 'crashed',
      changes: { lastError: 'exited with code 1' },
      want: 'failed: exited with code 1',
    },
    {
      wish: 'start',
      status: 'error',
      changes: { lastError: 'exited with code 78' },
      want: 'failed: exited with code 78',
    },
    { wish: 'start', status: 'stopping', changes: { desired: 'down' }, want: SUPERSEDED_START },
    { wish: 'start', status: 'stopped', changes: { desired: 'down' }, want: SUPERSEDED_START },

    { wish: 'restart', status: 'running', want: 'goes on' },
    { wish: 'restart', status: 'running', changes: { generation: 4 }, want: 'done' },
    { wish: 'restart', status: 'stopping', want: 'goes on' },
    { wish: 'restart', status: 'starting', changes: { generation: 4 }, want: 'goes on' },
    { wish: 'restart', status: 'crashed', want: 'goes on' },
    { wish: 'restart', status: 'crashed', changes: { generation: 4 }, want: 'failed: the process ended' },
    { wish: 'restart', status: 'error', want: 'failed: the process ended' },
    { wish: 'restart', status: 'stopping', changes: { desired: 'down' }, want: SUPERSEDED_START },
  ]
  for (const { wish, status, changes, want } of table) {
    it(`${wish} is "${want}" in ${status} ${JSON.stringify(changes ?? {})}`, () => {
      assert.equal(said(outcomeOf({ wish, generation: 3 }, machine(status, changes))), want)
    })
  }
})

describe('the commands under way', () => {
  const operations = (): { all: Operations; told: string[]; begin(wish: Operation['wish'], on: Machine): void } => {
    const all = new Operations()
    const told: string[] = []
    return {
      all,
      told,
      begin: (wish, on) => {
        void all.outcome({ wish, generation: 3 }, on).then((outcome) => told.push(`${wish} ${said(outcome)}`))
      },
    }
  }

  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
  afterEach(() => mock.timers.reset())

  it('are told at once when there is nothing to do', async () => {
    const { told, begin } = operations()
    begin('start', machine('running'))
    await Promise.resolve()
    assert.deepEqual(told, ['start done'])
  })

  it('are told when it has come to that, each once', async () => {
    const { all, told, begin } = operations()
    begin('start', machine('starting'))
    begin('start', machine('starting'))
    all.update(machine('starting'))
    await Promise.resolve()
    assert.deepEqual(told, [])
    all.update(machine('running'))
    all.update(machine('stopped', { desired: 'down' }))
    await Promise.resolve()
    assert.deepEqual(told, ['start done', 'start done'])
  })

  it('make way for a later wish', async () => {
    const { all, told, begin } = operations()
    begin('start', machine('starting'))
    begin('stop', machine('stopping', { desired: 'down' }))
    all.update(machine('stopping', { desired: 'down' }))
    all.update(machine('stopped', { desired: 'down' }))
    await Promise.resolve()
    assert.deepEqual(told, [`start ${SUPERSEDED_START}`, 'stop done'])
  })

  it('are given up after a minute, and not before', async () => {
    const { all, told, begin } = operations()
    begin('stop', machine('stopping', { desired: 'down' }))
    mock.timers.tick(59_999)
    await Promise.resolve()
    assert.deepEqual(told, [])
    mock.timers.tick(1)
    await Promise.resolve()
    assert.deepEqual(told, ['stop timeout: no outcome after 60 s'])
    all.update(machine('stopped', { desired: 'down' }))
    await Promise.resolve()
    assert.equal(told.length, 1)
  })
})

describe('the result of a command', () => {
  it('names the process, and why it failed', () => {
    assert.deepEqual(resultOf('oven', { success: true }), { name: 'oven', success: true })
    assert.deepEqual(resultOf('oven', { success: false, code: 'conflict', error: 'superseded' }), {
      name: 'oven',
      success: false,
      error: 'superseded',
      code: 'conflict',
    })
  })
})
