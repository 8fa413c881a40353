// What operators and deploys do to the way into the database while readings come: nothing is lost by it, and the flow does
// not notice.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Queue, QueueError } from '../../lib/queue/queue'
import { flowOf } from '../support/flows'
import { KeptReader, processorsOf, QUEUE_FILE, sumOf } from '../support/kept-reader'
import { NodeRed } from '../support/node-red'
import { childrenOf, untilGone } from '../support/processes'
import { until } from '../support/until'

describe('the way into the database, when', function () {
  this.timeout(60_000)
  this.bail(true)
  let press: KeptReader
  let mill: KeptReader
  let nodeRed: NodeRed

  before(async () => {
    press = await KeptReader.start('press')
    mill = await KeptReader.start('mill')
    nodeRed = await NodeRed.start({ flows: flowOf(...press.nodes(), ...mill.nodes()) })
    await press.processorWhen(nodeRed, ({ processed_total }) => processed_total > 0)
    await mill.processorWhen(nodeRed, ({ processed_total }) => processed_total > 0)
  })
  after(async () => {
    await nodeRed?.dispose()
    await press?.close()
    await mill?.close()
  })

  /** Deploys other settings of the first supervisor; its reader is not restarted by it. */
  async function deploy(supervisor: Record<string, unknown>, ...others: KeptReader[]): Promise<void> {
    await nodeRed.deploy(flowOf(...press.nodes(supervisor), ...others.flatMap((other) => other.nodes())))
  }

  it('the historian is stopped and started by the operator, keeps what is read meanwhile', async () => {
    await nodeRed.command(`${encodeURIComponent(press.historian)}/stop`)
    const status = await press.processorWhen(nodeRed, ({ queue_pending }) => queue_pending >= 20)
    assert.deepEqual({ running: status.running, workers: status.workers }, { running: false, workers: 0 })
    await nodeRed.command(`${encodeURIComponent(press.historian)}/start`)
    await press.processorWhen(nodeRed, ({ queue_pending, running }) => running && queue_pending < 20)
    await press.witness.assertUndisturbed(nodeRed)
  })

  it('it is to keep nothing any more, and then again, goes on counting', async () => {
    const before = await press.processor(nodeRed)
    const { pid } = await nodeRed.row(press.historian)
    await deploy({ historian: 'none' }, mill)
    await nodeRed.rowGone(press.historian)
    await untilGone([pid ?? 0], 5000)
    assert.deepEqual(Object.keys(await processorsOf(nodeRed)), [mill.name])
    await deploy({}, mill)
    const { processed_total } = await press.moreWritten(nodeRed)
    assert.ok(processed_total > before.processed_total)
    await press.witness.assertUndisturbed(nodeRed)
  })

  it('its supervisor is renamed, gets another queue and two workers, goes on counting', async () => {
    const before = await press.processor(nodeRed)
    await deploy({ name: 'hall', queueCapacity: 2, workers: 2 }, mill)
    await nodeRed.rowWhen('historian hall 2', ({ status }) => status === 'running')
    await nodeRed.rowGone(press.historian)
    const isSharing = async () => (await processorsOf(nodeRed)).hall?.workers === 2
    while (!(await isSharing())) await press.witness.moreSamples(nodeRed, 1)
    const after = (await processorsOf(nodeRed)).hall
    assert.ok(after && after.processed_total >= before.processed_total)
    assert.equal((await processorsOf(nodeRed))[press.name], undefined)
    await press.witness.moreSamples(nodeRed, 40)
    await deploy({}, mill)
    await nodeRed.rowGone('historian hall 2')
    await press.moreWritten(nodeRed)
    await press.witness.assertUndisturbed(nodeRed)
  })

  it('all processes are stopped and started again, loses nothing', async () => {
    await nodeRed.command('stop-all')
    assert.ok((await nodeRed.rows()).every(({ status }) => status === 'stopped'))
    const { running } = await press.processor(nodeRed)
    assert.equal(running, false)
    await nodeRed.command('start-all')
    await press.moreWritten(nodeRed)
  })

  it('another supervisor is deleted, goes on, and nothing of the other is left', async () => {
    const rows = await nodeRed.rows()
    const gone = rows.filter(({ supervisor }) => supervisor === mill.name).map(({ pid }) => pid ?? 0)
    assert.equal(gone.length, 2)
    await deploy({})
    await untilGone(gone, 10_000)
    await until(() => childrenOf(nodeRed.pid).length === 2, 5000)
    assert.deepEqual(Object.keys(await processorsOf(nodeRed)), [press.name])
    await press.moreWritten(nodeRed)
  })

  it('all is over, has every reading of the time in which it was to keep them', async () => {
    await nodeRed.command(`${press.name}/stop`)
    const seen = press.witness.sequence(nodeRed)
    const kept = new Set<number>()
    while (!kept.has(seen.at(-1) ?? -1)) for (const value of (await press.history(nodeRed)) ?? []) kept.add(value)
    const status = await press.processorWhen(nodeRed, ({ processed_total }) => processed_total === kept.size)
    assert.equal(sumOf(status), kept.size, JSON.stringify(status))
    // Those that were read while nothing was kept come one after the other.
    const missing = seen.filter((value) => !kept.has(value))
    const [first = 0] = missing
    assert.deepEqual(
      missing,
      Array.from(missing.keys(), (index) => first + index),
    )
  })
})

describe('a queue to the database that is full and must not give up anything', function () {
  this.timeout(60_000)
  let reader: KeptReader
  let nodeRed: NodeRed

  before(async () => {
    reader = await KeptReader.start('dam', 20)
    const supervisor = { queueCapacity: 1, queueFull: 'block', batchSize: 1 }
    nodeRed = await NodeRed.start({ flows: flowOf(...reader.nodes(supervisor)) })
    await reader.processorWhen(nodeRed, ({ processed_total }) => processed_total > 0)
  })
  after(async () => {
    await nodeRed.dispose()
    await reader.close()
  })

  it('lets the reader wait, says so, and counts what is given up in the end', async () => {
    const queue = Queue.connect(join(reader.folder(nodeRed), QUEUE_FILE))
    const filled = fillUp(queue)
    const { last_error } = await reader.processorWhen(nodeRed, (status) => status.last_error !== null)
    assert.match(last_error ?? '', /nothing of "dam" gets into the queue to the database: .*the queue is full/)
    const row = await nodeRed.rowWhen(reader.name, (one) => one.last_error !== null)
    assert.match(row.last_error ?? '', /not kept for the history: .*the queue is full/)
    await reader.witness.assertUndisturbed(nodeRed)

    // Room again: what waited is written.
    const some = queue.receive(STRANGER, { max: 20, leaseMs: 10_000 })
    queue.ack(some.map(({ id }) => id))
    await nodeRed.rowWhen(reader.name, (one) => one.last_error === null)
    await reader.moreWritten(nodeRed)
    assert.equal((await reader.processor(nodeRed)).dropped, 0)

    // Full for good: what waits when the reader is stopped is lost, and counted.
    const more = fillUp(queue)
    await nodeRed.rowWhen(reader.name, (one) => one.last_error !== null)
    await reader.witness.moreSamples(nodeRed, 20)
    await nodeRed.command(`${reader.name}/stop`)
    const { samples_total } = await nodeRed.row(reader.name)
    const status = await reader.processorWhen(nodeRed, (one) => sumOf(one) >= samples_total + filled + more)
    assert.equal(sumOf(status), samples_total + filled + more)
    assert.ok(status.dropped >= 20, `${status.dropped} dropped`)
    queue.close()
  })
})

const STRANGER = 'stranger'

/** With messages for somebody else; returns how many. */
function fillUp(queue: Queue): number {
  for (let count = 0, bytes = 16_384; ; ) {
    try {
      queue.send({ origin: STRANGER, to: STRANGER, title: 'x', time: '', data: new Uint8Array(bytes) })
      count++
    } catch (error) {
      if (!(error instanceof QueueError && error.kind === 'QueueFull')) throw error
      if (bytes === 1) return count
      bytes = Math.floor(bytes / 2)
    }
  }
}
