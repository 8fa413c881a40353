// From what is known of a process to its public row and its events.

import assert from 'node:assert/strict'
import type { Counters } from '../../../lib/contract/control'
import { parseProcessEvent } from '../../../lib/contract/process-event'
import type { ProcessRow } from '../../../lib/contract/process-row'
import { type Machine, newMachine, type State } from '../../../nodes/collector-supervisor/machine-state'
import type { ProcessSpec } from '../../../nodes/collector-supervisor/process-spec'
import {
  eventOf,
  newReport,
  noticeEvent,
  onHeartbeat,
  onLink,
  onProcessEnd,
  type Report,
  type RowParts,
  refusalEvent,
  rowOf,
} from '../../../nodes/collector-supervisor/report'
import type { Transition } from '../../../nodes/collector-supervisor/surroundings'

const NOW = 500_000
const WALL = 1_700_000_000_000
const SPEC: ProcessSpec = {
  name: 'oven',
  type: 'modbus',
  recipient: 'a1',
  script: 'collector.js',
  config: { password: 'canary' },
  intervalMs: 1000,
  tagsTotal: 3,
  autoStart: undefined,
}
const STATES = {
  stopped: { status: 'stopped' },
  starting: { status: 'starting', readyBy: undefined, slowAttempt: false },
  running: { status: 'running', healthyAt: undefined, slowAttempt: false },
  stopping: { status: 'stopping', afterwards: 'stopped', killAt: NOW, killed: false, slowAttempt: false },
  crashed: { status: 'crashed', until: NOW + 1_500.4 },
  error: { status: 'error', retryAt: NOW + 900_000, lingering: false },
  'error for good': { status: 'error', retryAt: undefined, lingering: false },
} as const satisfies Record<string, State>

const COUNTERS: Counters = {
  samplesTotal: 120,
  dropped: 0,
  cyclesTotal: 40,
  overruns: 2,
  cycleMs: { last: 4, p50: 5, p99: 9, max: 12 },
  tags: { total: 3, good: 3, bad: 0 },
  loopDelayMs: 1,
  forecast: { requests: 2, cycleMs: 7.26 },
}

function machineIn(state: keyof typeof STATES, changes: Partial<Machine> = {}): Machine {
  return { ...newMachine('up'), generation: 4, state: STATES[state], ...changes }
}

/** Of a process that has been running for a minute and a half. */
const REPORT: Report = {
  ...newReport(NOW),
  link: 'connected',
  started: { wallTime: WALL - 90_500, at: NOW - 90_500 },
  counters: COUNTERS,
  cpuPercent: 1.256,
  memoryMb: 41.26,
  speed: 2.96,
}

function row(differences: Partial<RowParts> = {}): ProcessRow {
  return rowOf({
    spec: SPEC,
    supervisor: 'Line A',
    machine: machineIn('running'),
    report: REPORT,
    wall: 'node',
    inbox: { dropped: 6, tags: { good: 3, bad: 0 }, badTag: undefined },
    pid: 4711,
    command: ['node', 'collector.js'],
    now: NOW,
    wallTime: WALL,
    ...differences,
  })
}

describe('the row of a process', () => {
  it('has everything of one that runs', () => {
    assert.deepEqual(row(), {
      name: 'oven',
      type: 'modbus',
      supervisor: 'Line A',
      status: 'running',
      link: 'connected',
      health: 'well',
      pid: 4711,
      cpu_percent: 1.3,
      memory_mb: 41.3,
      start_time: WALL - 90_500,
      uptime_s: 90,
      restart_count: 0,
      last_error: null,
      next_restart_at: null,
      command: ['node', 'collector.js'],
      generation: 4,
      tags: { total: 3, good: 3, bad: 0 },
      samples_total: 120,
      speed: 3,
      cycle_ms: { last: 4, p50: 5, p99: 9, max: 12 },
      requests_per_cycle: 2,
      predicted_cycle_ms: 7.3,
      overruns: 2,
      dropped: 6,
      forced_kills: 0,
      sandbox: 'closed',
      wall: 'node',
    })
  })

  it('has the counts of the machine', () => {
    const { restart_count, forced_kills, generation } = row({
      machine: machineIn('running', { restartCount: 7, forcedKills: 2 }),
    })
    assert.deepEqual([restart_count, forced_kills, generation], [7, 2, 4])
  })

  it('holds nothing of the configuration', () => assert.ok(!JSON.stringify(row()).includes('canary')))

  const restarts: [keyof typeof STATES, number | null][] = [
    ['stopped', null],
    ['starting', null],
    ['running', null],
    ['stopping', null],
    ['crashed', WALL + 1_500],
    ['error', WALL + 900_000],
    ['error for good', null],
  ]
  for (const [state, at] of restarts) {
    it(`tells of ${at === null ? 'no restart' : 'the next restart'} in ${state}`, () => {
      const { status, next_restart_at } = row({ machine: machineIn(state) })
      assert.deepEqual([status, next_restart_at], [STATES[state].status, at])
    })
  }

  const BAD = { dropped: 0, tags: { good: 1, bad: 2 }, badTag: 'speed: exception 2' }
  const CRASHED = machineIn('running', { lastError: 'was ended by SIGKILL' })
  const UNHEARD = { ...REPORT, unheard: 'no heartbeat for more than 5 s' }
  const SILENT = { ...REPORT, silence: 'no readings for more than 3 s' }
  const truths: {
    when: string
    parts: Partial<RowParts>
    link: string
    tags: [number, number]
    error: string | null
  }[] = [
    { when: 'all is well', parts: {}, link: 'connected', tags: [3, 0], error: null },
    { when: 'tags are bad', parts: { inbox: BAD }, link: 'connected', tags: [1, 2], error: 'speed: exception 2' },
    {
      when: 'it has crashed before',
      parts: { machine: CRASHED },
      link: 'connected',
      tags: [3, 0],
      error: 'was ended by SIGKILL',
    },
    {
      when: 'it has crashed before and tags are bad',
      parts: { machine: CRASHED, inbox: BAD },
      link: 'connected',
      tags: [1, 2],
      error: 'speed: exception 2',
    },
    {
      when: 'the link is down',
      parts: { report: onLink(REPORT, 'disconnected', 'ECONNREFUSED'), inbox: BAD },
      link: 'disconnected',
      tags: [1, 2],
      error: 'ECONNREFUSED',
    },
    {
      when: 'no readings come',
      parts: { report: SILENT },
      link: 'degraded',
      tags: [0, 3],
      error: 'no readings for more than 3 s',
    },
    {
      when: 'no heartbeats come',
      parts: { report: UNHEARD },
      link: 'degraded',
      tags: [3, 0],
      error: 'no heartbeat for more than 5 s',
    },
    {
      when: 'neither heartbeats nor readings come',
      parts: { report: { ...SILENT, unheard: UNHEARD.unheard } },
      link: 'degraded',
      tags: [0, 3],
      error: 'no heartbeat for more than 5 s',
    },
    {
      when: 'it has ended after a silence',
      parts: { pid: undefined, report: onProcessEnd(UNHEARD), machine: machineIn('stopped') },
      link: 'disconnected',
      tags: [0, 0],
      error: null,
    },
    {
      when: 'no readings come over a link that is down',
      parts: { report: onLink(SILENT, 'connecting', 'ECONNREFUSED') },
      link: 'connecting',
      tags: [0, 3],
      error: 'no readings for more than 3 s',
    },
    {
      when: 'there is no process',
      parts: { pid: undefined, report: onProcessEnd(SILENT), inbox: BAD, machine: machineIn('stopped') },
      link: 'disconnected',
      tags: [0, 0],
      error: null,
    },
    {
      when: 'there is no process any more',
      parts: { pid: undefined, report: REPORT, machine: machineIn('crashed', { lastError: 'exited with code 1' }) },
      link: 'disconnected',
      tags: [0, 0],
      error: 'exited with code 1',
    },
  ]
  for (const { when, parts, link, tags, error } of truths) {
    it(`tells the truth when ${when}`, () => {
      const told = row(parts)
      assert.deepEqual(
        [told.link, [told.tags.good, told.tags.bad], told.tags.total, told.last_error],
        [link, tags, 3, error],
      )
    })
  }
})

describe('what is known of a process', () => {
  it('is nothing but the totals of those before it when it starts', () => {
    const second = onHeartbeat(newReport(NOW, REPORT), { ...COUNTERS, samplesTotal: 5, overruns: 1 }, NOW)
    const third = newReport(NOW, second)
    assert.deepEqual(
      [third.earlier, third.counters.samplesTotal, third.link, third.started, third.cpuPercent, third.speed],
      [{ samples: 125, overruns: 3 }, 0, 'connecting', undefined, 0, 0],
    )
    const { samples_total, overruns } = row({ report: third })
    assert.deepEqual([samples_total, overruns], [125, 3])
  })

  it('is why the link was down until the next process has tried', () => {
    const down = onLink(REPORT, 'disconnected', 'ECONNREFUSED')
    assert.equal(row({ report: newReport(NOW, down) }).last_error, 'ECONNREFUSED')
    assert.equal(row({ report: onLink(newReport(NOW, down), 'connected', '') }).last_error, null)
  })

  it('is that it uses nothing any more when it has ended, but what it has done', () => {
    const ended = onProcessEnd(REPORT)
    const { cpu_percent, memory_mb, start_time, uptime_s, speed, samples_total } = row({
      report: ended,
      pid: undefined,
    })
    assert.deepEqual([cpu_percent, memory_mb, start_time, uptime_s, speed, samples_total], [0, 0, null, 0, 0, 120])
  })

  const speeds: { what: string; samples: number; afterMs: number; speed: number }[] = [
    { what: 'samples by time', samples: 140, afterMs: 2_000, speed: 10 },
    { what: 'none without new samples', samples: 120, afterMs: 2_000, speed: 0 },
    { what: 'none when the counter went back', samples: 20, afterMs: 2_000, speed: 0 },
    { what: 'the one before if hardly any time has passed', samples: 140, afterMs: 500, speed: 2.96 },
  ]
  for (const { what, samples, afterMs, speed } of speeds) {
    it(`is as its speed ${what}`, () => {
      const next = onHeartbeat({ ...REPORT, beatAt: NOW }, { ...COUNTERS, samplesTotal: samples }, NOW + afterMs)
      assert.deepEqual([next.speed, next.beatAt, next.counters.samplesTotal], [speed, NOW + afterMs, samples])
    })
  }

  it('has no reason against a link that is connected', () => {
    assert.equal(onLink(REPORT, 'connecting', 'timeout').linkReason, 'timeout')
    assert.equal(onLink(REPORT, 'connected', 'welcome').linkReason, '')
  })
})

describe('an event', () => {
  const AROUND = { seq: 9, supervisor: 'Line A', now: NOW, wallTime: new Date(WALL) }
  const transition = (to: Machine, more: Partial<Transition> = {}): Transition => {
    return { name: 'oven', from: machineIn('running'), to, reason: 'why', exit: undefined, log: [], ...more }
  }
  const BASE = {
    kind: 'status' as const,
    seq: 9,
    name: 'oven',
    supervisor: 'Line A',
    from: 'running',
    reason: 'why',
    time: '2023-11-14T22:13:20.000Z',
    generation: 4,
  }

  const table: { what: string; given: Transition; event: object }[] = [
    {
      what: 'a stop, and by whom',
      given: transition(machineIn('stopping', { desired: 'down', stopCause: 'shutdown' })),
      event: { to: 'stopping', code: 'shutdown' },
    },
    {
      what: 'the end of a stop',
      given: transition(machineIn('stopped', { desired: 'down', stopCause: 'deploy' })),
      event: { to: 'stopped', code: 'deploy' },
    },
    {
      what: 'an error, whoever had stopped it before',
      given: transition(machineIn('error for good', { desired: 'down', stopCause: 'operator' })),
      event: { to: 'error' },
    },
    { what: 'a plain transition', given: transition(machineIn('stopping')), event: { to: 'stopping' } },
    {
      what: 'a crash',
      given: transition(machineIn('crashed', { lastError: 'was ended by SIGKILL' }), {
        exit: { code: null, signal: 'SIGKILL' },
        log: ['a', 'b'],
      }),
      event: {
        to: 'crashed',
        exit: { code: null, signal: 'SIGKILL' },
        last_error: 'was ended by SIGKILL',
        next_restart_at: WALL + 1_500,
        log: ['a', 'b'],
      },
    },
    {
      what: 'giving up',
      given: transition(machineIn('error')),
      event: { to: 'error', next_restart_at: WALL + 900_000 },
    },
    { what: 'giving up for good', given: transition(machineIn('error for good')), event: { to: 'error' } },
  ]
  for (const { what, given, event } of table) {
    it(`tells of ${what}`, () => assert.deepEqual(eventOf(given, AROUND), { ...BASE, ...event }))
  }

  it('tells what an operator should know, and for how long it was so', () => {
    const { kind: _kind, from: _from, generation: _generation, reason: _reason, ...base } = BASE
    const notice = { name: 'oven', generation: 4, text: 'it is kept as x' }
    const told = { ...base, kind: 'notice', generation: 4, reason: 'it is kept as x' }
    assert.deepEqual(noticeEvent({ ...notice, code: 'history-set-aside' }, AROUND), {
      ...told,
      code: 'history-set-aside',
    })
    const since = new Date(WALL - 90_500)
    for (const [at, lasted_s] of [
      [since, 90.5],
      [new Date(WALL + 5000), 0],
    ] as const) {
      assert.deepEqual(noticeEvent({ ...notice, code: 'ended-without-shutdown', since: at }, AROUND), {
        ...told,
        code: 'ended-without-shutdown',
        since: at.toISOString(),
        lasted_s,
      })
    }
  })

  it('comes through as it was told', () => {
    const notice = { name: 'oven', generation: 4, text: 'why', code: 'journal-damaged', since: new Date(WALL) } as const
    for (const event of [noticeEvent(notice, AROUND), eventOf(table[0]?.given ?? assert.fail(), AROUND)]) {
      assert.deepEqual(parseProcessEvent({ ...event, more: 'x' }), event)
      assert.equal(parseProcessEvent({ ...event, seq: -1 }), undefined)
    }
    assert.equal(parseProcessEvent({ ...noticeEvent(notice, AROUND), code: 'x' }), undefined)
  })

  it('tells what the database refuses, of a process that goes on', () => {
    const cause = { measurement: 'press', field: 'force', reason: 'field type conflict', count: 42 }
    const machine = machineIn('running', { lastError: 'was ended by SIGKILL' })
    assert.deepEqual(refusalEvent({ name: 'oven', machine, cause }, AROUND), {
      ...BASE,
      kind: 'refused',
      to: 'running',
      reason: 'the database refuses "force" of "press": field type conflict',
      refused: cause,
    })
  })
})
