// The queue to the database under attack while it is used: it lies in a file that anybody of this user may write, delete or
// break. Node-RED and the flow do not notice; readings are written again, and what was lost is counted.

import assert from 'node:assert/strict'
import { rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { everyByte, flip, makeNewer, overwrite, removeDatabase, replaceByText } from '../support/broken-files'
import { flowOf } from '../support/flows'
import { HISTORY_FILE, KeptReader, QUEUE_FILE, sumOf } from '../support/kept-reader'
import { NodeRed } from '../support/node-red'

/** `aside`: which file is set aside by it, if any must be. */
type Attack = { title: string; harm(folder: string): void; aside?: string }

const attacks: Attack[] = [
  { title: 'deleted', harm: queue(removeDatabase) },
  { title: 'deleted without its log', harm: queue((path) => rmSync(path)) },
  { title: 'replaced by text', harm: queue(replaceByText) },
  { title: 'cut off', harm: queue((path) => truncateSync(path, 5000)) },
  { title: 'emptied', harm: queue((path) => truncateSync(path)), aside: QUEUE_FILE },
  { title: 'overwritten with garbage', harm: queue(overwrite), aside: QUEUE_FILE },
  { title: 'given a newer layout', harm: queue(makeNewer) },
  {
    title: 'flipped in every 512th byte',
    harm: queue((path) => flip(path, ...everyByte(path, 512))),
    aside: QUEUE_FILE,
  },
  { title: 'robbed of its history', harm: history(removeDatabase) },
  { title: 'left with a history of text', harm: history(replaceByText) },
  { title: 'left with a history cut off', harm: history((path) => truncateSync(path, 5000)) },
  { title: 'left with an empty history', harm: history((path) => truncateSync(path)), aside: HISTORY_FILE },
]

describe('the queue to the database, when in use it is', function () {
  this.timeout(120_000)
  const kept: KeptReader[] = []
  let outcomes: Promise<void>[] = []
  let nodeRed: NodeRed
  let pid: number

  before(async () => {
    for (const index of attacks.keys()) kept.push(await KeptReader.start(`kept-${index}`, 100))
    nodeRed = await NodeRed.start({ flows: flowOf(...kept.flatMap((reader) => reader.nodes())) })
    pid = nodeRed.pid
    outcomes = attacks.map((attack, index) => survive(nodeRed, attack, kept[index] ?? assert.fail()))
    await Promise.allSettled(outcomes)
  })
  after(async () => {
    await nodeRed.dispose()
    for (const reader of kept) await reader.close()
  })

  for (const [index, { title }] of attacks.entries()) {
    it(`${title}, goes on with a new file, and what was lost is counted`, () => outcomes[index])
  }

  it('attacked, does not touch Node-RED', () => {
    assert.ok(nodeRed.alive, nodeRed.output.slice(-5000))
    assert.equal(nodeRed.pid, pid)
  })
})

async function survive(nodeRed: NodeRed, { harm, aside }: Attack, reader: KeptReader): Promise<void> {
  const before = await reader.processorWhen(nodeRed, ({ processed_total }) => processed_total >= 10)
  harm(reader.folder(nodeRed))
  await reader.moreWritten(nodeRed)
  if (aside !== undefined) {
    await reader.processorWhen(nodeRed, () => reader.setAside(nodeRed, aside).length > 0)
    await reader.moreWritten(nodeRed)
  }
  const history = await reader.history(nodeRed)
  assert.ok(history && history.length > 0, 'the history answers nothing')
  await reader.witness.assertUndisturbed(nodeRed)
  const { restart_count, generation } = await nodeRed.row(reader.historian)
  assert.deepEqual({ restart_count, generation }, { restart_count: 0, generation: 1 })
  const status = await reader.assertBalance(nodeRed)
  assert.ok(sumOf(status) > before.processed_total)
  // What was set aside stays in the row: nobody but an operator can say that it has been seen.
  const asides = [QUEUE_FILE, HISTORY_FILE].flatMap((file) => reader.setAside(nodeRed, file))
  if (asides.length === 0) assert.equal(status.last_error, null)
  else
    assert.ok(
      asides.some((name) => status.last_error?.includes(name)),
      String(status.last_error),
    )
}

function queue(harm: (path: string) => void): Attack['harm'] {
  return (folder) => harm(join(folder, QUEUE_FILE))
}

function history(harm: (path: string) => void): Attack['harm'] {
  return (folder) => harm(join(folder, HISTORY_FILE))
}
