// A Node-RED in whose durable queue there are very many dead letters, and what it costs Node-RED when an operator requeues them all.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { HISTORIAN, TITLE_READINGS } from '../../lib/contract/limits'
import { asCount, asRecord } from '../../lib/contract/parse'
import { Queue } from '../../lib/queue/queue'
import { flowOf, SUPERVISOR, supervisorNode } from './flows'
import { QUEUE_FILE, residentMb } from './kept-reader'
import { LOOP_METER, type LoopDelay, loopDelayOf } from './loop-meter'
import { NodeRed } from './node-red'

/** Nobody listens there: what is requeued stays in the queue. */
const NO_DATABASE = 'http://127.0.0.1:9'
const ROWS_AT_ONCE = 5_000
const LOOK_MS = 250
/** Ten minutes is what Node-RED itself gives such a command. */
const REQUEUE_MS = 600_000

export type RequeueCost = {
  letters: number
  tookS: number
  /** How late Node-RED's event loop is while nothing happens, for as long, and meanwhile. */
  idle: LoopDelay
  meanwhile: LoopDelay
  /** Resident memory of Node-RED before, and how much it grew, MB. */
  memoryMb: number
  growthMb: number
}

export class BuriedLetters {
  readonly nodeRed: NodeRed
  readonly #letters: number
  readonly #userDir: string

  private constructor(nodeRed: NodeRed, letters: number, userDir: string) {
    this.nodeRed = nodeRed
    this.#letters = letters
    this.#userDir = userDir
  }

  static async start(letters: number): Promise<BuriedLetters> {
    const userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    const folder = join(userDir, 'collectors', SUPERVISOR)
    mkdirSync(dirname(join(folder, QUEUE_FILE)), { recursive: true, mode: 0o700 })
    bury(join(folder, QUEUE_FILE), letters)
    const database = { historian: 'influxdb', influxUrl: NO_DATABASE, influxOrg: 'o', influxBucket: 'b' }
    const flows = flowOf(supervisorNode(database))
    const nodeRed = await NodeRed.start({ flows, userDir, settings: LOOP_METER })
    await nodeRed.rowWhen('historian plant', ({ status }) => status === 'running')
    return new BuriedLetters(nodeRed, letters, userDir)
  }

  async requeue(): Promise<RequeueCost> {
    const { nodeRed } = this
    await loopDelayOf(nodeRed)
    const memoryMb = residentMb(nodeRed.pid)
    const startedMs = performance.now()
    let isMoved = false
    const moved = nodeRed.request('POST', '/collectors/dead-letters/requeue', {}, {}, REQUEUE_MS).finally(() => {
      isMoved = true
    })
    let growthMb = 0
    while (!isMoved) {
      growthMb = Math.max(growthMb, residentMb(nodeRed.pid) - memoryMb)
      await delay(LOOK_MS)
    }
    const { status, body } = await moved
    assert.deepEqual([status, asCount(asRecord(body)?.count)], [200, this.#letters])
    const tookS = (performance.now() - startedMs) / 1000
    const meanwhile = await loopDelayOf(nodeRed)
    await delay(tookS * 1000)
    return { letters: this.#letters, tookS, idle: await loopDelayOf(nodeRed), meanwhile, memoryMb, growthMb }
  }

  async dispose(): Promise<void> {
    await this.nodeRed.stop()
    rmSync(this.#userDir, { recursive: true, force: true })
  }
}

function bury(path: string, count: number): void {
  const queue = Queue.create(path, { capacityBytes: 2 ** 30 })
  const message = { origin: 'press', to: HISTORIAN, title: TITLE_READINGS, time: new Date(0).toISOString() }
  for (let left = count; left > 0; left -= ROWS_AT_ONCE) {
    queue.send(Array.from({ length: Math.min(left, ROWS_AT_ONCE) }, () => ({ ...message, data: new Uint8Array(16) })))
    for (let some = [0]; some.length > 0; ) {
      some = queue.receive(HISTORIAN, { max: ROWS_AT_ONCE, leaseMs: 60_000 }).map(({ id }) => id)
      queue.dead(some, 'field type conflict')
    }
  }
  queue.close()
}
