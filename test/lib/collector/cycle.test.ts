import assert from 'node:assert/strict'
import { ReadLoop } from '../../../lib/collector/cycle'
import type { EarlierValue, Reader, Reading } from '../../../lib/collector/reader'
import { Statistics } from '../../../lib/collector/statistics'
import type { Batch } from '../../../lib/contract/batch'
import { Fault, type FaultKind } from '../../../lib/contract/fault'
import { SteppedClock } from '../child/stepped-clock'

const INTERVAL_MS = 1000
const never = () => new Promise<never>(() => {})

/** A reader that a test can change under way; it counts what is asked of it. */
class Device implements Reader {
  readonly tags = [
    { name: 'a', unit: '', kind: 'number' },
    { name: 'b', unit: '', kind: 'number' },
  ] as const
  readonly calls: string[] = []
  onOpen: (signal: AbortSignal) => Promise<void> = async () => {}
  onRead: (signal: AbortSignal) => Promise<Reading> = async () => good(1, 2)
  onClose: () => Promise<void> = async () => {}

  open(signal: AbortSignal): Promise<void> {
    this.calls.push('open')
    return this.onOpen(signal)
  }
  read(signal: AbortSignal): Promise<Reading> {
    this.calls.push('read')
    return this.onRead(signal)
  }
  close(): Promise<void> {
    this.calls.push('close')
    return this.onClose()
  }
  count(call: string): number {
    return this.calls.filter((other) => other === call).length
  }
}

function good(...values: number[]): Reading {
  return { values, bad: new Map() }
}

async function fails(kind: FaultKind, message: string): Promise<never> {
  throw new Fault(kind, 'test', message)
}

/** A slow answer, in the time of the stepped clock. */
function answerAfter(clock: SteppedClock, ms: number): () => Promise<Reading> {
  return () => new Promise((resolve) => clock.after(ms, () => resolve(good(1, 2))))
}

class Bench {
  readonly clock = new SteppedClock()
  readonly device = new Device()
  readonly spares: Device[] = []
  readonly statistics = new Statistics(2)
  readonly batches: (Batch & { atMs: number })[] = []
  readonly earlier: EarlierValue[] = []
  readonly links: string[] = []
  readonly logged: string[] = []
  outcome: 'running' | 'stopped' | Fault = 'running'
  readonly loop: ReadLoop

  /** The grid: 400 ms, 1400 ms and so on. */
  constructor(timeout = 300, interval = INTERVAL_MS) {
    this.loop = new ReadLoop({
      reader: this.device,
      create: () => {
        const spare = new Device()
        this.spares.push(spare)
        return spare
      },
      settings: { interval, timeout, measurement: '', pointTags: {} },
      clock: this.clock,
      chance: () => 0.4,
      generation: 5,
      schedule: { originMs: 400, intervalMs: interval },
      statistics: this.statistics,
      log: (level, text) => this.logged.push(`${level} ${text}`),
      report: (link, reason) => this.links.push(reason === '' ? link : `${link}: ${reason}`),
      emit: (batch, earlier) => {
        this.batches.push({ ...batch, atMs: this.clock.nowMs() })
        this.earlier.push(...earlier)
      },
    })
  }

  async run(ms: number): Promise<void> {
    if (this.outcome === 'running' && this.clock.nowMs() === 0) {
      this.loop.run().then(
        () => {
          this.outcome = 'stopped'
        },
        (thrown) => {
          this.outcome = thrown
        },
      )
    }
    await this.clock.advance(ms)
  }

  /** When batches went out and whether they were good. */
  get story(): string {
    return this.batches.map(({ atMs, bad }) => `${bad.size === 0 ? '+' : '-'}${atMs}`).join(' ')
  }
}

describe('read loop', () => {
  it('reads as soon as the link is up, then on the grid', async () => {
    const bench = new Bench()
    bench.device.onOpen = () => new Promise((resolve) => bench.clock.after(20, resolve))
    await bench.run(3600)
    assert.equal(bench.story, '+20 +1400 +2400 +3400')
    assert.deepEqual(bench.links.slice(0, 2), ['connecting: connecting to the device', 'connected'])
  })

  it('gives each batch the generation, the revision, a number that rises by one and the time of the reading', async () => {
    const bench = new Bench()
    await bench.run(1600)
    bench.device.onRead = async () => ({ ...good(3, 4), time: 77, sourceTimes: new Map([[1, 66]]) })
    await bench.run(1000)
    assert.deepEqual(
      bench.batches.map(({ generation, revision, cycle }) => [generation, revision, cycle]),
      [
        [5, 1, 1],
        [5, 1, 2],
        [5, 1, 3],
      ],
    )
    assert.equal(bench.batches[1]?.time, bench.clock.wallMs() - bench.clock.nowMs() + 1400)
    assert.equal(bench.batches[2]?.time, 77)
    assert.deepEqual([...(bench.batches[2]?.sourceTimes ?? [])], [[1, 66]])
  })

  it('hands on what the device told before, counted as samples and not as a cycle', async () => {
    const bench = new Bench()
    const earlier = [{ column: 1, value: 7, time: 66 }]
    bench.device.onRead = async () => ({ ...good(3, 4), earlier })
    await bench.run(600)
    assert.deepEqual([bench.batches.length, bench.earlier], [1, earlier])
    const { samplesTotal, cyclesTotal } = bench.statistics.counters(0)
    assert.deepEqual({ samplesTotal, cyclesTotal }, { samplesTotal: 3, cyclesTotal: 1 })
  })

  it('counts how often the wall clock is set back, and reads on in its rhythm whatever that clock says', async () => {
    const bench = new Bench()
    await bench.run(1600)
    bench.clock.setWall(1_600_000_000_000)
    await bench.run(2000)
    bench.clock.setWall(1_900_000_000_000)
    await bench.run(1000)
    bench.clock.setWall(1_600_000_000_000)
    await bench.run(1000)
    assert.equal(bench.story, '+0 +1400 +2400 +3400 +4400 +5400')
    assert.deepEqual(
      bench.batches.map(({ clockSteps }) => clockSteps),
      [0, 0, 1, 1, 1, 2],
    )
    const keys = bench.batches.map(({ time, clockSteps }) => `${time}+${clockSteps}`)
    assert.equal(new Set(keys).size, keys.length)
  })

  it('does not take the times of a device for those of the clock', async () => {
    const bench = new Bench()
    bench.device.onRead = async () => ({ ...good(3, 4), time: 77 })
    await bench.run(2600)
    assert.deepEqual(
      bench.batches.map(({ time, clockSteps }) => [time, clockSteps]),
      [
        [77, 0],
        [77, 0],
        [77, 0],
      ],
    )
  })

  it('yields a bad batch each cycle while a connection hangs, and does not wait for it', async () => {
    const bench = new Bench()
    bench.device.onOpen = never
    await bench.run(3600)
    assert.equal(bench.story, '-1400 -2400 -3400')
    assert.deepEqual(
      [...(bench.batches[0]?.bad.values() ?? [])],
      ['connecting to the device', 'connecting to the device'],
    )
    assert.equal(bench.device.count('open'), 1)
  })

  it('takes over with a new reader when one never lets go, and closes the old one when it connects after all', async () => {
    const bench = new Bench()
    let connected = (): void => {}
    bench.device.onOpen = () =>
      new Promise((resolve) => {
        connected = resolve
      })
    await bench.run(20_000)
    assert.equal(bench.device.count('open'), 1)
    assert.equal(bench.device.count('close'), 1)
    assert.deepEqual(bench.spares[0]?.calls.slice(0, 2), ['open', 'read'])
    assert.match(bench.links.join('\n'), /disconnected: the device did not answer within 10000 ms/)
    connected()
    await bench.run(1)
    assert.equal(bench.device.count('close'), 2)
  })

  it('tries at once when the link is lost, then after 1, 2, 4 s less what chance takes', async () => {
    const bench = new Bench()
    await bench.run(1600)
    const openedAtMs: number[] = []
    bench.device.onRead = () => fails('link', 'connection reset')
    bench.device.onOpen = () => {
      openedAtMs.push(bench.clock.nowMs())
      return fails('link', 'connection refused')
    }
    await bench.run(10_000)
    assert.deepEqual(openedAtMs, [2400, 3300, 5100, 8700])
    assert.deepEqual([...(bench.batches[2]?.bad.values() ?? [])], ['connection reset', 'connection reset'])
    assert.deepEqual([...(bench.batches[3]?.bad.values() ?? [])], ['connection refused', 'connection refused'])
    assert.equal(bench.batches.length, 12)
  })

  it('tries at once when it is told that what stood in the way may be gone, and then waits as at the beginning', async () => {
    const bench = new Bench()
    bench.device.onOpen = () => fails('link', 'not trusted')
    await bench.run(5000)
    assert.equal(bench.device.count('open'), 3)
    bench.loop.retry()
    await bench.run(0)
    assert.equal(bench.device.count('open'), 4)
    await bench.run(899)
    assert.equal(bench.device.count('open'), 4)
    await bench.run(1)
    assert.equal(bench.device.count('open'), 5)
  })

  it('tries again without a wait when it is told so while it tries', async () => {
    const bench = new Bench()
    let refuse = (): void => {}
    bench.device.onOpen = () =>
      new Promise((_, reject) => {
        refuse = () => reject(new Fault('link', 'test', 'not trusted'))
      })
    await bench.run(1)
    bench.loop.retry()
    refuse()
    await bench.run(0)
    assert.equal(bench.device.count('open'), 2)
    refuse()
    await bench.run(0)
    assert.equal(bench.device.count('open'), 2)
  })

  it('lets a link that is up alone when it is told to try again', async () => {
    const bench = new Bench()
    await bench.run(1600)
    bench.loop.retry()
    await bench.run(2000)
    assert.deepEqual([bench.device.count('open'), bench.device.count('close')], [1, 0])
  })

  it('tells in flow and link within one cycle that the link is lost, and comes back by itself', async () => {
    const bench = new Bench()
    await bench.run(1600)
    bench.device.onRead = () => fails('protocol', 'garbage')
    bench.device.onOpen = () => fails('link', 'refused')
    await bench.run(1000)
    assert.equal(bench.story, '+0 +1400 -2400')
    assert.match(bench.links.join(' | '), /connected \| disconnected: garbage/)
    bench.device.onOpen = async () => {}
    bench.device.onRead = async () => good(1, 2)
    await bench.run(2000)
    // The attempt after the backoff succeeds and is read at once.
    assert.equal(bench.story, '+0 +1400 -2400 +3300 +4400')
    assert.equal(bench.links.at(-1), 'connected')
  })

  it('closes before it opens again', async () => {
    const bench = new Bench()
    await bench.run(600)
    bench.device.onRead = () => fails('link', 'reset')
    await bench.run(1000)
    assert.deepEqual(bench.device.calls.slice(0, 4), ['open', 'read', 'read', 'close'])
  })

  it('backs off from a device that accepts connections and never answers', async () => {
    const bench = new Bench()
    bench.device.onRead = () => fails('link', 'no answer')
    await bench.run(16_000)
    // at 0, 0.9, 2.7, 6.3 and 13.5 s
    assert.equal(bench.device.count('open'), 5)
    assert.ok(!bench.links.includes('connected'), bench.links.join(' | '))
  })

  it('keeps the connection when the device says no, and calls the link degraded', async () => {
    const bench = new Bench()
    bench.device.onRead = () => fails('device', 'unit 3 is busy')
    await bench.run(1600)
    assert.equal(bench.story, '-0 -1400')
    assert.equal(bench.device.count('open'), 1)
    assert.equal(bench.links.at(-1), 'degraded: unit 3 is busy')
    bench.device.onRead = async () => ({ ...good(1, 2), degraded: 'unit 4 is silent' })
    await bench.run(1000)
    assert.equal(bench.links.at(-1), 'degraded: unit 4 is silent')
  })

  it('sends a value that is no number as bad', async () => {
    const bench = new Bench()
    bench.device.onRead = async () => good(1, Number.NaN)
    await bench.run(100)
    assert.deepEqual(bench.batches[0]?.values, [1, null])
    assert.equal(bench.batches[0]?.bad.get(1), 'not a number from the device')
    assert.deepEqual(bench.statistics.counters(0).tags, { total: 2, good: 1, bad: 1 })
  })

  it('skips cycles that passed during a long one, counts them and keeps the phase', async () => {
    const bench = new Bench()
    await bench.run(600)
    bench.device.onRead = answerAfter(bench.clock, 2300)
    await bench.run(1000)
    bench.device.onRead = async () => good(1, 2)
    await bench.run(4000)
    // begun at 1400, done at 3700: 2400 and 3400 are lost
    assert.equal(bench.story, '+0 +3700 +4400 +5400')
    const { overruns, cyclesTotal, cycleMs } = bench.statistics.counters(0)
    assert.deepEqual({ overruns, cyclesTotal, max: cycleMs.max }, { overruns: 2, cyclesTotal: 4, max: 2300 })
  })

  it('keeps its phase when every cycle takes longer than the interval, and counts each slot that it misses', async () => {
    const bench = new Bench()
    await bench.run(600)
    bench.device.onRead = answerAfter(bench.clock, 1300)
    await bench.run(40_200)
    // begun at 1400, 3400 ... 39400: every second slot
    assert.equal(bench.batches.length, 1 + 20)
    for (const [index, { atMs }] of bench.batches.slice(1).entries()) assert.equal(atMs, 1400 + index * 2000 + 1300)
    const { overruns, cycleMs } = bench.statistics.counters(0)
    assert.deepEqual({ overruns, p50: cycleMs.p50, p99: cycleMs.p99 }, { overruns: 20, p50: 1300, p99: 1300 })
    bench.device.onRead = async () => good(1, 2)
    await bench.run(3000)
    assert.equal(bench.story.split(' ').slice(-3).join(' '), '+41400 +42400 +43400')
    assert.equal(bench.statistics.counters(0).overruns, 20)
  })

  it('never reads twice at once, however late the device is', async () => {
    const bench = new Bench()
    let reading = 0
    bench.device.onRead = () => {
      assert.equal(++reading, 1)
      return new Promise((resolve) =>
        bench.clock.after(950 + ((bench.device.calls.length * 37) % 200), () => {
          reading--
          resolve(good(1, 2))
        }),
      )
    }
    await bench.run(100_000)
    const { overruns, cyclesTotal } = bench.statistics.counters(0)
    // the last one may still be under way
    assert.ok(Math.abs(overruns + cyclesTotal - 100) <= 1, `${overruns} + ${cyclesTotal}`)
  })

  it('does not make up for the time the process stood still', async () => {
    const bench = new Bench()
    await bench.run(600)
    bench.clock.freeze(10_000)
    await bench.run(2000)
    assert.equal(bench.story, '+0 +10600 +11400 +12400')
    const { overruns, loopDelayMs } = bench.statistics.counters(0)
    assert.deepEqual({ overruns, loopDelayMs }, { overruns: 9, loopDelayMs: 9200 })
  })

  it('gives up a reading that does not end, and connects anew', async () => {
    const bench = new Bench()
    bench.device.onRead = (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
    await bench.run(45_100)
    assert.equal(bench.story, '-45000')
    assert.deepEqual(bench.device.calls.slice(0, 3), ['open', 'read', 'close'])
    assert.equal(bench.spares.length, 0)
    assert.equal(bench.statistics.counters(0).overruns, 44)
  })

  for (const kind of ['config', 'bug'] as const) {
    for (const call of ['onOpen', 'onRead'] as const) {
      it(`ends with a Fault of kind ${kind} from ${call === 'onOpen' ? 'open' : 'read'}`, async () => {
        const bench = new Bench()
        bench.device[call] = () => fails(kind, 'hopeless')
        await bench.run(10)
        assert.ok(bench.outcome instanceof Fault)
        assert.equal(bench.outcome.kind, kind)
      })
    }
  }

  it('takes any error that is no Fault for a bug', async () => {
    const bench = new Bench()
    bench.device.onRead = () => {
      throw new TypeError('x is not a function')
    }
    await bench.run(10)
    assert.ok(bench.outcome instanceof Fault)
    assert.equal(bench.outcome.kind, 'bug')
  })

  it('goes on when closing fails', async () => {
    const bench = new Bench()
    bench.device.onRead = () => fails('link', 'reset')
    bench.device.onClose = () => fails('link', 'cannot close')
    await bench.run(2000)
    assert.equal(bench.outcome, 'running')
    assert.equal(bench.logged[0], 'warn closing the connection: cannot close')
  })
})

describe('stopping the read loop', () => {
  it('closes the reader and leaves no timer', async () => {
    const bench = new Bench()
    await bench.run(600)
    bench.loop.stop(1000)
    await bench.run(0)
    assert.equal(bench.outcome, 'stopped')
    assert.deepEqual(bench.device.calls, ['open', 'read', 'close'])
    assert.equal(bench.clock.pending, 0)
  })

  const hanging = {
    open: (device: Device) => {
      device.onOpen = never
    },
    read: (device: Device) => {
      device.onRead = never
    },
    close: (device: Device) => {
      device.onClose = never
    },
  }
  for (const [call, hang] of Object.entries(hanging)) {
    it(`ends within the given time when ${call} never settles`, async () => {
      const bench = new Bench()
      hang(bench.device)
      await bench.run(100)
      bench.loop.stop(1000)
      await bench.run(999)
      assert.equal(bench.outcome, 'running')
      await bench.run(1)
      assert.equal(bench.outcome, 'stopped')
      assert.equal(bench.device.count('close'), 1)
      assert.equal(bench.clock.pending, 0)
    })
  }

  it('ends at once when the reader heeds the signal, without another batch', async () => {
    const bench = new Bench()
    bench.device.onRead = (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
    await bench.run(100)
    bench.loop.stop(1000)
    await bench.run(0)
    assert.equal(bench.outcome, 'stopped')
    assert.equal(bench.story, '')
  })

  it('ends a wait for the next attempt at once', async () => {
    const bench = new Bench()
    bench.device.onOpen = () => fails('link', 'refused')
    await bench.run(100)
    bench.loop.stop(1000)
    await bench.run(0)
    assert.equal(bench.outcome, 'stopped')
    assert.equal(bench.clock.pending, 0)
  })

  it('may be asked before anything is open, and twice', async () => {
    const bench = new Bench()
    bench.device.onOpen = never
    await bench.run(0)
    bench.loop.stop(1000)
    bench.loop.stop(1000)
    await bench.run(1000)
    assert.equal(bench.outcome, 'stopped')
  })
})

describe('a reading that somebody asks a running reader for', () => {
  const HOUR_MS = 3_600_000

  it('is that of the next cycle, which goes on as if nobody had asked', async () => {
    const bench = new Bench()
    await bench.run(1500)
    const asked = [bench.loop.readNow(), bench.loop.readNow()]
    bench.device.onRead = answerAfter(bench.clock, 100)
    await bench.run(2000)
    const [first, second] = await Promise.all(asked)
    assert.deepEqual(first?.tags, [
      { name: 'a', value: 1 },
      { name: 'b', value: 2 },
    ])
    assert.equal(first?.tookMs, 100)
    assert.equal(first?.time, bench.batches[2]?.time)
    assert.equal(second, first)
    assert.equal(bench.story, '+0 +1400 +2500 +3500')
    assert.equal(bench.device.count('read'), 4)
  })

  it('comes between two cycles that are far apart, and neither adds nor moves one', async () => {
    const bench = new Bench(300, HOUR_MS)
    await bench.run(60_000)
    bench.device.onRead = answerAfter(bench.clock, 200)
    const asked = bench.loop.readNow()
    await bench.run(500)
    assert.equal((await asked).tookMs, 200)
    assert.equal(bench.story, '+0')
    await bench.run(HOUR_MS)
    assert.equal(bench.story, `+0 +${HOUR_MS + 400 + 200}`)
    assert.equal(bench.statistics.counters(0).overruns, 0)
    assert.equal(bench.statistics.counters(0).loopDelayMs, 0)
  })

  it('says at once why nothing can be read', async () => {
    const bench = new Bench(300, HOUR_MS)
    bench.device.onOpen = () => fails('link', 'connection refused')
    await bench.run(60_100)
    const asked = bench.loop.readNow()
    await bench.run(1)
    assert.deepEqual((await asked).tags[0], { name: 'a', value: null, quality: 'connection refused' })
  })

  it('is refused to too many at a time, and to all when the reader stops', async () => {
    const bench = new Bench()
    await bench.run(500)
    const asked = Array.from({ length: 11 }, () => bench.loop.readNow().catch((fault: Fault) => fault.code))
    bench.loop.stop(1000)
    await bench.run(0)
    assert.deepEqual(await Promise.all(asked), [...new Array(10).fill('stopped'), 'busy'])
    await assert.rejects(bench.loop.readNow(), /stopping/)
  })
})
