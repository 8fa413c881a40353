// Node-RED's thread does not wait for the disk: neither for one that is slow to sync, nor for one that stands still.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileCalls } from '../support/file-calls'
import { flowOf, supervisorNode } from '../support/flows'
import { NodeRed } from '../support/node-red'
import { until } from '../support/until'
import { Witness } from '../support/witness'

const READERS = 8
const SYNCS = new Set(['fsync', 'fdatasync', 'fsyncSync', 'fdatasyncSync', 'sync', 'datasync'])

describe('the disk and Node-RED’s thread', function () {
  this.timeout(120_000)
  let userDir = ''
  let calls: FileCalls
  let nodeRed: NodeRed
  const witnesses: Witness[] = []

  before(async () => {
    userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    calls = new FileCalls(userDir)
    for (let index = 1; index <= READERS; index++) witnesses.push(await Witness.start(`reader ${index}`))
    const readers = witnesses.flatMap((witness) => witness.nodes())
    nodeRed = await NodeRed.start({
      flows: flowOf(supervisorNode({ historian: 'embedded' }), ...readers),
      userDir,
      launcher: calls.launcher,
    })
    await until(
      async () => (await nodeRed.rows()).filter(({ link }) => link === 'connected').length === READERS + 1,
      60_000,
    )
  })
  after(async () => {
    await nodeRed?.stop()
    for (const witness of witnesses) await witness.close()
    rmSync(userDir, { recursive: true, force: true })
  })

  it('a start waits for no sync, however many readers there are', () => {
    const syncs = calls.all().filter(({ call }) => SYNCS.has(call))
    assert.deepEqual(
      syncs.filter(({ call }) => call.endsWith('Sync')),
      [],
    )
    assert.ok(syncs.length < READERS, JSON.stringify(syncs))
    // The hook does notice what is asked of the file system.
    assert.ok(calls.all().length > 0)
  })
})
