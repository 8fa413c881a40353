// The historian and real databases: what was written is read back with their own queries and compared value by value.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { systemClock } from '../../lib/child/clock'
import { KeptTimes } from '../../lib/collector/source-times'
import type { TagKind, Value } from '../../lib/contract/batch'
import type { InfluxTarget } from '../../lib/contract/influx-target'
import { HISTORIAN, TITLE_READINGS } from '../../lib/contract/limits'
import { Historian } from '../../lib/historian/historian'
import { InfluxSink } from '../../lib/historian/influx-sink'
import type { Reading } from '../../lib/historian/reading'
import type { Sink, Verdict } from '../../lib/historian/sink'
import { Queue } from '../../lib/queue/queue'
import { batchOf, bodyOf, readingOf, sourceOf } from '../lib/historian/readings-of-test'
import { InfluxServer } from '../support/influx-servers'
import { GOOD_NAMES } from '../support/names'
import { temporaryFolder } from '../support/temporary-folder'
import { until } from '../support/until'

const never = new AbortController().signal
const NOTHING = { org: '', bucket: '', database: '', token: '', username: '', password: '' }

async function write(target: InfluxTarget, readings: readonly Reading[], timeoutMs = 10_000): Promise<Verdict> {
  const sink = new InfluxSink(target, systemClock, { timeoutMs })
  try {
    return await sink.write(readings, never)
  } finally {
    sink.close()
  }
}

function send(queue: Queue, data: Uint8Array, weight: number): void {
  queue.send({ origin: 'press 1', to: HISTORIAN, title: TITLE_READINGS, time: '', data, weight })
}

function watched(sink: Sink, seen: (verdict: Verdict) => void): Sink {
  return {
    async write(readings, signal) {
      const verdict = await sink.write(readings, signal)
      seen(verdict)
      return verdict
    },
    close: () => sink.close(),
  }
}

/** Runs a historian on the queue until all is delivered or dead. */
async function drain(
  target: InfluxTarget,
  queue: Queue,
  whileRunning = async () => {},
  seen: (verdict: Verdict) => void = () => {},
): Promise<string[]> {
  const links: string[] = []
  const nothing = (): void => {}
  const historian = new Historian({
    open: () => Queue.connect(queue.path),
    sink: watched(new InfluxSink(target, systemClock, { timeoutMs: 1000 }), seen),
    clock: systemClock,
    chance: Math.random,
    batchSize: 5000,
    report: ({ link }) => links.push(link),
    log: nothing,
    progress: { cycle: nothing, delivered: nothing, refused: nothing, failed: nothing },
  })
  const running = historian.run()
  try {
    await whileRunning()
    await until(() => {
      const { sent, delivered, dead } = queue.status()
      return sent === delivered + dead
    }, 15_000)
  } finally {
    historian.stop(1000)
    await running
  }
  return links
}

function allNames(collector: string): Reading {
  const pointTags = Object.fromEntries(GOOD_NAMES.map((name) => [`tag ${name}`, name]))
  const values = Object.fromEntries(GOOD_NAMES.map((name, index) => [name, index]))
  return readingOf(1_700_000_000_000, values, { collector, pointTags })
}

/** Rows by column. */
function records([header = [], ...rows]: string[][]): Record<string, string>[] {
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])))
}

describe('the historian and InfluxDB 1', () => {
  let server: InfluxServer
  let target: InfluxTarget
  let databases = 0
  const folder = temporaryFolder()
  let queue: Queue

  before(async function () {
    this.timeout(60_000)
    server = await InfluxServer.influxdb(this)
  })
  after(() => server?.dispose())
  beforeEach(async () => {
    refused = []
    queue = Queue.create(join(folder(), 'durable.queue'), { capacityBytes: 2 ** 26, durability: 'commit' })
    target = { ...NOTHING, version: '1', url: server.url, database: `plant ${++databases}` }
    await server.query(`CREATE DATABASE "${target.database}"`)
  })

  afterEach(() => queue.close())

  const DAY_MS = 86_400_000
  const now = Date.now()
  let refused: Verdict[] = []
  const see = (verdict: Verdict): void => {
    if (verdict.kind !== 'accepted') refused.push(verdict)
  }

  async function keepOneDay(): Promise<void> {
    await server.query(`CREATE DATABASE "${target.database} short" WITH DURATION 1d REPLICATION 1 SHARD DURATION 1h`)
    target = { ...target, database: `${target.database} short` }
  }

  async function rows(select = '*', from = 'plant'): Promise<Record<string, string>[]> {
    return records(await server.query(`SELECT ${select} FROM "${from}"`, target.database))
  }

  it('keeps every number to the last bit', async () => {
    const random = new DataView(new ArrayBuffer(8))
    const numbers = [0, 0.1, 1 / 3, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 53 + 2, 1e21, -1e-7]
    while (numbers.length < 1000) {
      random.setUint32(0, Math.random() * 2 ** 32)
      random.setUint32(4, Math.random() * 2 ** 32)
      if (Number.isFinite(random.getFloat64(0))) numbers.push(random.getFloat64(0))
    }
    const readings = numbers.map((v, index) => readingOf(1_700_000_000_000 + index, { v }))
    assert.deepEqual(await write(target, readings), { kind: 'accepted' })
    assert.deepEqual(
      (await rows('v')).map(({ v }) => Number(v)),
      numbers,
    )
  })

  const values: [TagKind, Value, string, string][] = [
    ['boolean', 1, 'true', 'boolean'],
    ['boolean', false, 'false', 'boolean'],
    ['integer', '9223372036854775807', '9223372036854775807', 'integer'],
    ['integer', '-9223372036854775808', '-9223372036854775808', 'integer'],
    ['integer', -5, '-5', 'integer'],
    ['unsigned', '9223372036854775807', '9223372036854775807', 'integer'],
    ['number', 5, '5', 'float'],
    ['any', 5, '5', 'float'],
    ['any', 'say "hi", \\n = 温度 😀\nbye\\', 'say "hi", \\n = 温度 😀\nbye\\', 'string'],
    ['any', '', '', 'string'],
    ['any', { a: [1, 'b'] }, '{"a":[1,"b"]}', 'string'],
  ]
  for (const [kind, value, text, type] of values) {
    it(`keeps ${JSON.stringify(value)} of kind ${kind} as ${type} ${JSON.stringify(text)}`, async () => {
      const reading = readingOf(1000, { v: value }, { kinds: { v: kind } })
      assert.deepEqual(await write(target, [reading]), { kind: 'accepted' })
      const [row] = await rows('v')
      assert.equal(row?.v, text)
      const [key] = records(await server.query('SHOW FIELD KEYS', target.database))
      assert.equal(key?.fieldType, type)
    })
  }

  it('keeps each element of an array in a field of its own', async () => {
    const values = { list: [1, '9007199254740993'], on: [true, false], flow: [1.5, -2] }
    const kinds = { list: 'integer', on: 'boolean', flow: 'number' } as const
    assert.deepEqual(await write(target, [readingOf(1000, values, { kinds })]), { kind: 'accepted' })
    const [row] = await rows('"list[0]", "list[1]", "on[0]", "on[1]", "flow[0]", "flow[1]"')
    assert.deepEqual(row && Object.values(row).slice(-6), ['1', '9007199254740993', 'true', 'false', '1.5', '-2'])
  })

  it('keeps every nanosecond, so that readings of a clock that was set back stay apart', async () => {
    const readings = [0, 1, 255].map((clockSteps) => readingOf(1_700_000_000_123, { v: clockSteps }, { clockSteps }))
    await write(target, readings)
    assert.deepEqual(
      (await rows('v')).map(({ time, v }) => [time, v]),
      [
        ['1700000000123000000', '0'],
        ['1700000000123000001', '1'],
        ['1700000000123000255', '255'],
      ],
    )
  })

  it('has names as they were given', async () => {
    for (const [index, name] of GOOD_NAMES.entries()) {
      const more = { measurement: name, collector: name, pointTags: { [name]: name } }
      assert.deepEqual(await write(target, [readingOf(1000, { [name + index]: index, n: index }, more)]), {
        kind: 'accepted',
      })
      assert.deepEqual(await write(target, [readingOf(1000, { [name]: index }, { measurement: `own ${index}` })]), {
        kind: 'accepted',
      })
    }
    const query = async (q: string, column = -1): Promise<Set<string>> => {
      const [, ...answer] = await server.query(q, target.database)
      return new Set(answer.map((row) => row.at(column) ?? ''))
    }
    const own = GOOD_NAMES.map((_, index) => `own ${index}`)
    assert.deepEqual(await query('SHOW MEASUREMENTS'), new Set([...GOOD_NAMES, ...own]))
    assert.deepEqual(await query('SHOW TAG KEYS'), new Set([...GOOD_NAMES, 'collector', 'type']))
    assert.deepEqual(await query('SHOW TAG VALUES WITH KEY = "collector"'), new Set([...GOOD_NAMES, 'press 1']))
    const fields = await query('SHOW FIELD KEYS', 2)
    for (const name of GOOD_NAMES) assert.ok(fields.has(name), name)
  })

  it('has all of them on one line', async () => {
    assert.deepEqual(await write(target, [allNames('all')]), { kind: 'accepted' })
    const [row] = await rows()
    for (const [index, name] of GOOD_NAMES.entries()) assert.equal(row?.[name], String(index), name)
    for (const name of GOOD_NAMES) assert.equal(row?.[`tag ${name}`], name)
  })

  it('writes nothing twice when it writes again', async () => {
    const readings = Array.from({ length: 100 }, (_, index) => readingOf(1000 + index, { v: index }))
    await write(target, readings)
    await write(target, readings)
    assert.equal((await rows('v')).length, 100)
  })

  it('says what is wrong when there is no such database, and goes on when there is one', async () => {
    const missing = { ...target, database: 'not yet' }
    const verdict = await write(missing, [readingOf(1000, { v: 1 })])
    assert.equal(verdict.kind, 'blocked')
    assert.match(verdict.kind === 'blocked' ? verdict.reason : '', /"not yet"/)
    await server.query('CREATE DATABASE "not yet"')
    assert.deepEqual(await write(missing, [readingOf(1000, { v: 1 })]), { kind: 'accepted' })
  })

  it('says so when it is of another version', async () => {
    const other = { ...target, version: '2', org: 'o', bucket: 'b' } as const
    const verdict = await write(other, [readingOf(1000, { v: 1 })])
    assert.equal(verdict.kind, 'blocked', JSON.stringify(verdict))
  })

  it('finds the one value in 10 000 lines that it refuses', async () => {
    await write(target, [readingOf(1, { a: 1, b: 1 })])
    const batches = Array.from({ length: 10_000 }, (_, index) => batchOf(1000 + index, [index, index]))
    const source = sourceOf(['a', 'b'])
    for (let at = 0; at < 10_000; at += 500) send(queue, bodyOf(source, batches.slice(at, at + 500)), 1000)
    const texts = sourceOf(['a', 'b'], { kinds: { b: 'any' } })
    send(queue, bodyOf(texts, [batchOf(500, [7, 'text'])]), 2)
    await drain(target, queue)
    const [letter, ...more] = queue.deadLetters({ max: 10 })
    assert.deepEqual(more, [])
    assert.match(letter?.reason ?? '', /field type conflict.*"b".*string.*float/)
    assert.equal(letter?.weight, 1)
    assert.equal(queue.status().delivered, 20_001)
    const [counts] = records(await server.query('SELECT count(a), count(b) FROM plant', target.database))
    assert.deepEqual([counts?.count, counts?.count_1], ['10002', '10001'])

    await server.query('DROP MEASUREMENT plant', target.database)
    queue.requeueDead()
    await drain(target, queue)
    assert.equal((await rows('b'))[0]?.b, 'text')
  })

  it('takes, where it keeps a day, none of 20 000 readings that are older, which are dead letters after a few requests', async () => {
    await keepOneDay()
    const source = sourceOf(['a', 'b'])
    const from = now - 3 * DAY_MS
    for (let message = 0; message < 200; message++) {
      const batches = Array.from({ length: 100 }, (_, index) =>
        batchOf(from + message * 100_000 + index * 1000, [1, index]),
      )
      send(queue, bodyOf(source, batches), 200)
    }
    const fresh = Array.from({ length: 100 }, (_, index) => batchOf(now - index * 1000, [2, index]))
    send(queue, bodyOf(source, fresh), 200)
    await drain(target, queue, undefined, see)
    const { sent, delivered, dead } = queue.status()
    assert.deepEqual({ sent, delivered, dead }, { sent: 40_200, delivered: 200, dead: 40_000 })
    assert.ok(refused.length <= 20 && refused.every(({ kind }) => kind === 'too-old'), JSON.stringify(refused))
    assert.equal((await rows('a')).length, 100)
    const [letter] = queue.deadLetters({ max: 1 })
    assert.match(letter?.reason ?? '', /beyond retention/)
  })

  it('has, where it keeps a day, a value whose source time is older with the time of its reading', async () => {
    await keepOneDay()
    const sourceTimes = new Map([[0, now - 8 * DAY_MS]])
    for (let cycle = 0; cycle < 50; cycle++) {
      send(queue, bodyOf(sourceOf(['a', 'b']), [batchOf(now - cycle * 1000, [7, cycle], { sourceTimes })]), 2)
    }
    await drain(target, queue, undefined, see)
    assert.equal(queue.status().delivered, 100)
    assert.ok(refused.length <= 5, JSON.stringify(refused))
    const there = await rows('a, b')
    assert.equal(there.length, 50)
    assert.ok(there.every(({ a, b }) => a === '7' && b !== ''))
  })

  it('has dead letters of a field of another type after a few requests, and all else', async () => {
    await write(target, [readingOf(1, { a: 1, b: 1 })])
    const texts = sourceOf(['a', 'b'], { kinds: { b: 'any' } })
    const batches = Array.from({ length: 5000 }, (_, index) => batchOf(1000 + index, [index, `text ${index}`]))
    for (let at = 0; at < 5000; at += 250) send(queue, bodyOf(texts, batches.slice(at, at + 250)), 500)
    const links = await drain(target, queue, undefined, see)
    const { delivered, dead } = queue.status()
    assert.deepEqual({ delivered, dead }, { delivered: 5000, dead: 5000 })
    assert.ok(refused.length <= 4, String(refused.length))
    assert.ok(links.includes('degraded'))
    assert.equal((await rows('a')).length, 5001)
  })

  it('keeps all values of one millisecond, in their order', async () => {
    const kept = new KeptTimes()
    const time = 1_700_000_000_123
    const earlier = Array.from({ length: 9 }, (_, value) => ({ column: 0, value, time }))
    const source = sourceOf(Array.from({ length: 9 }, () => 'a'))
    const times = kept.earlier(earlier, time).map((value, index) => [index, value.time] as const)
    send(queue, bodyOf(source, [batchOf(time, [0, 1, 2, 3, 4, 5, 6, 7, 8], { sourceTimes: new Map(times) })]), 9)
    send(queue, bodyOf(sourceOf(['a']), [kept.batch(batchOf(time, [9], { sourceTimes: new Map([[0, time]]) }))]), 1)
    await drain(target, queue)
    assert.deepEqual(
      (await rows('a')).map(({ a }) => a),
      ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    )
    assert.equal(queue.status().delivered, 10)
  })

  for (const fault of ['killed', 'frozen'] as const) {
    it(`goes on when it was ${fault}, with nothing lost`, async () => {
      const source = sourceOf(['a'])
      let sent = 0
      const sendOne = (): void => {
        sent++
        send(queue, bodyOf(source, [batchOf(1000 + sent, [sent])]), 1)
      }
      sendOne()
      const links = await drain(target, queue, async () => {
        await until(() => queue.status().delivered === 1, 10_000)
        if (fault === 'killed') await server.stop('SIGKILL')
        else server.freeze(true)
        for (let more = 0; more < 50; more++) sendOne()
        await until(() => queue.status().retry > 0, 10_000)
        if (fault === 'killed') await server.start()
        else server.freeze(false)
      })
      assert.equal((await rows('a')).length, 51)
      assert.deepEqual(links, ['connecting', 'connected', 'disconnected', 'connected'])
    })
  }

  it('wants the right login', async () => {
    await server.query(`CREATE USER eva WITH PASSWORD 'se cret' WITH ALL PRIVILEGES`)
    await server.query(`CREATE USER bob WITH PASSWORD 'x'`)
    server.requireLogin()
    await server.stop()
    await server.start()
    const reading = readingOf(1000, { v: 1 })
    const logins: [string, string, Verdict['kind']][] = [
      ['', '', 'blocked'],
      ['eva', 'wrong', 'blocked'],
      ['bob', 'x', 'blocked'],
      ['eva', 'se cret', 'accepted'],
    ]
    for (const [username, password, kind] of logins) {
      const verdict = await write({ ...target, username, password }, [reading])
      assert.equal(verdict.kind, kind, `${username}: ${JSON.stringify(verdict)}`)
      assert.doesNotMatch(JSON.stringify(verdict), /wrong/)
    }
  })
})

describe('the historian and VictoriaMetrics', () => {
  let server: InfluxServer
  let target: InfluxTarget
  const folder = temporaryFolder()

  before(async function () {
    this.timeout(60_000)
    server = await InfluxServer.victoriaMetrics(this)
    target = { ...NOTHING, version: '2', url: server.url, org: 'any', bucket: 'any' }
  })
  after(() => server?.dispose())

  async function valuesOf(collector: string): Promise<Record<string, number[]>> {
    const series = await server.series(`{collector=${JSON.stringify(collector)}}`)
    return Object.fromEntries(series.map(({ metric, values }) => [metric.__name__, values]))
  }

  it('keeps numbers, whole numbers and booleans', async () => {
    const more = { kinds: { on: 'boolean', n: 'integer', u: 'unsigned' }, collector: 'numbers' } as const
    const readings = Array.from({ length: 1000 }, (_, index) =>
      readingOf(1_700_000_000_000 + index * 10, { v: index / 8, on: index % 2, n: -index, u: String(index) }, more),
    )
    assert.deepEqual(await write(target, readings), { kind: 'accepted' })
    const counted = Array.from({ length: 1000 }, (_, index) => index)
    assert.deepEqual(await valuesOf('numbers'), {
      plant_v: counted.map((index) => index / 8),
      plant_on: counted.map((index) => index % 2),
      plant_n: counted.map((index) => -index || 0),
      plant_u: counted,
    })
    const [series] = await server.series('{__name__="plant_v",collector="numbers",type="modbus"}')
    assert.equal(series?.timestamps[999], 1_700_000_009_990)
  })

  it('keeps each element of an array as a series', async () => {
    const more = { kinds: { list: 'integer' }, collector: 'arrays' } as const
    const verdict = await write(target, [readingOf(1_700_000_000_000, { list: [5, 6], flow: [0.5] }, more)])
    assert.deepEqual(verdict, { kind: 'accepted' })
    assert.deepEqual(await valuesOf('arrays'), { 'plant_list[0]': [5], 'plant_list[1]': [6], 'plant_flow[0]': [0.5] })
  })

  it('keeps the numbers beside a text with a line break', async () => {
    const values = { v: 1, text: 'a\nplant,collector=broken v=666', w: 2 }
    const more = { kinds: { text: 'any' }, collector: 'broken' } as const
    assert.deepEqual(await write(target, [readingOf(1_700_000_000_000, values, more)]), { kind: 'accepted' })
    const { plant_v, plant_w } = await valuesOf('broken')
    assert.ok(plant_v?.includes(1))
    assert.deepEqual(plant_w, [2])
  })

  it('makes no line of what follows a line break in a text, once it is known', async () => {
    const more = { kinds: { text: 'any' }, collector: 'forged' } as const
    const sink = new InfluxSink(target, systemClock)
    await sink.write([readingOf(1_700_000_000_000, { v: 1 }, more)], never)
    const values = { v: 2, text: 'a\nplant,collector=forged,type=modbus v=666 1700000002000000000\n' }
    const verdict = await sink.write([readingOf(1_700_000_001_000, values, more)], never)
    sink.close()
    assert.deepEqual(verdict, { kind: 'accepted' })
    assert.deepEqual(await valuesOf('forged'), { plant_v: [1, 2] })
  })

  it('has names as they were given', async () => {
    for (const [index, name] of GOOD_NAMES.entries()) {
      const more = { measurement: name, collector: `names ${index}`, pointTags: { [name]: name } }
      assert.deepEqual(await write(target, [readingOf(1_700_000_000_000, { [name]: index }, more)]), {
        kind: 'accepted',
      })
      const [series, ...others] = await server.series(`{collector="names ${index}"}`)
      assert.deepEqual(others, [])
      assert.equal(series?.metric.__name__, `${name}_${name}`)
      assert.equal(series.metric[name], name)
      assert.deepEqual(series.values, [index])
    }
  })

  it('has all of them on one line', async () => {
    assert.deepEqual(await write(target, [allNames('all')]), { kind: 'accepted' })
    const series = await server.series('{collector="all"}')
    assert.deepEqual(
      new Set(series.map(({ metric }) => metric.__name__)),
      new Set(GOOD_NAMES.map((name) => `plant_${name}`)),
    )
    for (const { metric } of series) for (const name of GOOD_NAMES) assert.equal(metric[`tag ${name}`], name)
  })

  it('takes a reading of 20 000 tags, in pieces if need be', async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `a tag with a long name ${index}`)
    const queue = Queue.create(join(folder(), 'durable.queue'), { capacityBytes: 2 ** 26 })
    const source = sourceOf(names, { collector: 'wide' })
    send(
      queue,
      bodyOf(source, [
        batchOf(
          1_700_000_000_000,
          names.map((_, index) => index),
        ),
      ]),
      names.length,
    )
    await drain(target, queue)
    assert.equal(queue.status().delivered, names.length)
    queue.close()
    assert.equal((await server.series('{collector="wide"}')).length, names.length)
  })

  it('is not taken for an InfluxDB 3', async () => {
    const verdict = await write({ ...target, version: '3', database: 'x' }, [readingOf(1000, { v: 1 })])
    assert.equal(verdict.kind, 'blocked', JSON.stringify(verdict))
  })

  it('takes what version 1 sends as well', async () => {
    const more = { collector: 'old' }
    const old = { ...target, version: '1', database: 'x' } as const
    assert.deepEqual(await write(old, [readingOf(1_700_000_000_000, { v: 5 }, more)]), { kind: 'accepted' })
    assert.deepEqual(await valuesOf('old'), { plant_v: [5] })
  })
})
