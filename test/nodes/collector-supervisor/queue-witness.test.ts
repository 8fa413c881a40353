// The second opinion on a queue, by a real process in the sandbox of a historian.

import assert from 'node:assert/strict'
import { rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Queue } from '../../../lib/queue/queue'
import { describeOpinion, QueueWitness } from '../../../nodes/collector-supervisor/queue-witness'
import { historianProgram } from '../../../nodes/collector-supervisor/sandbox'
import { SpawnGate } from '../../../nodes/collector-supervisor/spawn-gate'
import { everyByte, flip, overwrite } from '../../support/broken-files'
import { isGone } from '../../support/processes'
import { temporaryFolder } from '../../support/temporary-folder'

describe('the second opinion on a queue', function () {
  this.timeout(30_000)
  const folder = temporaryFolder()
  let pids: number[]
  let ended: number
  let witness: QueueWitness
  let queue: Queue
  const path = (): string => join(folder(), 'durable.queue')

  beforeEach(() => {
    pids = []
    ended = 0
    witness = new QueueWitness({
      id: 'plant',
      program: ({ script }) => historianProgram(script, 256, folder()),
      folder: () => undefined,
      gate: new SpawnGate(),
      ready: async () => {},
      obstacle: () => undefined,
      started: (_key, pid) => pids.push(pid),
      ended: () => {
        ended++
      },
      warn: () => {},
    })
    queue = Queue.create(path(), { capacityBytes: 2 ** 24 })
    const message = { origin: 'press', to: 'historian', title: 'readings', time: new Date(0).toISOString() }
    queue.send(Array.from({ length: 200 }, () => ({ ...message, data: new Uint8Array(2000) })))
  })
  afterEach(async () => {
    await witness.close()
    queue.close()
  })

  it('is that it is intact, while others write into it', async () => {
    assert.deepEqual(await witness.lookAt(path()), { kind: 'intact' })
    assert.equal(queue.status().messages, 200)
  })

  const damages: [string, (path: string) => void][] = [
    ['overwritten', overwrite],
    ['flipped in its pages', (file) => flip(file, ...everyByte(file, 512))],
    ['no database', (file) => writeFileSync(file, 'no queue at all')],
    ['cut off', (file) => truncateSync(file, 5000)],
  ]
  for (const [what, harm] of damages) {
    it(`is that it is damaged, where it is ${what}`, async () => {
      queue.close()
      harm(path())
      const opinion = await witness.lookAt(path())
      assert.equal(opinion.kind, 'damaged', JSON.stringify(opinion))
    })
  }

  it('is that it was emptied, though its log is still there', async () => {
    truncateSync(path())
    assert.deepEqual(await witness.lookAt(path()), { kind: 'damaged', damage: 'the file was emptied' })
  })

  it('is none where there is no file, or the process does not answer', async () => {
    queue.close()
    rmSync(path())
    assert.equal((await witness.lookAt(path())).kind, 'unknown')
    const opinion = witness.lookAt(path())
    while (pids.length < 2) await new Promise((resolve) => setImmediate(resolve))
    process.kill(pids[1] ?? assert.fail(), 'SIGKILL')
    assert.equal((await opinion).kind, 'unknown')
  })

  it('is asked for once by several at the same time, and leaves no process behind', async () => {
    const opinions = await Promise.all([witness.lookAt(path()), witness.lookAt(path())])
    assert.deepEqual(opinions, [{ kind: 'intact' }, { kind: 'intact' }])
    assert.deepEqual([pids.length, ended], [1, 1])
    assert.ok(isGone(pids[0] ?? assert.fail()))
  })

  it('is told in words, with what follows', () => {
    const told = (['damaged', 'intact', 'unknown'] as const).map((kind) =>
      describeOpinion({ kind, damage: 'a page', reason: 'no answer' }, 'historian plant', 'malformed'),
    )
    assert.deepEqual(told, [
      '"historian plant" finds the queue to the database damaged (malformed), and so does another process: it is set aside',
      '"historian plant" finds the queue to the database damaged (malformed), and another process finds it intact: the file stays, and "historian plant" is started anew',
      '"historian plant" finds the queue to the database damaged (malformed); another process could not tell (no answer): the file stays where it is',
    ])
  })
})
