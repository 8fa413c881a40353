import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../lib/child/clock'
import { encodeBatch } from '../../../lib/contract/batch'
import type { QueueSettings } from '../../../lib/contract/historian-config'
import { HISTORIAN, TITLE_READINGS } from '../../../lib/contract/limits'
import type { ProcessRow } from '../../../lib/contract/process-row'
import type { ProcessorStatus } from '../../../lib/contract/processor-status'
import { encodeReadings, encodeSource } from '../../../lib/contract/readings'
import { DurableLane } from '../../../lib/historian/durable-lane'
import { monotonicExactMs } from '../../../lib/queue/monotonic'
import { Queue } from '../../../lib/queue/queue'
import { FileWriter } from '../../../nodes/collector-supervisor/file-writer'
import { Processor } from '../../../nodes/collector-supervisor/processor'
import { processRow } from '../../support/process-row'
import { until } from '../../support/until'

describe('the way into the database', () => {
  const files = new FileWriter()
  let folder: string
  let processor: Processor | undefined
  let lane: DurableLane | undefined
  let workers: ProcessRow[]
  let senderTrouble: string | undefined
  let replaced: unknown[]
  let told: ProcessorStatus[]
  const reports: string[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'collectors-processor-'))
    workers = [processRow('historian', { type: 'historian' })]
    senderTrouble = undefined
    replaced = []
    told = []
    reports.length = 0
  })
  afterEach(async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  })

  const path = (): string => join(folder, 'durable.queue')
  const settings = (parts: Partial<QueueSettings> = {}): QueueSettings => ({
    path: path(),
    capacityBytes: 4 * 2 ** 20,
    whenFull: 'drop-oldest',
    durability: 'commit',
    ...parts,
  })

  /** With the keeper of the queue, as it is in the historian's process. */
  function open(at: QueueSettings | 'none' = settings(), wallClock = () => new Date()): Processor {
    const opened = new Processor(
      join(folder, 'processor.json'),
      files,
      at === 'none' ? undefined : { path: at.path, capacityBytes: at.capacityBytes, flushMs: 1000, batchSize: 5000 },
      {
        replaced: (ref) => replaced.push(ref),
        changed: (status) => told.push(status),
        report: (text) => reports.push(text),
        workers: () => workers,
        senderTrouble: () => senderTrouble,
      },
      { now: () => performance.now(), wallClock },
    )
    processor = opened
    if (at === 'none') return opened
    const listener = {
      changed: opened.queueChanged.bind(opened),
      suspected: () => void Promise.resolve().then(() => lane?.judged(Queue.damageOf(at.path, 'deep'))),
      status: opened.counted.bind(opened),
    }
    lane = new DurableLane(at, opened.known, listener, systemClock)
    return opened
  }

  async function close(): Promise<void> {
    lane?.close()
    lane = undefined
    processor?.close()
    await files.settled(5000)
  }

  /** As a collector does. */
  function send(count: number, weight = 3): void {
    const queue = Queue.connect(path())
    for (let index = 0; index < count; index++) queue.send({ ...message(index), weight })
    queue.close()
  }

  function message(index: number) {
    const columns = ['a', 'b', 'c'].map((name) => ({ name, unit: '', kind: 'number' as const }))
    const source = encodeSource({ collector: 'press', type: 'modbus', measurement: 'm', pointTags: {}, columns })
    const batch = { generation: 1, revision: 1, cycle: 1, time: 1e12 + index, bad: new Map(), sourceTimes: new Map() }
    const data = encodeReadings(source, [encodeBatch({ ...batch, values: [1, 2, 3] })])
    return { origin: 'press', to: HISTORIAN, title: TITLE_READINGS, time: new Date(0).toISOString(), data }
  }

  /** As a historian does. */
  function deliver(count: number, how: (queue: Queue, ids: number[]) => void = (queue, ids) => queue.ack(ids)): void {
    const queue = Queue.connect(path())
    const ids = queue.receive(HISTORIAN, { max: count, leaseMs: 60_000 }).map(({ id }) => id)
    assert.equal(ids.length, count)
    how(queue, ids)
    queue.close()
  }

  const statusWhen = async (fits: (status: ProcessorStatus) => boolean): Promise<ProcessorStatus> => {
    await until(() => told.some(fits), 5000)
    return told.findLast(fits) ?? assert.fail()
  }

  it('is none where no history is kept, and makes no file', () => {
    const none = open('none')
    assert.equal(none.status(), undefined)
    assert.equal(none.ref, undefined)
    assert.deepEqual(readdirSync(folder), [])
  })

  it('counts samples wherever they are', async () => {
    open()
    send(10)
    deliver(4)
    deliver(1, (queue, ids) => queue.retry(ids, { delayMs: 60_000, reason: 'down' }))
    deliver(2, (queue, ids) => queue.dead(ids, 'bad'))
    const status = await statusWhen(({ queue_dead }) => queue_dead === 6)
    assert.deepEqual(
      { ...status, speed: 0 },
      {
        running: true,
        workers: 1,
        queue_pending: 9,
        queue_retry: 3,
        queue_dead: 6,
        processed_total: 12,
        processed_today: 12,
        speed: 0,
        last_error: null,
        dropped: 0,
      },
    )
  })

  it('tells of workers, and what keeps them from working', () => {
    const one = open()
    workers = [
      processRow('h1', { type: 'historian', status: 'running', last_error: null }),
      processRow('h2', { type: 'historian', status: 'crashed', last_error: '401: look at the token' }),
    ]
    one.changed()
    const { running, workers: count, last_error } = told.at(-1) ?? assert.fail()
    assert.deepEqual([running, count, last_error], [true, 1, '401: look at the token'])
    const before = told.length
    one.changed()
    assert.equal(told.length, before, 'nothing is told twice')
  })

  it('tells of readings that do not get into the queue', () => {
    const one = open()
    senderTrouble = 'the disk is full'
    assert.equal(one.status()?.last_error, 'the disk is full')
    workers = [processRow('h1', { type: 'historian', last_error: '401: look at the token' })]
    assert.equal(one.status()?.last_error, '401: look at the token')
  })

  it('tells each cause of dead letters once, and the last one as long as there are any', async () => {
    const one = open()
    const force = { measurement: 'press', field: 'force', reason: 'type conflict', count: 3 }
    const speed = { ...force, field: 'speed' }
    assert.deepEqual(one.refused([force, speed]), [force, speed])
    assert.deepEqual(one.refused([force]), [])
    assert.equal(one.status()?.last_error, null, 'there are none yet')
    send(1)
    deliver(1, (queue, ids) => queue.dead(ids, 'type conflict'))
    const { last_error } = await statusWhen(({ queue_dead }) => queue_dead === 3)
    assert.equal(
      last_error,
      '3 values are dead letters; the last cause: the database refuses "force" of "press": type conflict',
    )
    const queue = Queue.connect(path())
    assert.equal(queue.requeueDead(queue.deadIds({ after: 0, max: 10 })), 1)
    queue.close()
    await until(() => told.at(-1)?.queue_dead === 0 && told.at(-1)?.last_error === null, 5000)
    assert.deepEqual(one.refused([force]), [force], 'what comes again after that is told again')
  })

  it('goes on counting over a restart', async () => {
    open()
    send(5)
    deliver(3)
    await statusWhen(({ processed_total }) => processed_total === 9)
    await close()
    told.length = 0
    open()
    const { processed_total, processed_today, queue_pending } = await statusWhen(() => true)
    assert.deepEqual([processed_total, processed_today, queue_pending], [9, 9, 6])
  })

  it('does not believe a record in which a digit is another: it is kept and told, and its copy counts', async () => {
    open()
    send(4)
    await close()
    const record = join(folder, 'processor.json')
    const text = readFileSync(record, 'utf8')
    assert.match(text, /"sent":12/)
    writeFileSync(record, text.replace('"sent":12', '"sent":92'))
    rmSync(path())
    open()
    await until(() => told.at(-1)?.dropped === 12)
    assert.match(
      reports.join(),
      /counts .* damaged, which is kept as processor\.json\.corrupt-\S+: the other copy was used/,
    )
  })

  it('begins its counts anew where no copy can be read, and says so', async () => {
    for (const name of ['processor.json', 'processor.json.copy']) writeFileSync(join(folder, name), '{"day":')
    open()
    assert.match(reports.join(), /counts .* damaged, .* and .*: counting since midnight begins anew/)
  })

  it('counts today from local midnight', async () => {
    let time = new Date(2026, 10, 22, 23, 59, 59)
    open(settings(), () => time)
    send(5)
    deliver(3)
    await statusWhen(({ processed_today }) => processed_today === 9)
    time = new Date(2026, 10, 23, 0, 0, 1)
    await statusWhen(({ processed_today, processed_total }) => processed_today === 0 && processed_total === 9)
    deliver(1)
    await statusWhen(({ processed_today, processed_total }) => processed_today === 3 && processed_total === 12)
  })

  it('makes a new file in the place of one that is deleted, and counts what was in it as lost', async () => {
    open()
    send(5)
    deliver(2)
    await statusWhen(({ queue_pending }) => queue_pending === 9)
    replaced.length = 0
    for (const file of readdirSync(folder).filter((name) => name.startsWith('durable'))) rmSync(join(folder, file))
    const status = await statusWhen(({ dropped }) => dropped === 9)
    assert.deepEqual([status.queue_pending, status.processed_total], [0, 6])
    assert.equal(replaced.length, 1)
    assert.match(reports.join(), /is gone: a new one was made/)
    send(1)
    await statusWhen(({ queue_pending }) => queue_pending === 3)
  })

  it('goes on counting though the file has gone between two runs, and though no history was kept meanwhile', async () => {
    const one = open()
    send(5)
    deliver(2)
    await statusWhen(({ queue_pending }) => queue_pending === 9)
    lane?.close()
    lane = undefined
    one.configure(undefined)
    await close()
    for (const file of readdirSync(folder).filter((name) => name.startsWith('durable'))) rmSync(join(folder, file))
    told.length = 0
    open()
    const status = await statusWhen(() => true)
    assert.deepEqual([status.queue_pending, status.processed_total, status.dropped], [0, 6, 9])
  })

  it('keeps an intact file that a process cannot get on with, and has all processes open it anew', async () => {
    open()
    send(5)
    replaced.length = 0
    await until(() => {
      lane?.distrust('a page is damaged', 'of another')
      return replaced.length === 1
    }, 10_000)
    assert.match(reports.join(), /was looked at and is intact, though a process says: a page is damaged/)
    await statusWhen(({ queue_pending }) => queue_pending === 15)
  })

  it('starts with a file that is none: it is set aside, and the counts go on', async () => {
    open()
    send(5)
    deliver(2)
    await statusWhen(({ queue_pending }) => queue_pending === 9)
    await close()
    writeFileSync(path(), 'no queue at all')
    for (const end of ['-wal', '-shm']) rmSync(path() + end, { force: true })
    told.length = 0
    open()
    const status = await statusWhen(() => true)
    assert.deepEqual([status.queue_pending, status.processed_total, status.dropped], [0, 6, 9])
    assert.ok(readdirSync(folder).some((name) => name.includes('.corrupt-')))
  })

  it('says why there is no queue, and makes it once that is possible', async () => {
    const blocked = join(folder, 'file', 'durable.queue')
    writeFileSync(join(folder, 'file'), 'no folder')
    open(settings({ path: blocked }))
    assert.match(processor?.status()?.last_error ?? '', /^there is no queue to the database: /)
    assert.ok(!existsSync(blocked))
    replaced.length = 0
    rmSync(join(folder, 'file'))
    await until(() => existsSync(blocked), 10_000)
    assert.equal(replaced.length, 1, 'the collectors open it')
  })

  it('knows from where a new file has to go on counting', async () => {
    const one = open()
    send(5)
    deliver(2)
    await statusWhen(({ queue_pending }) => queue_pending === 9)
    const { atMs = 0, ...totals } = one.known ?? assert.fail()
    assert.deepEqual(totals, { sent: 15, delivered: 6, dropped: 0 })
    assert.ok(atMs <= monotonicExactMs())
  })
})
