// What the live queue costs those who send and the one who reads, alone and among other senders; beside the same bytes
// through bare SQLite.

import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { LIVE_CAPACITY_BYTES } from '../lib/contract/limits'
import { Queue, QueueError } from '../lib/queue/queue'
import { quantile } from './measure/statistic'
import { sampleEnvelope } from './queue-sender'

/** µs, one value per run. */
export type QueueCost = {
  /** Processes that send every 10 ms meanwhile. */
  others: number
  sendP50: number[]
  sendP99: number[]
  /** For each message, read in the portions that gather in 20 ms. */
  tail: number[]
  /** For each message, when they are removed. */
  discard: number[]
}
export type BareSqlite = { insertP50: number[]; insertP99: number[]; select: number[] }

const FOLDER = '/dev/shm'
const SENDS = 1000
const SEND_EVERY_MS = 1
const DRAIN_EVERY = 20
const OTHERS_MS = 10
const PORTION = 64

export async function measureQueue(runs: number, others: number): Promise<QueueCost> {
  const cost: QueueCost = { others, sendP50: [], sendP99: [], tail: [], discard: [] }
  const folder = mkdtempSync(join(FOLDER, 'collectors-bench-'))
  const children: ChildProcess[] = []
  try {
    const path = join(folder, 'live.queue')
    const consumer = Queue.create(path, { capacityBytes: LIVE_CAPACITY_BYTES })
    const sender = Queue.connect(path)
    for (let index = 0; index < others; index++) {
      children.push(fork(join(__dirname, 'queue-sender.js'), [path, String(OTHERS_MS)]))
    }
    // Their start costs more than their sending.
    if (others > 0) await delay(2000)
    await measureRun(sender, consumer)
    for (let run = 0; run < runs; run++) {
      const { sends, tail, discard } = await measureRun(sender, consumer)
      cost.sendP50.push(quantile(sends, 0.5))
      cost.sendP99.push(quantile(sends, 0.99))
      cost.tail.push(tail)
      cost.discard.push(discard)
    }
    sender.close()
    consumer.close()
    return cost
  } finally {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureRun(sender: Queue, consumer: Queue): Promise<{ sends: number[]; tail: number; discard: number }> {
  const sends: number[] = []
  let cursor = consumer.lastId()
  let [messages, tailUs, discardUs] = [0, 0, 0]
  for (let sent = 1; sent <= SENDS; sent++) {
    const envelope = sampleEnvelope(sent)
    sends.push(microseconds(() => sender.send(envelope)))
    if (sent % DRAIN_EVERY === 0) {
      tailUs += microseconds(() => {
        for (;;) {
          const portion = consumer.tail(cursor, PORTION)
          messages += portion.length
          cursor = portion.at(-1)?.id ?? cursor
          if (portion.length < PORTION) return
        }
      })
      if (sent % (10 * DRAIN_EVERY) === 0) discardUs += microseconds(() => discard(consumer, cursor))
    }
    await delay(SEND_EVERY_MS)
  }
  return { sends, tail: tailUs / messages, discard: discardUs / messages }
}

function discard(queue: Queue, cursor: number): void {
  try {
    queue.discardThrough(cursor)
  } catch (error) {
    if (!(error instanceof QueueError && error.busy)) throw error
  }
}

/** The floor: one table, one statement, no order, no checks, no limits. */
export async function measureBareSqlite(runs: number): Promise<BareSqlite> {
  const cost: BareSqlite = { insertP50: [], insertP99: [], select: [] }
  const folder = mkdtempSync(join(FOLDER, 'collectors-bench-'))
  try {
    const open = (): DatabaseSync => {
      const database = new DatabaseSync(join(folder, 'bare.sqlite'))
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
      return database
    }
    const [writer, reader] = [open(), open()]
    writer.exec('CREATE TABLE message (id INTEGER PRIMARY KEY, body BLOB)')
    const insert = writer.prepare('INSERT INTO message (body) VALUES (?)')
    const select = reader.prepare('SELECT id, body FROM message WHERE id > ? ORDER BY id')
    let cursor = 0
    for (let run = -1; run < runs; run++) {
      const inserts: number[] = []
      let selectUs = 0
      for (let sent = 1; sent <= SENDS; sent++) {
        const { data } = sampleEnvelope(sent)
        inserts.push(microseconds(() => void insert.run(data)))
        if (sent % DRAIN_EVERY === 0) {
          selectUs += microseconds(() => {
            cursor = Number(select.all(cursor).at(-1)?.id ?? cursor)
          })
        }
        await delay(SEND_EVERY_MS)
      }
      if (run < 0) continue
      cost.insertP50.push(quantile(inserts, 0.5))
      cost.insertP99.push(quantile(inserts, 0.99))
      cost.select.push(selectUs / SENDS)
    }
    reader.close()
    writer.close()
    return cost
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function microseconds(work: () => void): number {
  const startedAt = performance.now()
  work()
  return (performance.now() - startedAt) * 1000
}
