// The disk with the queue to the database stands still: Node-RED does not, and neither does a reader that keeps nothing.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flowOf, supervisorNode } from '../support/flows'
import { FreezableDisk } from '../support/freezable-disk'
import { KeptReader } from '../support/kept-reader'
import { NodeRed } from '../support/node-red'
import { Witness } from '../support/witness'

const FROZEN_MS = 8_000
/** An answer of Node-RED takes some ms; the rest is for busy machines. */
const ANSWER_MAX_MS = 1_500

describe('a disk that stands still', function () {
  this.timeout(120_000)
  const userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
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
    nodeRed = await NodeRed.start({ flows: flowOf(...nodes), userDir, launcher: disk.launcher })
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
    let slowestMs = 0
    while (performance.now() < until) {
      const asked = performance.now()
      await nodeRed.rows()
      slowestMs = Math.max(slowestMs, performance.now() - asked)
      await free.moreSamples(nodeRed, 5)
    }
    // A file of the supervisor is to be written meanwhile.
    await nodeRed.command('oven/stop')
    await nodeRed.command('oven/start')
    disk?.thaw()
    assert.ok(slowestMs < ANSWER_MAX_MS, `Node-RED answered after ${slowestMs} ms`)
    await free.moreSamples(nodeRed, 5)
    assert.equal(free.lost(nodeRed), 0)
    await kept.moreWritten(nodeRed)
    assert.equal((await nodeRed.row(kept.historian)).generation, generation)
    await kept.assertBalance(nodeRed)
  })
})
