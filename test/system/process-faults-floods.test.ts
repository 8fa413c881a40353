// A process that takes or gives too much: memory and output. Node-RED stays usable, and does not grow.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Queue } from '../../lib/queue/queue'
import { peakMemoryMb, Stage } from '../fixtures/hostile/stage'
import { eventWhen } from '../support/events'
import { SUPERVISOR } from '../support/flows'

/**
 * What Node-RED may grow by meanwhile. Reading a gigabyte a second leaves buffers for the garbage collector, 130 to 160 MB
 * at the peak; what is kept of a gigabyte would show as a multiple of it.
 */
const GROWTH_MAX_MB = 400

describe('a process without measure', function () {
  this.timeout(60_000)
  let stage: Stage
  let memoryBefore: number

  before(async () => {
    const names = [
      'leak-heap',
      'leak-buffers',
      'flood-lines',
      'flood-line-ends',
      'endless-line',
      'flood-for-ever',
      'flood-live',
    ]
    stage = await Stage.start({ hostile: Object.fromEntries(names.map((name) => [name, {}])) })
    for (const name of names) await stage.nodeRed.rowWhen(name, ({ tags }) => tags.good === 1)
    memoryBefore = peakMemoryMb(stage.nodeRed.pid)
  })
  after(() => stage.close())
  afterEach(async () => {
    await stage.assertUnharmed()
    const growth = peakMemoryMb(stage.nodeRed.pid) - memoryBefore
    assert.ok(growth < GROWTH_MAX_MB, `Node-RED grew by ${growth} MB`)
  })

  it('that leaks in the heap of JavaScript dies of it, and is restarted', async () => {
    await stage.puppeteer.order('leak-heap', 'leak-heap')
    const event = await eventWhen(stage.nodeRed, 'leak-heap', ({ to }) => to === 'crashed', { from: 0 })
    assert.deepEqual(event.exit, { code: null, signal: 'SIGABRT' })
    assert.match(event.log?.join('\n') ?? '', /heap out of memory/)
    await assertBack('leak-heap')
  })

  it('that leaks a gigabyte outside of it is killed above the limit, and restarted', async () => {
    await stage.puppeteer.order('leak-buffers', 'leak-buffers')
    const event = await eventWhen(stage.nodeRed, 'leak-buffers', ({ to }) => to === 'stopping', { from: 0 })
    assert.match(event.reason, /^memory: \d+ MB, the limit is 256 MB$/)
    const row = await assertBack('leak-buffers')
    assert.match(row.last_error ?? '', /^memory: \d+ MB, the limit is 256 MB$/)
  })

  for (const flood of ['flood-lines', 'flood-line-ends'] as const) {
    it(`that writes 100 MB a second to stdout (${flood}) goes on reading, and its log tells of it`, async () => {
      await stage.puppeteer.order(flood, flood)
      await stage.logged(flood, /stderr: the flood is over/)
      await stage.logged(flood, /stdout: dry land/)
      await assertNeverRestarted(flood)
      assert.match(await stage.logText(flood), /suppressed/)
    })
  }

  it('that writes a gigabyte without a line end goes on reading, and its log has the beginning of it', async () => {
    await stage.puppeteer.order('endless-line', 'endless-line')
    await stage.logged('endless-line', /stdout: the line is over/)
    await assertNeverRestarted('endless-line')
    assert.match(await stage.logText('endless-line'), /stdout: x{8192} \(\d+ bytes cut\)/)
  })

  it('that floods stdout without an end is told and ended, and restarted', async () => {
    await stage.puppeteer.order('flood-for-ever', 'flood-for-ever')
    const event = await eventWhen(stage.nodeRed, 'flood-for-ever', ({ to }) => to === 'stopping', { from: 0 })
    assert.equal(event.reason, 'floods its output for more than 10 s')
    await assertBack('flood-for-ever')
  })

  it('that floods the live queue is told and ended at once, and the others lose nothing and are not late', async () => {
    const { nodeRed } = stage
    const folder: unknown = JSON.parse(
      readFileSync(join(nodeRed.userDir, 'collectors', SUPERVISOR, 'live.json'), 'utf8'),
    )
    const queue = Queue.connect(join(String(folder), 'live.queue'))
    const message = { origin: 'flood-live', to: 'id-flood-live', title: 'samples', data: new Uint8Array(200), time: '' }
    const flood = Array.from({ length: 200 }, () => message)
    const isStopped = async (): Promise<boolean> => (await nodeRed.row('flood-live')).status !== 'running'
    // As its process would do it, whose writing is not held up by a look at the row.
    for (let stop = false; !stop; ) {
      for (let round = 0; round < 20; round++) queue.send(flood)
      stop = await isStopped()
    }
    queue.close()
    const event = await eventWhen(nodeRed, 'flood-live', ({ to }) => to === 'stopping', { from: 0 })
    assert.equal(event.reason, 'floods the live queue with readings, at the cost of the others')
    await assertBack('flood-live')
  })

  async function assertBack(name: string) {
    const row = await stage.nodeRed.rowWhen(name, ({ generation, link }) => generation === 2 && link === 'connected')
    assert.equal(row.restart_count, 1)
    await stage.readsAgain(name)
    return row
  }

  async function assertNeverRestarted(name: string): Promise<void> {
    await stage.readsAgain(name)
    const { status, restart_count } = await stage.nodeRed.row(name)
    assert.deepEqual({ status, restart_count }, { status: 'running', restart_count: 0 })
  }
})
