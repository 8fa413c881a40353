// The disk with all files of the supervisors stands still, for longer than a process may be silent: Node-RED does not, and neither does
// a reader that keeps nothing.

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flowOf, supervisorNode } from '../support/flows'
import { FreezableDisk } from '../support/freezable-disk'
import { KeptReader } from '../support/kept-reader'
import { LOOP_METER, loopDelayOf, OwnLoop } from '../support/loop-meter'
import { NodeRed } from '../support/node-red'
import { Witness } from '../support/witness'

const MEMORY = '/dev/shm'
const FROZEN_MS = 20_000
const LOOP_MAX_MS = 100

describe('a disk that stands still', function () {
  this.timeout(120_000)
  // In memory: what is recorded of the flow is written on Node-RED's thread, and must not wait for a disk that others use.
  const userDir = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'collectors-test-'))
  const disk = FreezableDisk.make(join(userDir, 'collectors'))
  let kept: KeptReader
  let free: Witness
  let nodeRed: NodeRed

  before(async function () {
    if (!disk) {
      console.warn('      this machine allows no loop devices: a disk that stands still is not tested')
      this.skip()
    }
    kept = await KeptReader.start('press')
    free = await Witness.start('oven')
    const supervisor = supervisorNode({ id: 'supervisor-free', name: 'free', historian: 'none' })
    const nodes = [...kept.nodes(), supervisor, ...free.nodes({ supervisor: 'supervisor-free' })]
    nodeRed = await NodeRed.start({ flows: flowOf(...nodes), userDir, launcher: disk.launcher, settings: LOOP_METER })
    await kept.moreWritten(nodeRed)
  })
  after(async () => {
    disk?.thaw()
    await nodeRed?.dispose()
    await kept?.close()
    await free?.close()
    disk?.dispose()
    rmSync(userDir, { recursive: true, force: true })
  })

  it('holds up neither Node-RED nor the readers that keep nothing, and all is written once it goes on', async () => {
    const { generation } = await nodeRed.row(kept.historian)
    disk?.freeze(nodeRed.pid)
    const until = performance.now() + FROZEN_MS
    await loopDelayOf(nodeRed)
    const own = new OwnLoop()
    while (performance.now() < until) {
      await nodeRed.rows()
      await free.moreSamples(nodeRed, 5)
    }
    const { heldUpMs } = await loopDelayOf(nodeRed)
    const ownMs = own.end()
    // A file of the supervisor is to be written meanwhile.
    await nodeRed.command('oven/stop')
    await nodeRed.command('oven/start')
    disk?.thaw()
    assert.ok(
      heldUpMs < LOOP_MAX_MS + ownMs,
      `Node-RED's event loop was held up for ${heldUpMs} ms, this one for ${ownMs}`,
    )
    await free.moreSamples(nodeRed, 5)
    assert.equal(free.lost(nodeRed), 0)
    await kept.moreWritten(nodeRed)
    assert.equal((await nodeRed.row(kept.historian)).generation, generation)
    await kept.assertBalance(nodeRed)
  })
})
