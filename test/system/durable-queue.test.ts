// The queue to the database under attack while it is used: it lies in a file that anybody of this user may write, delete or
// break. Node-RED and the flow do not notice; readings are written again, and what was lost is counted.

import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { flowOf } from '../support/flows'
import { HISTORY_FILE, KeptReader, QUEUE_FILE, sumOf } from '../support/kept-reader'
import { NodeRed } from '../support/node-red'

/** `aside`: which file is set aside by it, if any must be. */
type Attack = { title: string; harm(folder: string): void; aside?: string }

const attacks: Attack[] = [
  { title: 'deleted', harm: (folder) => remove(folder, QUEUE_FILE, '', '-wal', '-shm') },
  { title: 'deleted without its log', harm: (folder) => remove(folder, QUEUE_FILE, '') },
  { title: 'replaced by text', harm: (folder) => replaceByText(folder, QUEUE_FILE) },
  { title: 'cut off', harm: (folder) => truncateSync(join(folder, QUEUE_FILE), 5000) },
  { title: 'emptied', harm: (folder) => truncateSync(join(folder, QUEUE_FILE)), aside: QUEUE_FILE },
  { title: 'overwritten with garbage', harm: (folder) => overwrite(folder, QUEUE_FILE), aside: QUEUE_FILE },
  { title: 'given a newer layout', harm: (folder) => makeNewer(folder, QUEUE_FILE) },
  { title: 'flipped in every 512th byte', harm: (folder) => flip(folder, QUEUE_FILE), aside: QUEUE_FILE },
  { title: 'robbed of its history', harm: (folder) => remove(folder, HISTORY_FILE, '', '-wal', '-shm') },
  { title: 'left with a history of text', harm: (folder) => replaceByText(folder, HISTORY_FILE) },
  { title: 'left with a history cut off', harm: (folder) => truncateSync(join(folder, HISTORY_FILE), 5000) },
  { title: 'left with an empty history', harm: (folder) => truncateSync(join(folder, HISTORY_FILE)) },
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
  assert.equal(status.last_error, null)
}

function remove(folder: string, file: string, ...endings: string[]): void {
  for (const ending of endings) rmSync(join(folder, file + ending), { force: true })
}

/** As an editor saves: a new file under the old name. */
function replaceByText(folder: string, file: string): void {
  remove(folder, file, '', '-wal', '-shm')
  writeFileSync(join(folder, file), 'This is no database.\n'.repeat(1000))
}

function overwrite(folder: string, file: string): void {
  const fd = openSync(join(folder, file), 'r+')
  try {
    writeSync(fd, Buffer.alloc(200_000, 'garbage!'), 0, 200_000, 0)
  } finally {
    closeSync(fd)
  }
  if (statSync(join(folder, `${file}-wal`), { throwIfNoEntry: false })) truncateSync(join(folder, `${file}-wal`))
}

function makeNewer(folder: string, file: string): void {
  const database = new DatabaseSync(join(folder, file), { timeout: 5000 })
  database.exec('PRAGMA user_version = 99')
  database.close()
}

function flip(folder: string, file: string): void {
  const path = join(folder, file)
  const bytes = readFileSync(path)
  for (let at = 7; at < bytes.length; at += 512) bytes[at] = (bytes[at] ?? 0) ^ 0xff
  const fd = openSync(path, 'r+')
  try {
    writeSync(fd, bytes, 0, bytes.length, 0)
  } finally {
    closeSync(fd)
  }
  truncateSync(`${path}-wal`)
}
