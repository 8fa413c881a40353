// A process that ends again and again: the delays, the limit, the slow retry, and what the operator may do about it.

import assert from 'node:assert/strict'
import type { StatusEvent as ProcessEvent } from '../../lib/contract/process-event'
import { Stage } from '../fixtures/hostile/stage'
import { eventsOf, eventWhen } from '../support/events'
import { supervisorNode } from '../support/flows'

const DELAY_MS = 100
const JITTER = 1.25
/** In a row; the one after it is the last. */
const MAX_RESTARTS = 4
const SLOW_RETRY_MS = 2_000
/** Of a supervisor that hardly ever gives up. */
const PATIENT = { restartDelay: 0.1, restartDelayMax: 0.1, maxRestarts: 1000, slowRetry: 0 }
/** What timers and clocks of a busy machine may add, ms. */
const TOLERANCE_MS = 20

describe('a process that ends again and again', function () {
  this.timeout(60_000)
  let stage: Stage

  before(async () => {
    stage = await Stage.start({
      hostile: {
        crashing: {},
        backoff: {},
        configuration: {},
        permission: {},
        flapping: { supervisor: 'patient' },
      },
      supervisor: {
        restartDelay: DELAY_MS / 1000,
        restartDelayMax: 60,
        maxRestarts: MAX_RESTARTS,
        slowRetry: SLOW_RETRY_MS / 1000,
      },
      more: [supervisorNode({ id: 'patient', name: 'patient one', ...PATIENT })],
    })
    for (const name of ['crashing', 'backoff', 'configuration', 'permission', 'flapping'])
      await stage.nodeRed.rowWhen(name, ({ tags }) => tags.good === 1)
    // Takes a while.
    stage.puppeteer.standingOrder('flapping', 'exit-1')
    await stage.puppeteer.order('flapping', 'exit-1')
  })
  after(() => stage.close())
  afterEach(() => stage.assertUnharmed())

  it('is restarted after delays that double, given up at the limit, tried slowly, and set free by the operator', async () => {
    const { nodeRed, puppeteer } = stage
    puppeteer.standingOrder('crashing', 'exit-1')
    await puppeteer.order('crashing', 'exit-1')
    const gaveUp = await eventWhen(nodeRed, 'crashing', ({ to }) => to === 'error', { from: 0 })
    assertDelays(delaysMs(eventsOf(nodeRed, 'crashing')))
    assert.equal(gaveUp.reason, `exited with code 1; gave up after ${MAX_RESTARTS} restarts in a row`)
    const row = await nodeRed.row('crashing')
    assert.equal(row.status, 'error')
    assert.equal(row.last_error, gaveUp.reason)
    assert.equal(row.restart_count, MAX_RESTARTS)
    assert.ok(row.next_restart_at !== null && Math.abs(row.next_restart_at - Date.now()) <= SLOW_RETRY_MS)

    // The slow retry: once, and after its failure no sooner again.
    const failures = eventsOf(nodeRed, 'crashing').length
    const again = await eventWhen(nodeRed, 'crashing', ({ to }) => to === 'error', { from: failures })
    assert.equal(
      eventsOf(nodeRed, 'crashing')
        .slice(failures)
        .map(({ to }) => to)
        .join(' '),
      'starting running error',
    )
    const pauseMs = Date.parse(again.time) - Date.parse(gaveUp.time)
    assert.ok(pauseMs >= SLOW_RETRY_MS - TOLERANCE_MS, `after ${pauseMs} ms`)

    // An operator's start begins the row anew.
    const before = eventsOf(nodeRed, 'crashing').length
    const { status } = await nodeRed.command('crashing/start')
    // It got to run, or it has ended again before the answer: both are told as they are.
    assert.ok(status === 200 || status === 500)
    await eventWhen(nodeRed, 'crashing', ({ to }) => to === 'error', { from: before })
    assertDelays(delaysMs(eventsOf(nodeRed, 'crashing').slice(before)))

    // And once it works, the slow retry brings it back for good.
    puppeteer.standingOrder('crashing', undefined)
    await stage.readsAgain('crashing')
    assert.equal((await nodeRed.row('crashing')).status, 'running')
  })

  it('stops at once when the operator says so while it waits, and does not come back', async () => {
    const { nodeRed, puppeteer } = stage
    puppeteer.standingOrder('backoff', 'exit-1')
    await puppeteer.order('backoff', 'exit-1')
    // The longest wait, so that nothing happens by itself meanwhile.
    const long = ({ to, time, next_restart_at }: ProcessEvent) =>
      to === 'crashed' && (next_restart_at ?? 0) - Date.parse(time) >= DELAY_MS * 2 ** (MAX_RESTARTS - 1)
    const waiting = await eventWhen(nodeRed, 'backoff', long, { from: 0 })
    const askedAt = performance.now()
    const { status, results } = await nodeRed.command('backoff/stop')
    const tookMs = performance.now() - askedAt
    assert.deepEqual({ status, results }, { status: 200, results: [{ name: 'backoff', success: true }] })
    assert.ok(tookMs < 500, `it took ${tookMs} ms`)
    const row = await nodeRed.row('backoff')
    assert.deepEqual(
      { status: row.status, pid: row.pid, next_restart_at: row.next_restart_at },
      { status: 'stopped', pid: null, next_restart_at: null },
    )
    // It would have come back by now.
    await stage.nodeRed.recordedWhen(stage.witness.name, ({ timestamp }) => {
      return (timestamp ?? 0) > (waiting.next_restart_at ?? 0) + 500
    })
    assert.equal(eventsOf(nodeRed, 'backoff').at(-1)?.to, 'stopped')
    assert.equal((await nodeRed.row('backoff')).status, 'stopped')
  })

  for (const { name, misdeed, code } of [
    { name: 'configuration', misdeed: 'exit-78', code: 78 },
    { name: 'permission', misdeed: 'exit-77', code: 77 },
  ] as const) {
    it(`is not restarted after exit ${code}: only a person can help`, async () => {
      const { nodeRed, puppeteer } = stage
      await puppeteer.order(name, misdeed)
      const ended = await eventWhen(nodeRed, name, ({ from }) => from === 'running', { from: 0 })
      assert.equal(ended.to, 'error')
      assert.equal(ended.next_restart_at, undefined)
      const { status, pid, restart_count, next_restart_at, last_error } = await nodeRed.row(name)
      assert.deepEqual(
        { status, pid, restart_count, next_restart_at, last_error },
        { status: 'error', pid: null, restart_count: 0, next_restart_at: null, last_error: `exited with code ${code}` },
      )
      // Not even slowly.
      const until = Date.parse(ended.time) + SLOW_RETRY_MS + 500
      await nodeRed.recordedWhen(stage.witness.name, ({ timestamp }) => (timestamp ?? 0) > until)
      assert.equal(eventsOf(nodeRed, name).at(-1)?.to, 'error')
      // The operator can.
      const { status: started } = await nodeRed.command(`${name}/start`)
      assert.equal(started, 200)
      await stage.readsAgain(name)
    })
  }

  it('but is not quick to do it, is given up after 30 exits within an hour', async () => {
    const timeoutMs = 50_000
    const gaveUp = await eventWhen(stage.nodeRed, 'flapping', ({ to }) => to === 'error', { from: 0, timeoutMs })
    assert.equal(gaveUp.reason, 'exited with code 1; gave up: 30 unexpected exits within an hour')
    const { status, restart_count, next_restart_at } = await stage.nodeRed.row('flapping')
    assert.deepEqual(
      { status, restart_count, next_restart_at },
      { status: 'error', restart_count: 29, next_restart_at: null },
    )
  })

  /** Announced waits before a restart, ms. */
  function delaysMs(events: readonly ProcessEvent[]): number[] {
    const crashes = events.filter(({ to }) => to === 'crashed')
    // It is kept, too: the start comes when it was announced.
    for (const crash of crashes) {
      const start = events.find(({ seq, to }) => seq > crash.seq && to === 'starting')
      const lateMs = Date.parse(start?.time ?? '') - (crash.next_restart_at ?? 0)
      assert.ok(lateMs >= -TOLERANCE_MS && lateMs < 1000, `started ${lateMs} ms after the time announced`)
    }
    return crashes.map(({ time, next_restart_at }) => (next_restart_at ?? 0) - Date.parse(time))
  }

  function assertDelays(delays: readonly number[]): void {
    assert.equal(delays.length, MAX_RESTARTS)
    for (const [step, delayMs] of delays.entries()) {
      const least = DELAY_MS * 2 ** step
      assert.ok(
        delayMs >= least - TOLERANCE_MS && delayMs <= least * JITTER + TOLERANCE_MS,
        `${delayMs} ms before restart ${step + 1}`,
      )
    }
  }
})
