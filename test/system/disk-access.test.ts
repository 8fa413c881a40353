// Node-RED's thread does not wait for the disk: neither for one that is slow to sync, nor for one that stands still.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileCalls } from '../support/file-calls'
import { flowOf, SUPERVISOR, supervisorNode } from '../support/flows'
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

  it('operation asks nothing of it on that thread', async () => {
    const before = calls.all().length
    const names = (await nodeRed.rows()).map(({ name }) => encodeURIComponent(name))
    for (const name of names.slice(-2)) {
      await nodeRed.command(`${name}/stop`)
      await nodeRed.command(`${name}/start`)
    }
    process.kill((await nodeRed.row('reader 1')).pid ?? 0, 'SIGKILL')
    await nodeRed.rowWhen('reader 1', ({ restart_count, status }) => restart_count === 1 && status === 'running')
    for (const path of [
      'processes',
      'processor',
      'dead-letters',
      'dead-letters?group=1',
      'metrics',
      'history?collector=reader%201',
    ]) {
      assert.equal((await nodeRed.request('GET', `/collectors/${path}`)).status, 200, path)
    }
    for (const witness of witnesses) await witness.moreSamples(nodeRed, 20)
    const waited = calls
      .all()
      .slice(before)
      .filter(({ call }) => call.endsWith('Sync'))
    assert.deepEqual(waited, [])
  })

  it('Node-RED has the queue to the database neither open nor mapped: of all its files only the lock is open', () => {
    const folder = join(userDir, 'collectors')
    const open = readdirSync(`/proc/${nodeRed.pid}/fd`).map((fd) => linkOf(`/proc/${nodeRed.pid}/fd/${fd}`))
    const maps = readFileSync(`/proc/${nodeRed.pid}/maps`, 'utf8')
    assert.deepEqual(
      open.filter((path) => path.startsWith(folder)),
      // It is empty, and never read or written.
      [join(folder, SUPERVISOR, 'owner.lock')],
    )
    assert.ok(!maps.includes(folder))
  })

  it('Node-RED lives when the shared memory of that queue is cut off, and all goes on', async () => {
    const folder = join(userDir, 'collectors', SUPERVISOR)
    const { pid } = nodeRed
    truncateSync(join(folder, 'queue', 'durable.queue-shm'))
    for (const witness of witnesses) await witness.moreSamples(nodeRed, 20)
    assert.ok(nodeRed.alive)
    assert.equal(nodeRed.pid, pid)
    await until(async () => (await nodeRed.rows()).every(({ status }) => status === 'running'), 60_000)
  })
})

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    // Closed meanwhile.
    return ''
  }
}
