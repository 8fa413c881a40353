// A history or a queue that was damaged while Node-RED did not run: an operator is told by the row, the log and the journal that the
// file was set aside, and where it is now.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { overwrite, removeDatabase } from '../support/broken-files'
import { flowOf } from '../support/flows'
import { noticesIn } from '../support/journal'
import { HISTORY_FILE, KeptReader, QUEUE_FILE } from '../support/kept-reader'
import { NodeRed } from '../support/node-red'
import { until } from '../support/until'

type Harm = { title: string; file: string; code: string; harm(path: string): void }

const harms: Harm[] = [
  { title: 'zeroed', file: HISTORY_FILE, code: 'history-set-aside', harm: zero },
  { title: 'emptied', file: HISTORY_FILE, code: 'history-set-aside', harm: empty },
  { title: 'overwritten', file: HISTORY_FILE, code: 'history-set-aside', harm: overwrite },
  { title: 'zeroed', file: QUEUE_FILE, code: 'queue-set-aside', harm: zero },
  { title: 'emptied', file: QUEUE_FILE, code: 'queue-set-aside', harm: empty },
  { title: 'overwritten', file: QUEUE_FILE, code: 'queue-set-aside', harm: overwrite },
]

function zero(path: string): void {
  const { size } = statSync(path)
  removeDatabase(path)
  writeFileSync(path, Buffer.alloc(size))
}

/** Some time before Node-RED starts again. */
function empty(path: string): void {
  removeDatabase(path)
  writeFileSync(path, '')
  truncateSync(path)
  const longAgo = Date.now() / 1000 - 60
  utimesSync(path, longAgo, longAgo)
}

describe('while Node-RED did not run,', function () {
  this.timeout(120_000)
  const kept: KeptReader[] = []
  const userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
  let nodeRed: NodeRed

  before(async () => {
    for (const index of harms.keys()) kept.push(await KeptReader.start(`kept-${index}`, 200))
    const flows = flowOf(...kept.flatMap((reader) => reader.nodes()))
    nodeRed = await NodeRed.start({ flows, userDir })
    for (const reader of kept) await reader.processorWhen(nodeRed, ({ processed_total }) => processed_total > 0)
    await nodeRed.stop()
    for (const [index, { file, harm }] of harms.entries()) harm(join(kept[index]?.folder(nodeRed) ?? '', file))
    nodeRed = await NodeRed.start({ flows, userDir })
  })
  after(async () => {
    await nodeRed.dispose()
    rmSync(userDir, { recursive: true })
    for (const reader of kept) await reader.close()
  })

  for (const [index, { title, file, code }] of harms.entries()) {
    it(`${file} was ${title}: row, status, log and journal say where it is now`, async () => {
      const reader = kept[index] ?? assert.fail()
      await until(() => reader.setAside(nodeRed, file).length > 0, 40_000)
      const path = join(reader.folder(nodeRed), file, '..', reader.setAside(nodeRed, file)[0] ?? '')
      const tells = (text: string | null): boolean => text?.includes(path) === true
      await nodeRed.rowWhen(reader.historian, ({ last_error }) => tells(last_error))
      await reader.processorWhen(nodeRed, ({ last_error }) => tells(last_error))
      const ofThis = async () => (await noticesIn(nodeRed)).filter(({ supervisor }) => supervisor === reader.name)
      await until(async () => (await ofThis()).length > 0)
      const [notice, ...more] = await ofThis()
      assert.deepEqual([notice?.code, notice?.name, more], [code, reader.historian, []])
      assert.ok(tells(notice?.reason ?? ''), notice?.reason)
      const line = nodeRed.output.split('\n').find((one) => one.includes('[warn]') && one.includes(path))
      assert.ok(line, 'it is not in the log')
      // It is no trouble that goes on.
      await reader.moreWritten(nodeRed)
      await nodeRed.rowWhen(reader.historian, ({ health }) => health === 'well')
    })
  }

  it('and the row tells it until the historian is started anew', async () => {
    const [reader] = kept
    assert.ok(reader)
    await nodeRed.command(`${encodeURIComponent(reader.historian)}/restart`)
    await nodeRed.rowWhen(reader.historian, ({ health, last_error }) => health === 'well' && last_error === null)
  })
})
