// The live queue under attack: it lies in a file that anybody of this user may write, delete or fill up. Node-RED goes on,
// and no reading is lost, or its loss is counted.

import assert from 'node:assert/strict'
import { closeSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { TITLE_SAMPLES, TITLE_TAGS } from '../../lib/contract/limits'
import { Queue } from '../../lib/queue/queue'
import { assertAccountedFor, liveFolder, startWith } from '../support/live-queue'
import type { NodeRed } from '../support/node-red'
import { Witness } from '../support/witness'

const INTERVAL_MS = 25

describe('the live queue', function () {
  this.timeout(60_000)
  let witnesses: Witness[]
  let nodeRed: NodeRed
  let lostBefore: number

  before(async () => {
    witnesses = await Promise.all(['first', 'second'].map((name) => Witness.start(name, INTERVAL_MS)))
    nodeRed = await startWith(witnesses)
  })
  beforeEach(async () => {
    lostBefore = await assertAccountedFor(nodeRed, witnesses)
  })
  after(async () => {
    await nodeRed.dispose()
    for (const witness of witnesses) await witness.close()
  })

  const path = () => join(liveFolder(nodeRed), 'live.queue')

  it('passes over rows of garbage, whoever they are meant for', async () => {
    const database = new DatabaseSync(path(), { timeout: 5000 })
    const insert = database.prepare(
      'INSERT INTO message (recipient, title, origin, time, priority, kind, crc, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    const strange = [null, '', 'x'.repeat(10_000), 2 ** 40, new Uint8Array(2000).fill(255), '__proto__', Number.NaN]
    for (const recipient of [...strange, 'id-first', 'nobody']) {
      for (const value of strange) {
        insert.run(recipient, value, value, value, value, value, value, value)
        insert.run(recipient, TITLE_SAMPLES, 'x', '2000-01-01T00:00:00.000Z', 0, 0, 0, value)
      }
    }
    database.close()
    const queue = Queue.connect(path())
    const bodies = [new Uint8Array(0), new Uint8Array(36), new TextEncoder().encode('CSB1'), 'text', 7, null, {}, []]
    for (const to of ['id-first', 'id-second', 'nobody']) {
      for (const title of [TITLE_SAMPLES, TITLE_TAGS, 'unknown', '']) {
        for (const data of bodies) queue.send({ origin: 'stranger', to, title, data, time: 'yesterday' })
      }
    }
    queue.close()
    assert.equal(await assertAccountedFor(nodeRed, witnesses), lostBefore)
  })

  it('is read through a flood of garbage that is larger than itself', async () => {
    const queue = Queue.connect(path())
    const data = new Uint8Array(4000).fill(1)
    const messages = Array.from({ length: 100 }, () => {
      return { origin: 'stranger', to: 'id-first', title: TITLE_SAMPLES, data, time: 'x' }
    })
    for (let count = 0; count < 100; count++) queue.send(messages)
    queue.close()
    await assertAccountedFor(nodeRed, witnesses)
  })

  it('may be locked for a while: what is read meanwhile comes later', async () => {
    const database = new DatabaseSync(path(), { timeout: 5000 })
    database.exec('BEGIN IMMEDIATE')
    const [first] = witnesses
    const from = nodeRed.recorded(first?.name).length
    await new Promise((done) => setTimeout(done, 2000))
    const duringLock = nodeRed.recorded(first?.name).length - from
    database.exec('ROLLBACK')
    database.close()
    assert.ok(duringLock < 5, `${duringLock} readings came through the lock`)
    assert.equal(await assertAccountedFor(nodeRed, witnesses), lostBefore)
  })

  const losses: { title: string; harm(folder: string): void; loses: boolean }[] = [
    {
      title: 'deleted',
      harm: (folder) => {
        for (const name of ['live.queue', 'live.queue-wal', 'live.queue-shm']) rmSync(join(folder, name))
      },
      loses: false,
    },
    { title: 'deleted without its log', harm: (folder) => rmSync(join(folder, 'live.queue')), loses: false },
    { title: 'deleted with its folder', harm: (folder) => rmSync(folder, { recursive: true }), loses: false },
    { title: 'overwritten with garbage', harm: (folder) => overwrite(join(folder, 'live.queue')), loses: true },
    { title: 'cut off', harm: (folder) => truncateSync(join(folder, 'live.queue'), 5000), loses: true },
    { title: 'emptied', harm: (folder) => truncateSync(join(folder, 'live.queue')), loses: true },
    { title: 'robbed of its log', harm: (folder) => truncateSync(join(folder, 'live.queue-wal')), loses: true },
    {
      title: 'confused by garbage in its log',
      harm: (folder) => overwrite(join(folder, 'live.queue-wal')),
      loses: true,
    },
  ]
  for (const { title, harm, loses } of losses) {
    it(`is replaced when it is ${title}`, async () => {
      const folder = liveFolder(nodeRed)
      harm(folder)
      // The losses of a broken file show when the next one is read.
      await newQueue(folder, loses)
      const lost = (await assertAccountedFor(nodeRed, witnesses)) - lostBefore
      if (!loses) assert.equal(lost, 0)
      // A moment of two quick readers.
      assert.ok(lost < 10_000 / INTERVAL_MS, `${lost} readings were lost`)
    })
  }

  async function newQueue(former: string, optional: boolean): Promise<void> {
    const deadline = performance.now() + 12_000
    while (liveFolder(nodeRed) === former) {
      if (performance.now() > deadline) {
        if (optional) return
        throw new Error('there is no new queue')
      }
      await new Promise((done) => setTimeout(done, 20))
    }
  }
})

function overwrite(path: string): void {
  const file = openSync(path, 'r+')
  try {
    writeSync(file, Buffer.alloc(200_000, 'garbage!'), 0, 200_000, 0)
  } finally {
    closeSync(file)
  }
}
