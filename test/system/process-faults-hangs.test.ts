// A process that is there and does nothing any more is found, ended and replaced; one that Node-RED itself did not listen
// to is not.

import assert from 'node:assert/strict'
import { Stage } from '../fixtures/hostile/stage'
import { eventsOf, eventWhen } from '../support/events'
import { TAB } from '../support/flows'
import { type FlowNode, processIsAlive } from '../support/node-red'

/** Found within 16 s; the rest is what this machine may need to say so. */
const FOUND_WITHIN_MS = 16_000 + 500
/** Ready within 30 s. */
const READY_WITHIN_MS = 30_000
/** After SIGTERM, 2 s; then SIGKILL. */
const ENDED_WITHIN_MS = 2_000 + 1_000

/** Longer than the 15 s after which a silent process hangs, so that all of them look like that. */
const BLOCKED_MS = 17_000
/** A verdict that was put off would fall by then. */
const WATCHED_AFTERWARDS_MS = 5_000

describe('a process that hangs', function () {
  this.timeout(120_000)
  let stage: Stage

  before(async () => {
    stage = await Stage.start({ hostile: { busy: {}, stopped: {}, 'never-ready': { atStart: 'hang' } } })
    for (const name of ['busy', 'stopped']) await stage.nodeRed.rowWhen(name, ({ tags }) => tags.good === 1)
  })
  after(() => stage.close())

  it('in a busy loop or by SIGSTOP, is found within 16 s and replaced', async () => {
    const { nodeRed } = stage
    const [busy, stopped] = await Promise.all([nodeRed.row('busy'), nodeRed.row('stopped')])
    assert.ok(busy.pid !== null && stopped.pid !== null)
    const hungAt = Date.now()
    process.kill(stopped.pid, 'SIGSTOP')
    await stage.puppeteer.order('busy', 'busy-loop')
    await Promise.all([assertReplaced('busy', busy.pid, hungAt), assertReplaced('stopped', stopped.pid, hungAt)])
    await stage.assertUnharmed()
  })

  it('is not seen in one that a blocked Node-RED did not hear, and no reading of it is lost', async () => {
    const blocked = await Stage.start({ hostile: { other: {} }, more: blockingNodes() })
    try {
      await assertBlockedWithoutLoss(blocked)
    } finally {
      await blocked.close()
    }
  })

  it('before it is ready, is given up after 30 s and tried again', async () => {
    const { nodeRed } = stage
    const timeoutMs = READY_WITHIN_MS + 5_000
    const found = await eventWhen(nodeRed, 'never-ready', ({ to }) => to === 'stopping', { from: 0, timeoutMs })
    assert.match(found.reason, /not ready within 30 s/)
    const started = eventsOf(nodeRed, 'never-ready').find(({ to }) => to === 'starting')
    const foundAfterMs = Date.parse(found.time) - Date.parse(started?.time ?? '')
    assert.ok(foundAfterMs > READY_WITHIN_MS && foundAfterMs < READY_WITHIN_MS + 5_000, `after ${foundAfterMs} ms`)
    const row = await nodeRed.rowWhen('never-ready', ({ generation, pid }) => generation === 2 && pid !== null)
    assert.equal(row.status, 'starting')
    assert.equal(row.restart_count, 1)
    assert.match(row.last_error ?? '', /not ready within 30 s/)
    await stage.assertUnharmed()
  })

  async function assertReplaced(name: string, pid: number, hungAt: number): Promise<void> {
    const { nodeRed } = stage
    const found = await eventWhen(nodeRed, name, ({ to }) => to === 'stopping', { timeoutMs: 30_000 })
    assert.match(found.reason, /hangs: no heartbeat for 15 s/)
    const foundAfterMs = Date.parse(found.time) - hungAt
    assert.ok(foundAfterMs <= FOUND_WITHIN_MS, `found after ${foundAfterMs} ms`)
    const ended = await eventWhen(nodeRed, name, ({ to }) => to === 'crashed', { from: 0 })
    assert.match(ended.last_error ?? '', /hangs/)
    const endedAfterMs = Date.parse(ended.time) - Date.parse(found.time)
    assert.ok(endedAfterMs <= ENDED_WITHIN_MS, `ended after ${endedAfterMs} ms`)
    assert.ok(!processIsAlive(pid))
    const row = await nodeRed.rowWhen(name, ({ generation, tags }) => generation === 2 && tags.good === 1)
    assert.equal(row.restart_count, 1)
    await stage.readsAgain(name)
  }

  async function assertBlockedWithoutLoss({ nodeRed, witness }: Stage): Promise<void> {
    await nodeRed.rowWhen('other', ({ tags }) => tags.good === 1)
    const before = witness.sequence(nodeRed).length
    await nodeRed.request('POST', '/inject/block', {})
    const timeoutMs = 3 * BLOCKED_MS
    const { blockedMs } = await nodeRed.recordedWhen('unblocked', () => true, { from: 0, timeoutMs })
    assert.ok(Number(blockedMs) >= BLOCKED_MS)
    const until = Date.now() + WATCHED_AFTERWARDS_MS
    await nodeRed.recordedWhen(witness.name, ({ timestamp }) => (timestamp ?? 0) > until, { timeoutMs })
    await witness.assertUndisturbed(nodeRed)
    const read = witness.sequence(nodeRed).length - before
    assert.ok(read >= (0.9 * BLOCKED_MS) / witness.intervalMs, `only ${read} readings came`)
    for (const name of ['other', witness.name]) {
      const events = eventsOf(nodeRed, name).map(({ from, to }) => `${from} -> ${to}`)
      assert.deepEqual(events, ['stopped -> starting', 'starting -> running'])
    }
  }
})

function blockingNodes(): FlowNode[] {
  const place = { z: TAB, x: 1, y: 1 }
  const block = `
    const began = Date.now()
    while (Date.now() < began + ${BLOCKED_MS});
    return { topic: 'unblocked', blockedMs: Date.now() - began }`
  return [
    { id: 'block', type: 'inject', ...place, props: [], wires: [['blocking']] },
    { id: 'blocking', type: 'function', ...place, func: block, outputs: 1, wires: [['record']] },
  ]
}
