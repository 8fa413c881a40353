// An operator requeues very many dead letters at once: Node-RED does not notice.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { HISTORIAN, TITLE_READINGS } from '../../lib/contract/limits'
import { asCount, asRecord } from '../../lib/contract/parse'
import { Queue } from '../../lib/queue/queue'
import { flowOf, SUPERVISOR, supervisorNode } from '../support/flows'
import { processorsOf, residentMb } from '../support/kept-reader'
import { NodeRed } from '../support/node-red'

const LETTERS = 150_000
/** An answer of Node-RED takes some ms; the rest is for busy machines. */
const ANSWER_MAX_MS = 1_000
const GROWTH_MAX_MB = 40
/** Nobody listens there: what is requeued stays in the queue. */
const NO_DATABASE = 'http://127.0.0.1:9'

function bury(path: string, count: number): void {
  const queue = Queue.create(path, { capacityBytes: 2 ** 30 })
  const message = { origin: 'press', to: HISTORIAN, title: TITLE_READINGS, time: new Date(0).toISOString() }
  for (let left = count; left > 0; left -= 5_000) {
    queue.send(Array.from({ length: 5_000 }, () => ({ ...message, data: new Uint8Array(16) })))
    for (let some = [0]; some.length > 0; ) {
      some = queue.receive(HISTORIAN, { max: 5_000, leaseMs: 60_000 }).map(({ id }) => id)
      queue.dead(some, 'field type conflict')
    }
  }
  queue.close()
}

describe('very many dead letters', function () {
  this.timeout(180_000)
  const userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
  let nodeRed: NodeRed

  before(async () => {
    const folder = join(userDir, 'collectors', SUPERVISOR)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    bury(join(folder, 'durable.queue'), LETTERS)
    const database = { historian: 'influxdb', influxUrl: NO_DATABASE, influxOrg: 'o', influxBucket: 'b' }
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(database)), userDir })
    await nodeRed.rowWhen('historian plant', ({ status }) => status === 'running')
  })
  after(async () => {
    await nodeRed?.stop()
    rmSync(userDir, { recursive: true, force: true })
  })

  it('are requeued beside Node-RED', async () => {
    const memoryMb = residentMb(nodeRed.pid)
    let isMoved = false
    const moved = nodeRed.request('POST', '/collectors/dead-letters/requeue', {}).finally(() => {
      isMoved = true
    })
    let slowestMs = 0
    let growthMb = 0
    while (!isMoved) {
      const asked = performance.now()
      await processorsOf(nodeRed)
      slowestMs = Math.max(slowestMs, performance.now() - asked)
      growthMb = Math.max(growthMb, residentMb(nodeRed.pid) - memoryMb)
      await delay(20)
    }
    const { status, body } = await moved
    assert.deepEqual([status, asCount(asRecord(body)?.count)], [200, LETTERS])
    assert.ok(slowestMs < ANSWER_MAX_MS, `Node-RED answered after ${slowestMs} ms`)
    assert.ok(growthMb < GROWTH_MAX_MB, `Node-RED grew by ${growthMb} MB`)
    assert.equal((await nodeRed.row('historian plant')).generation, 1)
  })
})
