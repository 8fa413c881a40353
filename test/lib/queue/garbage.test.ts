import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { CAPACITY_MIN_BYTES, Queue } from '../../../lib/queue/queue'
import { closing, drain, envelope, scratchFolder, sql, TIME } from './scratch'

type Column = string | number | bigint | Uint8Array | null
type Columns = {
  recipient?: Column
  title?: Column
  origin?: Column
  time?: Column
  priority?: Column
  kind?: Column
  crc?: Column
  body?: Column
}

const GOOD_BODY = Buffer.from('"good"')
const HUGE = 9_223_372_036_854_775_807n

function insert(path: string, columns: Columns): void {
  const row: Required<Columns> = {
    recipient: 'reader',
    title: 'samples',
    origin: 'somebody',
    time: TIME,
    priority: 0,
    kind: 1,
    crc: crc32(GOOD_BODY),
    body: GOOD_BODY,
    ...columns,
  }
  const names = Object.keys(row)
  sql(
    path,
    `INSERT INTO message (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    ...Object.values(row),
  )
}

const broken = Buffer.from('{"a":')
const garbage: [string, Columns][] = [
  ['a recipient that is NULL', { recipient: null }],
  ['a recipient that is bytes', { recipient: new Uint8Array([1, 2]) }],
  ['an absurd recipient', { recipient: 'x'.repeat(1_000_000) }],
  ['no title', { title: null }],
  ['an absurd title', { title: 'x'.repeat(100_000) }],
  ['no origin', { origin: null }],
  ['no time', { time: null }],
  ['a body that is NULL', { body: null }],
  ['a body that is text', { body: '"good"' }],
  ['a body that is a number', { body: 17 }],
  ['an absurd body', { body: new Uint8Array(200_000), kind: 0, crc: crc32(new Uint8Array(200_000)) }],
  ['a wrong CRC', { crc: 1 }],
  ['no CRC', { crc: null }],
  ['a CRC that no JavaScript number can hold', { crc: HUGE }],
  ['a negative CRC', { crc: -1 }],
  ['an unknown kind', { kind: 200 }],
  ['a kind that no JavaScript number can hold', { kind: -HUGE }],
  ['a kind that is text', { kind: 'raw' }],
  ['JSON that is none, with the right CRC', { body: broken, crc: crc32(broken) }],
]

describe('garbage in a queue', () => {
  const folder = scratchFolder()
  const keep = closing()
  const make = () =>
    keep(Queue.create(folder.file(), { capacityBytes: 4 * 1024 * 1024, messageBytes: 100_000, busyTimeoutMs: 0 }))

  for (const [name, columns] of garbage) {
    it(`becomes a dead letter for the drain, and what is around it goes on: ${name}`, () => {
      const queue = make()
      queue.send(envelope('before'))
      insert(queue.path, columns)
      queue.send(envelope('after'))
      assert.deepEqual(drain(queue), ['before', 'after'])
      const { dead, pending, dropped } = queue.status()
      assert.deepEqual({ dead, pending, dropped }, { dead: 1, pending: 2, dropped: 0 })
      const [letter] = sql(queue.path, 'SELECT id, reason FROM dead_letter') as { id: number; reason: string }[]
      assert.equal(letter?.id, 2)
      assert.match(letter?.reason ?? '', /^(CorruptedData|DeserializationFailed): /)
    })

    it(`never comes out of a receive: ${name}`, () => {
      const queue = make()
      insert(queue.path, { ...columns, priority: 9 })
      queue.send(envelope('good'))
      const received = queue.receive('reader', { max: 10 }).map((message) => message.data)
      assert.deepEqual(received, ['good'])
    })
  }

  it('of a priority that no JavaScript number can hold is a message like others', () => {
    const queue = make()
    insert(queue.path, { priority: HUGE })
    assert.deepEqual(drain(queue), ['good'])
    assert.equal(queue.receive('reader', { max: 1 }).length, 1)
  })

  it('is only taken by its own recipient, or the drain', () => {
    const queue = make()
    insert(queue.path, { crc: 1 })
    assert.deepEqual(queue.receive('another', { max: 10 }), [])
    assert.equal(queue.status().dead, 0)
  })

  it('is skipped while somebody else writes, and moved as soon as that is possible', () => {
    const queue = make()
    const writer = keep(new DatabaseSync(queue.path))
    for (let row = 0; row < 5; row++) insert(queue.path, { crc: 1 })
    queue.send(envelope('good'))
    writer.exec('BEGIN IMMEDIATE')
    assert.deepEqual(drain(queue), ['good'])
    assert.deepEqual(drain(queue), ['good'])
    assert.equal(queue.tail(0, 1).length, 1)
    assert.equal(queue.status().dead, 0)
    writer.exec('COMMIT')
    // the cursor is beyond them; they are moved all the same
    assert.deepEqual(drain(queue, queue.lastId()), [])
    const { dead, pending } = queue.status()
    assert.deepEqual({ dead, pending }, { dead: 5, pending: 1 })
    assert.deepEqual(drain(queue), ['good'])
    assert.equal(queue.status().dead, 5)
  })

  it('that was noted is kept when it is discarded with the rest', () => {
    const queue = make()
    const writer = keep(new DatabaseSync(queue.path))
    insert(queue.path, { crc: 1 })
    writer.exec('BEGIN IMMEDIATE')
    assert.deepEqual(drain(queue), [])
    writer.exec('COMMIT')
    assert.equal(queue.discardThrough(1), 0)
    assert.equal(queue.status().dead, 1)
  })

  it('is kept as evidence, cut to a size', () => {
    const queue = make()
    insert(queue.path, { body: 'y'.repeat(50_000), title: 'x'.repeat(5000), origin: 'known' })
    drain(queue)
    const [letter] = sql(queue.path, 'SELECT title, origin, length(body) AS bytes FROM dead_letter')
    assert.deepEqual({ ...(letter as object) }, { title: null, origin: 'known', bytes: 2048 })
  })

  it('in a flood is bounded, and counted: what falls out at the other end counts as dropped', () => {
    const queue = make()
    const flood = keep(new DatabaseSync(queue.path))
    flood.exec('BEGIN')
    const row = flood.prepare('INSERT INTO message (recipient, body) VALUES (NULL, ?)')
    for (let count = 0; count < 1000; count++) row.run(new Uint8Array(1800))
    flood.exec('COMMIT')
    queue.send(envelope('good'))
    assert.deepEqual(drain(queue), ['good'])
    const { dead, dropped, pending } = queue.status()
    // a quarter of the capacity, 200 bytes more for each
    assert.ok(dead <= 524 && dead > 450, `${dead} are dead`)
    assert.deepEqual({ all: dead + dropped, pending }, { all: 1000, pending: 1 })
  })

  it('that fills the whole queue gives way to new messages', () => {
    const queue = make()
    insert(queue.path, { body: new Uint8Array(6 * 1024 * 1024) })
    queue.send(envelope('good'))
    assert.deepEqual(drain(queue), ['good'])
    assert.equal(queue.status().dropped, 1)
  })

  it('does not take the room of messages for ever, dead as it is', () => {
    const queue = keep(Queue.create(folder.file(), { capacityBytes: CAPACITY_MIN_BYTES }))
    for (let row = 0; row < 100; row++) insert(queue.path, { body: 'y'.repeat(2000) })
    drain(queue)
    const { dead, dropped } = queue.status()
    assert.deepEqual({ dead, dropped }, { dead: 14, dropped: 86 })
    queue.send(envelope('good'))
    assert.deepEqual(drain(queue), ['good'])
  })

  it('with ids out of range is refused by the file itself', () => {
    const queue = make()
    for (const id of [0, -5, HUGE]) {
      assert.throws(() => sql(queue.path, 'INSERT INTO message (id) VALUES (?)', id), /CHECK/)
    }
  })
})
