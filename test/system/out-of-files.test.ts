// Node-RED has no file descriptor left: it fills no log with that, and goes on by itself when it has some again.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { flowOf, supervisorNode } from '../support/flows'
import { NodeRed } from '../support/node-red'
import { Witness } from '../support/witness'

/** For a time in which thousands of attempts would have been made and told of. */
const DRY_MS = 6_000
const FEW_FILES = 3
/** One for each thing that does not work: the journal, the record of the process. */
const LINES_MAX = 3

describe('a Node-RED without file descriptors', function () {
  this.timeout(60_000)
  let witness: Witness
  let nodeRed: NodeRed

  before(async () => {
    witness = await Witness.start()
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode({ restartDelay: 0.2 }), ...witness.nodes()) })
    await witness.moreSamples(nodeRed, 5)
  })
  after(async () => {
    await nodeRed?.dispose()
    await witness?.close()
  })

  function limit(files: number): void {
    execFileSync('prlimit', ['--pid', String(nodeRed.pid), `--nofile=${files}:`], { timeout: 10_000 })
  }

  it('fills no log, and all comes back by itself', async () => {
    // Those that are open stay open; there is no other.
    const { pid } = await nodeRed.row(witness.name)
    limit(FEW_FILES)
    process.kill(pid ?? 0, 'SIGKILL')
    const before = nodeRed.output.length
    await delay(DRY_MS)
    limit(4096)
    const lines = nodeRed.output.slice(before).split('\n').filter(Boolean)
    assert.ok(lines.length <= LINES_MAX, lines.join('\n'))
    await nodeRed.rowWhen(witness.name, ({ status, generation }) => status === 'running' && generation > 1)
    await witness.moreSamples(nodeRed, 5)
  })
})
