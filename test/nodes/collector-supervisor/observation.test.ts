// What is seen of a process, step by step, on a clock that the test moves.

import assert from 'node:assert/strict'
import type { Counters } from '../../../lib/contract/control'
import { Observation } from '../../../nodes/collector-supervisor/observation'
import { BABBLE_LIMIT, HEARTBEAT_LIMIT_MS } from '../../../nodes/collector-supervisor/watchdog'

const NOTHING = { verdict: undefined, changed: false, waitsForDisk: false }
const FACTS = { blocked: false, intervalMs: 1000, memoryLimitMb: 256 }

function counters(cyclesTotal: number, loopDelayMs = 0): Counters {
  return {
    samplesTotal: cyclesTotal * 3,
    dropped: 0,
    cyclesTotal,
    overruns: 0,
    cycleMs: { last: 0, p50: 0, p99: 0, max: 0 },
    tags: { total: 3, good: 3, bad: 0 },
    loopDelayMs,
  }
}

/** One that is ready at 0 and whose link is up. */
function running(): Observation {
  const observation = new Observation(0)
  observation.spawned(0, 1_700_000_000_000)
  observation.link('connected', '')
  observation.ready(0)
  return observation
}

describe('what is seen of a process', () => {
  it('is told by nobody before it is ready', () => {
    const observation = new Observation(0)
    observation.spawned(0, 1_700_000_000_000)
    assert.deepEqual(observation.judge(3_600_000, FACTS), NOTHING)
    assert.deepEqual(observation.report.started, { wallTime: 1_700_000_000_000, at: 0 })
  })

  it('is a hang after 15 s without a heartbeat', () => {
    const observation = running()
    observation.heartbeat(counters(1), 5_000)
    assert.equal(observation.judge(5_000 + HEARTBEAT_LIMIT_MS, FACTS).verdict, undefined)
    assert.match(observation.judge(5_001 + HEARTBEAT_LIMIT_MS, FACTS).verdict?.reason ?? '', /hangs/)
  })

  it('is no hang if Node-RED itself was blocked', () => {
    const observation = running()
    assert.deepEqual(observation.judge(60_000, { ...FACTS, blocked: true }), NOTHING)
    assert.equal(observation.report.silence, '')
    assert.equal(observation.judge(60_000 + HEARTBEAT_LIMIT_MS, FACTS).verdict, undefined)
  })

  it('is no hang while it waits for a disk, which is asked of a silent process only', () => {
    const observation = running()
    let isAsked = false
    const facts = (isWaiting: boolean) => ({
      ...FACTS,
      waitsForDisk: () => {
        isAsked = true
        return isWaiting
      },
    })
    assert.equal(observation.judge(HEARTBEAT_LIMIT_MS, facts(true)).verdict, undefined)
    assert.equal(isAsked, false)
    for (const now of [1, 2, 3, 4].map((times) => times * (HEARTBEAT_LIMIT_MS + 1))) {
      const { verdict, waitsForDisk } = observation.judge(now, facts(true))
      assert.deepEqual([verdict, waitsForDisk], [undefined, true])
    }
    assert.match(observation.report.silence, /no readings/, 'its tags are bad all the same')
    assert.match(observation.judge(6 * HEARTBEAT_LIMIT_MS, facts(false)).verdict?.reason ?? '', /hangs/)
  })

  it('is nobody watching it when it is on its way out', () => {
    for (const leave of [(it: Observation) => it.unwatch(), (it: Observation) => it.ended()]) {
      const observation = running()
      leave(observation)
      assert.deepEqual(observation.judge(3_600_000, FACTS), NOTHING)
    }
  })

  for (const link of ['connected', 'degraded'] as const) {
    it(`is that it stalls if no cycle ends for a minute while ${link}`, () => {
      const observation = running()
      observation.link(link, 'x')
      observation.heartbeat(counters(0), 60_001)
      assert.match(observation.judge(60_001, FACTS).verdict?.reason ?? '', /stalled/)
    })
  }
  for (const link of ['connecting', 'disconnected', 'max_retries_exceeded'] as const) {
    it(`is nothing wrong if no cycle ends while ${link}`, () => {
      const observation = running()
      observation.link(link, 'x')
      observation.heartbeat(counters(0), 60_001)
      assert.equal(observation.judge(60_001, FACTS).verdict, undefined)
    })
  }

  it('is that it recycles when it is over its memory for the third time, and what it uses', () => {
    const observation = running()
    const verdicts = [1, 2, 3].map(() => {
      observation.usage({ cpuPercent: 5, memoryMb: 300 }, 256)
      return observation.judge(0, FACTS).verdict?.reason
    })
    assert.deepEqual(verdicts, [undefined, undefined, 'memory: 300 MB, the limit is 256 MB'])
    assert.deepEqual([observation.report.cpuPercent, observation.report.memoryMb], [5, 300])
  })

  it('is that it babbles', () => {
    const observation = running()
    for (let message = 0; message <= BABBLE_LIMIT; message++) observation.babble(10)
    assert.match(observation.judge(11, FACTS).verdict?.reason ?? '', /malformed/)
  })

  it('starts anew with the next process, but for the totals', () => {
    const observation = running()
    observation.heartbeat(counters(10), 1_000)
    for (let message = 0; message <= BABBLE_LIMIT; message++) observation.babble(10)
    observation.ended()
    observation.spawned(100_000, 1_700_000_100_000)
    observation.ready(100_000)
    assert.equal(observation.judge(100_001, FACTS).verdict, undefined)
    assert.deepEqual([observation.report.earlier.samples, observation.report.counters.samplesTotal], [30, 0])
  })
})

describe('a process without heartbeats', () => {
  const MUTE = { ...FACTS, mute: true }

  for (const [who, facts] of [
    ['a historian', MUTE],
    ['a slow reader', { ...FACTS, intervalMs: 60_000 }],
  ] as const) {
    it(`is not known any more after 5 s, be it ${who}, which is told once, and ends with its next heartbeat`, () => {
      const observation = running()
      observation.heartbeat(counters(1), 2_000)
      assert.deepEqual([observation.judge(7_000, facts).changed, observation.report.unheard], [false, ''])
      assert.deepEqual(
        [observation.judge(7_001, facts).changed, observation.judge(8_000, facts).changed],
        [true, false],
      )
      assert.deepEqual([observation.report.unheard, observation.report.speed], ['no heartbeat for more than 5 s', 0])
      observation.heartbeat(counters(1), 8_500)
      assert.equal(observation.report.unheard, '')
      assert.deepEqual(observation.judge(9_000, facts), NOTHING)
    })
  }

  it('is well as far as is known while Node-RED itself was blocked, and for 5 s after that', () => {
    const observation = running()
    assert.deepEqual(observation.judge(8_000, { ...MUTE, blocked: true }), NOTHING)
    assert.equal(observation.judge(13_000, MUTE).changed, false)
    assert.equal(observation.judge(13_001, MUTE).changed, true)
  })

  it('that waits for a disk says so, and is not well however long it waits', () => {
    const observation = running()
    const facts = { ...MUTE, waitsForDisk: () => true }
    for (let now = 1_000; now <= 60_000; now += 1_000) {
      observation.judge(now, facts)
      assert.equal(observation.report.unheard !== '', now > 5_000, `after ${now} ms`)
    }
    assert.equal(observation.report.unheard, 'no heartbeat for more than 5 s: it waits for a disk that does not answer')
  })
})

describe('the silence of a process', () => {
  const table: { intervalMs: number; limitMs: number; says: string }[] = [
    { intervalMs: 100, limitMs: 3_000, says: 'no readings for more than 3 s' },
    { intervalMs: 5_000, limitMs: 15_000, says: 'no readings for more than 15 s' },
  ]
  for (const { intervalMs, limitMs, says } of table) {
    it(`is noticed once, after ${limitMs} ms for a reader of every ${intervalMs} ms`, () => {
      const observation = running()
      const facts = { ...FACTS, intervalMs }
      observation.reading(1_000)
      observation.heartbeat(counters(1), 1_000 + limitMs)
      assert.equal(observation.judge(1_000 + limitMs, facts).changed, false)
      assert.equal(observation.judge(1_001 + limitMs, facts).changed, true)
      assert.equal(observation.report.silence, says)
      assert.equal(observation.judge(1_002 + limitMs, facts).changed, false)
    })
  }

  it('ends with a reading, which is news just once', () => {
    const observation = running()
    assert.equal(observation.reading(0), false)
    observation.judge(3_001, FACTS)
    assert.equal(observation.reading(4_000), true)
    assert.equal(observation.report.silence, '')
    assert.equal(observation.reading(4_001), false)
  })

  it("is the queue's fault while the process says that it reads, and more has been read than came", () => {
    const observation = running()
    observation.reading(1_000)
    observation.heartbeat(counters(7), 3_000)
    assert.equal(observation.unheardSince(5), undefined)
    observation.judge(4_001, FACTS)
    assert.equal(observation.unheardSince(5), 1_000)
    assert.equal(observation.unheardSince(7), undefined)
    observation.reading(5_000)
    assert.equal(observation.unheardSince(6), undefined)
  })

  it("is nobody's fault when the process is on its way out", () => {
    const observation = running()
    observation.heartbeat(counters(7), 3_000)
    observation.judge(3_001, FACTS)
    assert.equal(observation.unheardSince(0), 0)
    observation.unwatch()
    assert.equal(observation.unheardSince(0), undefined)
  })

  it('is counted from the moment that a process is ready', () => {
    const observation = running()
    observation.ready(100_000)
    assert.equal(observation.judge(103_000, FACTS).changed, false)
    assert.equal(observation.judge(103_001, FACTS).changed, true)
  })

  it('is no fault of the live queue unless readings are said to have been made', () => {
    const observation = running()
    observation.reading(1_000)
    observation.heartbeat(counters(5), 2_000)
    assert.equal(observation.unheardSince(3), undefined)
    observation.judge(5_000, FACTS)
    assert.equal(observation.unheardSince(3), 1_000)
    assert.equal(observation.unheardSince(5), undefined)
    observation.unwatch()
    assert.equal(observation.unheardSince(3), undefined)
  })
})
