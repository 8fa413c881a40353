// The process that keeps the queue to the database finds it damaged, however often it looks, and is the only one that does: the
// file stays where it is with all that is in it, and the process is started anew.

import assert from 'node:assert/strict'
import { flowOf } from '../support/flows'
import { KeptReader, QUEUE_FILE } from '../support/kept-reader'
import { NodeRed } from '../support/node-red'
import { installStubbornPackage } from '../support/stubborn-package'

const READERS = ['press', 'oven', 'mill', 'crane']
/** Of each: ten crashes in a row would be taken for a historian that never will run. */
const LIES = 5

describe('a historian that takes an intact queue for damaged', function () {
  this.timeout(240_000)
  const kept: KeptReader[] = []
  let nodeRed: NodeRed

  before(async () => {
    for (const name of READERS) kept.push(await KeptReader.start(name, 100))
    const nodes = kept.flatMap((reader) => reader.nodes({ restartDelay: 0.2, restartDelayMax: 0.2 }))
    nodeRed = await NodeRed.start({ flows: flowOf(...nodes), install: installStubbornPackage })
  })
  after(async () => {
    await nodeRed?.dispose()
    for (const reader of kept) await reader.close()
  })

  async function lie(reader: KeptReader): Promise<void> {
    await reader.moreWritten(nodeRed)
    const { pid, generation } = await nodeRed.rowWhen(reader.historian, ({ status }) => status === 'running')
    process.kill(pid ?? assert.fail(), 'SIGUSR2')
    const isReplaced = (row: { status: string; generation: number }): boolean =>
      row.status === 'running' && row.generation > generation
    const row = await nodeRed.rowWhen(reader.historian, isReplaced, 60_000)
    assert.equal(row.generation, generation + 1)
    await reader.moreWritten(nodeRed)
    assert.deepEqual(reader.setAside(nodeRed, QUEUE_FILE), [])
  }

  it(`is started anew, ${READERS.length * LIES} times of ${READERS.length * LIES}, and the queue stays`, async () => {
    await Promise.all(
      kept.map(async (reader) => {
        for (let lies = 0; lies < LIES; lies++) await lie(reader)
      }),
    )
    assert.match(
      nodeRed.output,
      /another process finds it intact: the file stays, and "historian press" is started anew/,
    )
  })

  it('costs no reading', async () => {
    for (const reader of kept) {
      const { dropped } = await reader.assertBalance(nodeRed)
      assert.equal(dropped, 0)
      await reader.assertHistory(nodeRed)
    }
  })
})
