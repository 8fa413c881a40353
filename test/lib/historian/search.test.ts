// What a database refuses, and how the rest fares meanwhile.

import assert from 'node:assert/strict'
import { decodeReadings } from '../../../lib/contract/readings'
import { BELIEVED_MS } from '../../../lib/historian/horizon'
import type { Reading } from '../../../lib/historian/reading'
import { SEARCH_REQUESTS_MAX } from '../../../lib/historian/search-budget'
import type { Verdict } from '../../../lib/historian/sink'
import { batchOf, bodyOf, sourceOf } from './readings-of-test'
import { HistorianBench } from './scripted-database'

const NOW = 1_700_000_000_000
const WEEK_MS = 7 * 86_400_000

/** When the readings of each reader came into the database: name -> time of the reading -> clock. */
type Arrivals = Map<string, Map<number, number>>

describe('while the database refuses', () => {
  let bench: HistorianBench
  let arrivals: Arrivals
  /** Of the clock: each request that was not the first about what it holds. */
  let refusals: number[]
  let requests: number[]

  beforeEach(() => {
    bench = new HistorianBench()
    arrivals = new Map()
    refusals = []
    requests = []
  })
  afterEach(() => bench.stop())

  function answer(judge: (readings: readonly Reading[]) => Verdict | undefined): void {
    bench.database.answer = (readings) => {
      const verdict = judge(readings)
      const nowMs = bench.clock.nowMs()
      requests.push(nowMs)
      if (verdict) refusals.push(nowMs)
      else {
        for (const { source, time } of readings) {
          const ofReader = arrivals.get(source.collector) ?? new Map<number, number>()
          arrivals.set(source.collector, ofReader)
          if (!ofReader.has(time)) ofReader.set(time, nowMs)
        }
      }
      return verdict
    }
  }

  function send(
    collector: string,
    times: readonly number[],
    names = ['a', 'b'],
    values: (string | number)[] = [1, 2],
  ): number {
    const kinds = Object.fromEntries(names.map((name) => [name, 'any' as const]))
    bench.queue.send(
      bodyOf(
        sourceOf(names, { collector, kinds }),
        times.map((time) => batchOf(time, values)),
      ),
      times.length * names.length,
    )
    return times.length * names.length
  }

  /** A fresh reading a second. Returns the longest that one took, ms. */
  async function live(seconds: number, each: (second: number) => void = () => {}): Promise<number> {
    if (bench.links.length === 0) bench.start()
    const sentAt = new Map<number, number>()
    for (let second = 0; second < seconds; second++) {
      const time = NOW + second
      sentAt.set(time, bench.clock.nowMs())
      send('live', [time])
      each(second)
      await bench.clock.advance(1000)
    }
    await bench.clock.advance(5000)
    const there = arrivals.get('live') ?? new Map<number, number>()
    const lags = [...sentAt].map(([time, atMs]) => (there.get(time) ?? Number.POSITIVE_INFINITY) - atMs)
    return Math.max(...lags)
  }

  function assertFewSearches(fresh: number): void {
    for (const from of requests) {
      const within = requests.filter((ms) => ms >= from && ms < from + 60_000).length
      // the fresh ones have a request of their own, and so has the first attempt at each claim
      assert.ok(within <= SEARCH_REQUESTS_MAX + fresh, `${within} requests within a minute`)
    }
  }

  describe('what is too old', () => {
    const bound = NOW - WEEK_MS
    const words = 'partial write: points beyond retention policy'
    const isOld = ({ time }: Reading): boolean => time < bound

    const ways: [string, (readings: readonly Reading[]) => Verdict][] = [
      ['and tells the bound', () => ({ kind: 'too-old', reason: words, throughMs: bound - 1 })],
      [
        'and tells how many',
        (readings) => ({
          kind: 'too-old',
          reason: words,
          throughMs: Math.max(...readings.filter(isOld).map(({ time }) => time)),
        }),
      ],
      ['and tells no more than that', () => ({ kind: 'too-old', reason: words })],
    ]
    for (const [how, refusal] of ways) {
      it(`${how}, 20 000 readings are dead letters soon, and fresh ones do not wait`, async () => {
        answer((readings) => (readings.some(isOld) ? refusal(readings) : undefined))
        bench.database.takesMs = 20
        let old = 0
        for (let message = 0; message < 200; message++) {
          const from = bound - 86_400_000 + message * 100_000
          old += send(
            `device ${message % 10}`,
            Array.from({ length: 100 }, (_, index) => from + index * 1000),
          )
        }
        const lag = await live(60)
        assert.ok(lag <= 5000, `${lag} ms`)
        assert.equal(bench.queue.status().dead, old)
        assert.equal(bench.queue.letters.length, 200, 'messages stay whole')
        assert.equal(bench.queue.delivered, 60 * 2)
        assert.ok(refusals.length <= SEARCH_REQUESTS_MAX, `${refusals.length} requests were refused`)
        assert.deepEqual([...new Set(bench.queue.letters.map(({ reason }) => reason))], [words])
        assert.match(bench.links.at(-1)?.reason ?? '', /beyond retention/)
        bench.assertBalanced()
      })

      it(`${how}, those of a request that are not too old are written`, async () => {
        answer((readings) => (readings.some(isOld) ? refusal(readings) : undefined))
        const times = Array.from({ length: 1000 }, (_, index) => bound - 300_000 + index * 1000)
        send('device', times)
        await live(1)
        assert.equal(arrivals.get('device')?.size, 700)
        assert.equal(bench.queue.status().dead, 600)
        assert.ok(refusals.length <= 15, `${refusals.length} refused`)
      })
    }

    it('is asked about once a minute: somebody may keep more by now', async () => {
      answer((readings) =>
        readings.some(isOld) ? { kind: 'too-old', reason: words, throughMs: bound - 1 } : undefined,
      )
      send('device', [bound - 10_000])
      await live(1)
      for (let second = 0; second < 30; second++) {
        send('device', [bound - 10_000 + second])
        await bench.clock.advance(1000)
      }
      assert.equal(refusals.length, 1)
      answer(() => undefined)
      await bench.clock.advance(BELIEVED_MS)
      send('device', [bound - 9000])
      await bench.clock.advance(1000)
      assert.ok(arrivals.get('device')?.has(bound - 9000))
    })

    for (const [how, refusal] of ways) {
      it(`${how}, values with the time of a source are written with that of their reading`, async () => {
        answer((readings) => (readings.some(isOld) ? refusal(readings) : undefined))
        const source = sourceOf(['a', 'b'], { collector: 'opcua' })
        const sourceTimes = new Map([[0, bound - 86_400_000]])
        await live(30, (second) =>
          bench.queue.send(bodyOf(source, [batchOf(NOW + second * 10, [1, second], { sourceTimes })]), 2),
        )
        assert.equal(bench.queue.letters.length, 0)
        const constant = [...bench.database.values.keys()].filter(
          (key) => key.startsWith('opcua') && key.endsWith(' a'),
        )
        assert.equal(constant.length, 30)
        assert.ok(constant.every((key) => Number(key.split(' ')[1]?.split('+')[0]) >= NOW))
        assert.ok(refusals.length <= 3, `${refusals.length}`)
        assert.match(bench.logs.join('\n'), /source times older than the database keeps/)
        bench.assertBalanced()
      })
    }

    it('and their readings are, too: they are dead letters', async () => {
      answer((readings) => (readings.some(isOld) ? { kind: 'too-old', reason: words } : undefined))
      const sourceTimes = new Map([[0, bound - 86_400_000]])
      bench.queue.send(bodyOf(sourceOf(['a']), [batchOf(bound - 1000, [1], { sourceTimes })]), 1)
      await live(3)
      assert.equal(bench.queue.status().dead, 1)
      bench.assertBalanced()
    })
  })

  describe('a type', () => {
    const conflict = (field: string) =>
      `partial write: field type conflict: input field "${field}" on measurement "plant" is type string, already exists as type float dropped=1`
    const badIn = (readings: readonly Reading[], isBad: (name: string) => boolean) =>
      readings.flatMap(({ fields }) => fields).find(({ column }) => isBad(column.name))?.column.name

    it('of a field of all readers in each cycle, it costs a few requests a minute', async () => {
      answer((readings) => {
        const name = badIn(readings, (field) => field === 'b')
        return name === undefined ? undefined : { kind: 'refused', reason: conflict(name) }
      })
      bench.database.takesMs = 50
      let others = 0
      const lag = await live(120, (second) => {
        for (let reader = 0; reader < 5; reader++) others += send(`reader ${reader}`, [NOW + second])
      })
      assert.ok(lag <= 5000, `${lag} ms`)
      assert.ok(refusals.length <= 8, `${refusals.length} refused`)
      assert.equal(bench.queue.status().dead, others / 2 + 120)
      assert.equal(bench.queue.delivered, others / 2 + 120)
      assert.deepEqual([bench.link, bench.links.at(-1)?.reason.includes('"b" of "plant"')], ['degraded', true])
      bench.assertBalanced()
    })

    it('of 200 fields, the others do not wait, and none of them for ever', async () => {
      const names = Array.from({ length: 400 }, (_, index) => `t${index}`)
      const isBad = (name: string): boolean => name.startsWith('t') && Number(name.slice(1)) % 2 === 1
      answer((readings) => {
        const name = badIn(readings, isBad)
        return name === undefined ? undefined : { kind: 'refused', reason: conflict(name) }
      })
      bench.database.takesMs = 20
      const samples = send(
        'wide',
        [NOW],
        names,
        names.map((_, index) => index),
      )
      const lag = await live(60)
      assert.ok(lag <= 5000, `${lag} ms`)
      await bench.clock.advance(20 * 60_000)
      assert.equal(bench.queue.status().dead, samples / 2)
      assertFewSearches(62)
      bench.assertBalanced()
    })
  })

  it('for reasons that accuse nobody, fresh readings do not wait, and all bad ones are found', async () => {
    const isBad = ({ source, time }: Reading): boolean => source.collector === 'backlog' && time % 50 === 0
    answer((readings) => (readings.some(isBad) ? { kind: 'refused', reason: 'no' } : undefined))
    bench.database.takesMs = 30
    let backlog = 0
    for (let message = 0; message < 10; message++) {
      backlog += send(
        'backlog',
        Array.from({ length: 100 }, (_, index) => 1_000_000 + message * 100 + index),
      )
    }
    bench.start()
    await bench.clock.advance(15_000)
    const lag = await live(60)
    assert.ok(lag <= 5000, `${lag} ms`)
    await bench.clock.advance(20 * 60_000)
    assert.equal(bench.queue.status().dead, backlog / 50)
    assert.equal(bench.queue.status().retry, 0)
    assertFewSearches(70)
    for (const { message } of bench.queue.letters) {
      const data = message.data instanceof Uint8Array ? decodeReadings(message.data) : undefined
      assert.ok(data?.batches.every(({ time }) => time % 50 === 0))
    }
    bench.assertBalanced()
  })

  it('what is known to be at fault without asking, nothing is searched', async () => {
    answer((readings) => {
      const faults = readings.flatMap(({ fields, time }, index) =>
        time % 2 === 1 && fields.some(({ column }) => column.name === 'b')
          ? [{ index, column: 'b', reason: 'too large' }]
          : [],
      )
      return faults.length === 0 ? undefined : { kind: 'refused', reason: 'too large', faults }
    })
    send(
      'device',
      Array.from({ length: 1000 }, (_, index) => NOW + index),
    )
    await live(1)
    assert.equal(bench.queue.letters.length, 500)
    assert.ok(requests.length <= 4, `${requests.length}`)
    bench.assertBalanced()
  })
})
