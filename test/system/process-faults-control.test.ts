// A process that speaks nonsense to its supervisor, or too much, or not at all any more.

import assert from 'node:assert/strict'
import type { Misdeed } from '../fixtures/hostile/misdeeds'
import { peakMemoryMb, Stage } from '../fixtures/hostile/stage'
import { eventWhen } from '../support/events'
import { processIsAlive } from '../support/node-red'

/** What Node-RED may grow by meanwhile. */
const GROWTH_MAX_MB = 150

describe('the control channel', function () {
  this.timeout(60_000)
  const restarted = [
    { misdeed: 'control-garbage', reason: /^sent more than 100 malformed messages within a minute$/ },
    { misdeed: 'control-wrong-shapes', reason: /^sent more than 100 malformed messages within a minute$/ },
    { misdeed: 'control-other-generation', reason: /^sent more than 100 malformed messages within a minute$/ },
    { misdeed: 'control-flood', reason: /^floods its control channel for more than 10 s$/ },
    { misdeed: 'close-control', reason: /^closed its control channel$/ },
  ] as const satisfies { misdeed: Misdeed; reason: RegExp }[]
  const tolerated = [
    { misdeed: 'control-huge-line', over: /the huge line is over/ },
    { misdeed: 'control-ready-again', over: /running: ready/ },
    { misdeed: 'control-other-generation-once', over: /running: ready/ },
  ] as const satisfies { misdeed: Misdeed; over: RegExp }[]
  let stage: Stage
  let memoryBefore: number

  before(async () => {
    const names = ['escape', 'cling', ...[...restarted, ...tolerated].map(({ misdeed }) => misdeed)]
    const hostile = Object.fromEntries(names.map((name) => [name, {}]))
    stage = await Stage.start({ hostile: { ...hostile, 'other-version': { atStart: 'other-version' } } })
    for (const name of names) await stage.nodeRed.rowWhen(name, ({ tags }) => tags.good === 1)
    memoryBefore = peakMemoryMb(stage.nodeRed.pid)
  })
  after(() => stage.close())
  afterEach(async () => {
    await stage.assertUnharmed()
    const growth = peakMemoryMb(stage.nodeRed.pid) - memoryBefore
    assert.ok(growth < GROWTH_MAX_MB, `Node-RED grew by ${growth} MB`)
  })

  for (const { misdeed, reason } of restarted) {
    it(`under ${misdeed} ends the process that does it, and starts another`, async () => {
      const { nodeRed } = stage
      const { pid } = await nodeRed.row(misdeed)
      await stage.puppeteer.order(misdeed, misdeed)
      const found = await eventWhen(nodeRed, misdeed, ({ to }) => to === 'stopping', { from: 0 })
      assert.match(found.reason, reason)
      const ended = await eventWhen(nodeRed, misdeed, ({ to }) => to === 'crashed', { from: 0 })
      assert.match(ended.last_error ?? '', reason)
      assert.ok(pid !== null && !processIsAlive(pid))
      const row = await nodeRed.rowWhen(misdeed, ({ generation, tags }) => generation === 2 && tags.good === 1)
      assert.equal(row.restart_count, 1)
      await stage.readsAgain(misdeed)
    })
  }

  it('under a version that nobody knows ends the process for good: only a person can help', async () => {
    const { nodeRed } = stage
    const { status, pid, restart_count, last_error } = await nodeRed.rowWhen(
      'other-version',
      (row) => row.status === 'error',
    )
    assert.deepEqual({ status, pid, restart_count }, { status: 'error', pid: null, restart_count: 0 })
    assert.match(last_error ?? '', /^speaks version 2 of the control messages, not 1/)
  })

  for (const { misdeed, over } of tolerated) {
    it(`under ${misdeed} lets the process go on, whose row stays true`, async () => {
      const before = await stage.nodeRed.row(misdeed)
      await stage.puppeteer.order(misdeed, misdeed)
      await stage.logged(misdeed, over)
      // Two heartbeats later it has all been looked at.
      const { samples_total } = await stage.nodeRed.row(misdeed)
      const row = await stage.nodeRed.rowWhen(misdeed, (one) => one.samples_total > samples_total + 20)
      const { status, generation, restart_count, pid, link, tags } = row
      assert.deepEqual(
        { status, generation, restart_count, pid, tags },
        { status: 'running', generation: 1, restart_count: 0, pid: before.pid, tags: { total: 1, good: 1, bad: 0 } },
      )
      assert.ok(link === 'connected' || link === 'degraded')
      await stage.readsAgain(misdeed)
    })
  }

  it('carries a polite request that a process ignores; SIGKILL follows', async () => {
    const { pid } = await stage.nodeRed.row('cling')
    await stage.puppeteer.order('cling', 'cling')
    const { status, results } = await stage.nodeRed.command('cling/stop')
    assert.deepEqual({ status, results }, { status: 200, results: [{ name: 'cling', success: true }] })
    const row = await stage.nodeRed.row('cling')
    assert.deepEqual(
      { status: row.status, pid: row.pid, forced_kills: row.forced_kills },
      { status: 'stopped', pid: null, forced_kills: 1 },
    )
    assert.ok(pid !== null && !processIsAlive(pid))
    assert.match(await stage.logText('cling'), /SIGTERM, so what/)
  })

  it('is all that a driver has: no processes, no workers, no files', async () => {
    await stage.puppeteer.order('escape', 'escape')
    await stage.logged('escape', /writing: /)
    const lines = (await stage.logs('escape')).filter(({ source }) => source === 'stdout').map(({ text }) => text)
    const attempts = ['a process', 'a worker', 'reading', 'writing']
    assert.deepEqual(
      lines,
      attempts.map((what) => `${what}: ERR_ACCESS_DENIED`),
    )
  })
})
