// Shared memory as small as Docker's, and full: the live queue moves to where there is room, and where there is none the
// readers keep what they read until there is.

import assert from 'node:assert/strict'
import { flowOf } from '../support/flows'
import { WatchedQueue } from '../support/live-queue'
import { NodeRed } from '../support/node-red'
import { canHaveSmallSharedMemory, fill, inSmallSharedMemory, sharedMemoryOf } from '../support/small-shared-memory'
import { until } from '../support/until'

const ADVICE = /the live queue lies in \/tmp, since \/dev\/shm has no room .* --shm-size=/g

describe('a live queue in 64 MB of shared memory', function () {
  this.timeout(60_000)
  let queue: WatchedQueue
  let nodeRed: NodeRed

  before(async function () {
    if (!canHaveSmallSharedMemory()) {
      console.warn('      this machine allows no mount namespaces: full shared memory is not tested')
      this.skip()
    }
  })
  afterEach(async () => {
    await nodeRed?.dispose()
    await queue?.witness.close()
  })

  async function start(before?: string): Promise<void> {
    queue = await WatchedQueue.start('reader')
    nodeRed = await NodeRed.start({ flows: flowOf(...queue.nodes()), launcher: inSmallSharedMemory(before) })
    await queue.witness.moreSamples(nodeRed, 5)
  }

  it('lies there, and moves to the temporary folder when it is full, without a loss', async () => {
    await start()
    assert.match(queue.folder(nodeRed), /^\/dev\/shm\//)
    assert.doesNotMatch(nodeRed.output, ADVICE)
    fill(sharedMemoryOf(nodeRed.pid))
    await until(() => !queue.folder(nodeRed).startsWith('/dev/shm/'), 10_000)
    assert.equal(await queue.recovered(nodeRed), 0)
  })

  it('begins in the temporary folder where it is full from the start', async () => {
    await start('dd if=/dev/zero of=/dev/shm/filler bs=1M count=60 status=none')
    assert.doesNotMatch(queue.folder(nodeRed), /^\/dev\/shm\//)
    assert.equal(nodeRed.output.match(ADVICE)?.length, 1)
    assert.equal(await queue.recovered(nodeRed), 0)
  })

  it('is waited for where there is no other place: what is read meanwhile comes later', async () => {
    await start('export TMPDIR=/dev/shm')
    const giveBack = fill(sharedMemoryOf(nodeRed.pid))
    await until(() => /there is no place for a new one/.test(nodeRed.output), 10_000)
    const { status, restart_count } = await nodeRed.row('reader')
    assert.deepEqual({ status, restart_count }, { status: 'running', restart_count: 0 })
    giveBack()
    assert.equal(await queue.recovered(nodeRed), 0)
  })
})
