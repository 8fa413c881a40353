// The live queue under attack: it lies in a file that anybody of this user may write, delete or break. Node-RED goes on,
// and no reading is lost, or its loss is counted.

import assert from 'node:assert/strict'
import { closeSync, mkdirSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { TITLE_SAMPLES, TITLE_TAGS } from '../../lib/contract/limits'
import { Queue } from '../../lib/queue/queue'
import { flowOf } from '../support/flows'
import { WatchedQueue } from '../support/live-queue'
import { NodeRed } from '../support/node-red'

/** `loses` tells whether readings may be lost by it. */
type Attack = { title: string; harm(target: Target): void | Promise<void>; loses: boolean }
/** `folder` tells where the queue lies at that moment, `records` is the supervisor's own folder. */
type Target = { folder(): string; records: string; reader: string }

const QUEUE = 'live.queue'
const LOG = 'live.queue-wal'
const INDEX = 'live.queue-shm'

const attacks: Attack[] = [
  { title: 'filled with rows of garbage', harm: insertGarbage, loses: false },
  { title: 'sent what no reader sends', harm: sendNonsense, loses: false },
  { title: 'flooded with more than it can hold', harm: flood, loses: true },
  { title: 'locked for two seconds', harm: ({ folder }) => lock(folder(), 2_000), loses: false },
  {
    title: 'locked for longer than a reader is silent without being noticed',
    harm: ({ folder }) => lock(folder(), 6_000),
    loses: false,
  },
  { title: 'deleted', harm: ({ folder }) => remove(folder(), QUEUE, LOG, INDEX), loses: false },
  { title: 'deleted without its log', harm: ({ folder }) => remove(folder(), QUEUE), loses: false },
  { title: 'deleted with its folder', harm: ({ folder }) => rmSync(folder(), { recursive: true }), loses: false },
  { title: 'deleted, while the new one cannot be written down', harm: deleteUnrecorded, loses: false },
  { title: 'overwritten with garbage', harm: ({ folder }) => overwrite(folder(), QUEUE), loses: true },
  { title: 'cut off', harm: ({ folder }) => truncateSync(join(folder(), QUEUE), 5000), loses: true },
  { title: 'emptied', harm: ({ folder }) => truncateSync(join(folder(), QUEUE)), loses: true },
  { title: 'robbed of its log', harm: ({ folder }) => truncateSync(join(folder(), LOG)), loses: true },
  { title: 'given a log of garbage', harm: ({ folder }) => overwrite(folder(), LOG), loses: true },
  { title: 'broken again as soon as it is mended', harm: breakTwice, loses: true },
]

/** Of a reader that reads every 100 ms: what it wrote into two broken files until that was noticed. */
const LOST_MAX = 100

describe('the live queue, when it is', function () {
  this.timeout(120_000)
  const queues: WatchedQueue[] = []
  /** Each in its own queue, all at once. */
  let outcomes: Promise<number>[] = []
  let nodeRed: NodeRed
  let pid: number

  before(async () => {
    for (const index of attacks.keys()) queues.push(await WatchedQueue.start(`queue-${index}`))
    nodeRed = await NodeRed.start({ flows: flowOf(...queues.flatMap((queue) => queue.nodes())) })
    pid = nodeRed.pid
    for (const { witness } of queues) await witness.moreSamples(nodeRed, 5)
    outcomes = attacks.map(async ({ harm }, index) => {
      const queue = queues[index]
      assert.ok(queue)
      await harm({
        folder: () => queue.folder(nodeRed),
        records: queue.records(nodeRed),
        reader: `id-${queue.witness.name}`,
      })
      return queue.recovered(nodeRed)
    })
    await Promise.allSettled(outcomes)
  })
  after(async () => {
    await nodeRed.dispose()
    for (const { witness } of queues) await witness.close()
  })

  for (const [index, { title, loses }] of attacks.entries()) {
    it(`${title}, costs no reading that is not counted`, async () => {
      const lost = await outcomes[index]
      assert.ok(lost !== undefined && lost <= (loses ? LOST_MAX : 0), `${lost} readings were lost`)
    })
  }

  it('under attack, does not touch Node-RED', () => {
    assert.ok(nodeRed.alive, nodeRed.output.slice(-5000))
    assert.equal(nodeRed.pid, pid)
    // Nor does it complain of so many readers.
    assert.doesNotMatch(nodeRed.output, /MaxListenersExceededWarning/)
  })
})

/** Everything that a column can hold, for everybody. */
function insertGarbage({ folder, reader }: Target): void {
  const database = new DatabaseSync(join(folder(), QUEUE), { timeout: 5000 })
  const insert = database.prepare(
    'INSERT INTO message (recipient, title, origin, time, priority, kind, crc, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const strange = [null, '', 'x'.repeat(10_000), 2 ** 40, new Uint8Array(2000).fill(255), '__proto__', Number.NaN]
  for (const recipient of [...strange, reader, 'nobody']) {
    for (const value of strange) {
      insert.run(recipient, value, value, value, value, value, value, value)
      insert.run(recipient, TITLE_SAMPLES, 'x', '2000-01-01T00:00:00.000Z', 0, 0, 0, value)
    }
  }
  database.close()
}

/** Sound messages without sense. */
function sendNonsense({ folder, reader }: Target): void {
  const queue = Queue.connect(join(folder(), QUEUE))
  const bodies = [new Uint8Array(0), new Uint8Array(36), new TextEncoder().encode('CSB1'), 'text', 7, null, {}, []]
  for (const to of [reader, 'nobody', '__proto__']) {
    for (const title of [TITLE_SAMPLES, TITLE_TAGS, 'unknown', '']) {
      for (const data of bodies) queue.send({ origin: 'stranger', to, title, data, time: 'yesterday' })
    }
  }
  queue.close()
}

/** A reader that does so itself is ended: see process-faults-floods.test.ts. */
async function flood({ folder }: Target): Promise<void> {
  const queue = Queue.connect(join(folder(), QUEUE))
  const data = new Uint8Array(4000).fill(1)
  const messages = Array.from({ length: 100 }, () => {
    return { origin: 'stranger', to: 'nobody', title: TITLE_SAMPLES, data, time: 'x' }
  })
  for (let count = 0; count < 60; count++) {
    queue.send(messages)
    await delay(1)
  }
  queue.close()
}

async function lock(folder: string, ms: number): Promise<void> {
  const database = new DatabaseSync(join(folder, QUEUE), { timeout: 5000 })
  database.exec('BEGIN IMMEDIATE')
  await delay(ms)
  database.exec('ROLLBACK')
  database.close()
}

function remove(folder: string, ...names: string[]): void {
  for (const name of names) rmSync(join(folder, name))
}

function overwrite(folder: string, name: string): void {
  const file = openSync(join(folder, name), 'r+')
  try {
    writeSync(file, Buffer.alloc(200_000, 'garbage!'), 0, 200_000, 0)
  } finally {
    closeSync(file)
  }
}

async function breakTwice({ folder }: Target): Promise<void> {
  for (let time = 0; time < 2; time++) {
    overwrite(folder(), QUEUE)
    truncateSync(join(folder(), LOG))
    await delay(200)
  }
}

/** As on a full or read-only disk: the supervisor cannot write down where its new queue lies. */
function deleteUnrecorded({ folder, records }: Target): void {
  mkdirSync(join(records, 'live.json.new'))
  rmSync(folder(), { recursive: true })
}
