// What is on its way into the database, and what is in it, over an end of Node-RED; and when the files are broken while it
// does not run: it starts all the same, counts what was lost, and goes on.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asRecord } from '../../lib/contract/parse'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import {
  everyByte,
  flip,
  flipInMessage,
  makeNewer,
  overwrite,
  placesOf,
  removeDatabase,
  replaceByText,
  rootOf,
} from '../support/broken-files'
import { flowOf } from '../support/flows'
import { HISTORY_FILE, KeptReader, QUEUE_FILE, sumOf } from '../support/kept-reader'
import { NodeRed } from '../support/node-red'
import { until } from '../support/until'

/** `sent`: to the queue, as written down at the end. */
type Before = ProcessorStatus & { sent: number }
/**
 * `lost`: the whole queue is, and nothing is, or as much as its own counts tell that cannot be trusted; `taken-over`: nothing is,
 * though there is a new file.
 */
type Damage = { title: string; file: string; harm(path: string): void; lost: 'all' | 'none' | 'unknown' | 'taken-over' }

const damages: Damage[] = [
  { title: 'nothing', file: QUEUE_FILE, harm: () => {}, lost: 'none' },
  { title: 'a queue that is gone', file: QUEUE_FILE, harm: removeDatabase, lost: 'all' },
  { title: 'a folder in its place', file: QUEUE_FILE, harm: replaceByFolder, lost: 'all' },
  { title: 'text in its place', file: QUEUE_FILE, harm: replaceByText, lost: 'all' },
  { title: 'a queue cut off', file: QUEUE_FILE, harm: (path) => truncateSync(path, 5000), lost: 'all' },
  { title: 'an empty file', file: QUEUE_FILE, harm: (path) => truncateSync(path), lost: 'all' },
  { title: 'garbage', file: QUEUE_FILE, harm: overwrite, lost: 'all' },
  { title: 'a newer layout', file: QUEUE_FILE, harm: makeNewer, lost: 'taken-over' },
  { title: 'a flipped byte in its head', file: QUEUE_FILE, harm: (path) => flip(path, 3), lost: 'all' },
  { title: 'a flipped byte in its schema', file: QUEUE_FILE, harm: flipIn('CREATE TABLE message'), lost: 'all' },
  { title: 'a flipped byte in its messages', file: QUEUE_FILE, harm: flipRoot('message'), lost: 'all' },
  { title: 'a flipped byte in its index', file: QUEUE_FILE, harm: flipRoot('message_order'), lost: 'taken-over' },
  { title: 'a flipped byte in a reading', file: QUEUE_FILE, harm: flipInMessage, lost: 'none' },
  {
    title: 'many flipped bytes',
    file: QUEUE_FILE,
    harm: (path) => flip(path, ...everyByte(path, 500)),
    lost: 'unknown',
  },
  { title: 'a history of text', file: HISTORY_FILE, harm: replaceByText, lost: 'none' },
  { title: 'a history cut off', file: HISTORY_FILE, harm: (path) => truncateSync(path, 5000), lost: 'none' },
  { title: 'a newer history', file: HISTORY_FILE, harm: makeNewer, lost: 'none' },
]

describe('Node-RED, started again with', function () {
  this.timeout(120_000)
  const kept: KeptReader[] = []
  const userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
  let outcomes: Promise<void>[] = []
  let nodeRed: NodeRed

  before(async () => {
    for (const index of damages.keys()) kept.push(await KeptReader.start(`kept-${index}`, 200))
    const flows = flowOf(...kept.flatMap((reader) => reader.nodes()))
    nodeRed = await NodeRed.start({ flows, userDir })
    const grown = await Promise.all(kept.map((reader) => letPendingGrow(nodeRed, reader)))
    await nodeRed.stop()
    const before = grown.map((status, index) => ({ ...status, sent: sentBy(kept[index] ?? assert.fail(), nodeRed) }))
    for (const [index, { file, harm }] of damages.entries()) {
      harm(join(kept[index]?.folder(nodeRed) ?? '', file))
    }
    nodeRed = await NodeRed.start({ flows, userDir })
    outcomes = damages.map((damage, index) => {
      const [reader, pending] = [kept[index], before[index]]
      assert.ok(reader && pending)
      return goOn(nodeRed, damage, reader, pending)
    })
    await Promise.allSettled(outcomes)
  })
  after(async () => {
    await nodeRed.dispose()
    rmSync(userDir, { recursive: true })
    for (const reader of kept) await reader.close()
  })

  for (const [index, { title, lost }] of damages.entries()) {
    it(`${title}, keeps on writing, and ${lost === 'all' ? 'counts what was lost' : 'counts right'}`, () =>
      outcomes[index])
  }
})

/** Stops the historian, so that something lies in the queue. */
async function letPendingGrow(nodeRed: NodeRed, reader: KeptReader): Promise<ProcessorStatus> {
  await reader.processorWhen(nodeRed, ({ processed_total }) => processed_total > 0)
  await nodeRed.command(`${encodeURIComponent(reader.historian)}/stop`)
  return reader.processorWhen(nodeRed, ({ queue_pending }) => queue_pending >= 5)
}

async function goOn(nodeRed: NodeRed, { file, lost }: Damage, reader: KeptReader, before: Before): Promise<void> {
  if (lost === 'taken-over') await takenOver(nodeRed, reader, before.queue_pending)
  // Counted by a process that is not there yet when Node-RED begins.
  const isCounted = ({ dropped }: ProcessorStatus): boolean => lost !== 'all' || dropped >= before.queue_pending
  const { processed_total, dropped } = await reader.processorWhen(nodeRed, isCounted)
  if (lost !== 'unknown') assert.equal(processed_total, before.processed_total, 'processed_total did not survive')
  if (lost === 'none' || lost === 'taken-over') assert.equal(dropped, 0)
  await nodeRed.command(`${encodeURIComponent(reader.historian)}/start`)
  await reader.moreWritten(nodeRed)
  const { produced, status } = await reader.quiet(nodeRed, ({ samples_total }) => {
    return lost === 'unknown' ? 0 : before.sent + samples_total
  })
  assert.ok(
    Object.values(status).every((value) => typeof value !== 'number' || value >= 0),
    JSON.stringify(status),
  )
  if (lost === 'unknown') return
  assert.equal(sumOf(status), produced, JSON.stringify({ produced, ...status }))
  // A reading that the end came over may have missed the flow.
  const seen = reader.witness.sequence(nodeRed).length
  assert.ok(seen === produced || seen === produced - 1, `${seen} in the flow, ${produced} produced`)
  if (file !== QUEUE_FILE) return
  // It was the last that was put into the queue.
  const unseen = lost === 'all' ? produced - seen : 0
  await reader.assertHistory(nodeRed, { missing: status.dropped + status.queue_dead - unseen })
}

/** All that was on its way is in the new file. */
async function takenOver(nodeRed: NodeRed, reader: KeptReader, samples: number): Promise<void> {
  const report = new RegExp(`\\[collector-supervisor:${reader.name}\\] (\\d+) samples were taken over`)
  await until(() => report.test(nodeRed.output), 20_000)
  const lines = nodeRed.output.split('\n').filter((line) => line.includes(`:${reader.name}]`))
  assert.ok(Number(report.exec(nodeRed.output)?.[1]) >= samples, lines.join('\n'))
  await reader.processorWhen(nodeRed, ({ queue_pending, dropped }) => queue_pending >= samples && dropped === 0)
}

function sentBy(reader: KeptReader, nodeRed: NodeRed): number {
  const record: unknown = JSON.parse(readFileSync(join(reader.folder(nodeRed), 'processor.json'), 'utf8'))
  return Number(asRecord(asRecord(asRecord(record)?.content)?.totals)?.sent)
}

function replaceByFolder(path: string): void {
  removeDatabase(path)
  mkdirSync(join(path, 'inner'), { recursive: true })
}

function flipIn(text: string): Damage['harm'] {
  return (path) => flip(path, ...placesOf(path, text))
}

function flipRoot(name: string): Damage['harm'] {
  return (path) => flip(path, rootOf(path, name))
}

describe('the way into the database, over', function () {
  this.timeout(120_000)
  let reader: KeptReader
  let nodeRed: NodeRed
  const userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
  const start = async () => NodeRed.start({ flows: flowOf(...reader.nodes()), userDir })

  before(async () => {
    reader = await KeptReader.start('press')
    nodeRed = await start()
  })
  after(async () => {
    await nodeRed.dispose()
    rmSync(userDir, { recursive: true })
    await reader.close()
  })

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`${signal} of Node-RED, goes on counting and loses nothing; the history answers as before`, async () => {
      const before = await reader.moreWritten(nodeRed)
      const answer = (await reader.history(nodeRed)) ?? assert.fail('the history does not answer')
      await nodeRed.stop(signal)
      nodeRed = await start()
      const { processed_total } = await reader.processorWhen(nodeRed, ({ running }) => running)
      assert.ok(processed_total >= before.processed_total)
      await reader.moreWritten(nodeRed)
      assert.deepEqual((await reader.history(nodeRed))?.slice(0, answer.length), answer)
      const { status } = await reader.quiet(nodeRed, () => reader.witness.sequence(nodeRed).length)
      assert.equal(status.dropped, 0)
      // A reading that Node-RED was killed over may be there without having reached the flow.
      const written = (await reader.history(nodeRed))?.length
      await reader.processorWhen(nodeRed, (after) => after.processed_total === written)
      await reader.assertHistory(nodeRed)
      await nodeRed.command(`${reader.name}/start`)
    })
  }

  it('the deletion of the reader, is still answered by the history', async () => {
    const answer = (await reader.history(nodeRed)) ?? []
    assert.ok(answer.length > 0)
    const [supervisor] = reader.nodes()
    assert.ok(supervisor)
    await nodeRed.deploy(flowOf(supervisor))
    await nodeRed.rowGone(reader.name)
    assert.deepEqual((await reader.history(nodeRed))?.slice(0, answer.length), answer)
  })
})
