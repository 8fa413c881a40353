// The disk on which the queue to the database and the history lie, when it cannot be written: the reader and the flow go on,
// the table says what is wrong, and all of it is written as soon as that is possible again.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flowOf } from '../support/flows'
import { KeptReader } from '../support/kept-reader'
import { NodeRed } from '../support/node-red'
import { asSeenBy, mountAsSeenBy, onSmallDisk } from '../support/small-disk'
import { canHaveSmallSharedMemory, fill } from '../support/small-shared-memory'

const DISK_MB = 8

describe('the disk of the history', function () {
  this.timeout(60_000)
  this.bail(true)
  const userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
  const folder = join(userDir, 'collectors')
  let reader: KeptReader
  let nodeRed: NodeRed

  before(async function () {
    if (!canHaveSmallSharedMemory()) {
      console.warn('      this machine allows no mount namespaces: a full or read-only disk is not tested')
      this.skip()
    }
    reader = await KeptReader.start('press')
    nodeRed = await NodeRed.start({
      flows: flowOf(...reader.nodes()),
      userDir,
      launcher: onSmallDisk(folder, DISK_MB, 'ro'),
    })
  })
  after(async () => {
    await nodeRed?.dispose()
    await reader?.close()
    rmSync(userDir, { recursive: true })
  })

  /** The flow does not notice, the table says what is wrong; then the disk is as it should be, and all is written. */
  async function survives(wrong: RegExp, mend: () => void): Promise<void> {
    await reader.processorWhen(nodeRed, (status) => wrong.test(status.last_error ?? ''))
    const row = await nodeRed.rowWhen(reader.name, (one) => /not kept for the history/.test(one.last_error ?? ''))
    assert.equal(row.link, 'connected')
    await reader.witness.assertUndisturbed(nodeRed)
    mend()
    await reader.moreWritten(nodeRed)
    await reader.processorWhen(nodeRed, (status) => status.last_error === null)
    await nodeRed.rowWhen(reader.name, (one) => one.last_error === null)
    await reader.witness.assertUndisturbed(nodeRed)
  }

  it('may be read-only when Node-RED starts', async () => {
    await survives(/read-only/, () => mountAsSeenBy(nodeRed.pid, 'mount', '-o', 'remount,rw', folder))
  })

  it('may be full', async () => {
    const giveBack = fill(asSeenBy(nodeRed.pid, folder))
    await survives(/full/, giveBack)
  })

  it('may be gone for a while, with a read-only folder in its place', async () => {
    mountAsSeenBy(nodeRed.pid, 'mount', '-t', 'tmpfs', '-o', 'ro', 'none', folder)
    await reader.processorWhen(nodeRed, (status) => /read-only/.test(status.last_error ?? ''))
    await reader.witness.assertUndisturbed(nodeRed)
    mountAsSeenBy(nodeRed.pid, 'umount', folder)
    await reader.moreWritten(nodeRed)
    await reader.processorWhen(nodeRed, (status) => status.last_error === null)
  })

  it('whatever happens to it, costs no reading', async () => {
    const { dropped } = await reader.assertBalance(nodeRed)
    assert.equal(dropped, 0)
    await reader.assertHistory(nodeRed)
    assert.equal((await nodeRed.row(reader.historian)).restart_count, 0)
  })
})
