import assert from 'node:assert/strict'
import * as dog from '../../../nodes/collector-supervisor/watchdog'

const FACTS = { connected: true, intervalMs: 1000, memoryMb: 50, memoryLimitMb: 256 }
const beat = (cycles: number, loopDelayMs = 0) => ({ cycles, loopDelayMs })

describe('the watchdog', () => {
  it('lets a process be that beats and reads', () => {
    let watch = dog.newWatch(0)
    for (let now = 0; now <= 600_000; now += 2000) {
      watch = dog.onBeat(watch, beat(now / 1000), now)
      assert.equal(dog.judge(watch, now, FACTS), undefined)
    }
  })
  it('finds a hang after 15 s of silence, and not before', () => {
    const watch = dog.newWatch(0)
    assert.equal(dog.judge(watch, dog.HEARTBEAT_LIMIT_MS, FACTS), undefined)
    assert.match(dog.judge(watch, dog.HEARTBEAT_LIMIT_MS + 1, FACTS)?.reason ?? '', /hangs/)
  })
  it('knows nothing of a process that has missed two beats, long before it hangs', () => {
    const watch = dog.newWatch(0)
    for (const [now, unheard] of [
      [2 * dog.HEARTBEAT_MS, false],
      [5_000, false],
      [5_001, true],
    ] as const) {
      assert.equal(dog.isUnheard(watch, now), unheard, `after ${now} ms`)
    }
    assert.ok(dog.UNHEARD_MS * 2 < dog.HEARTBEAT_LIMIT_MS)
    assert.equal(dog.isUnheard(dog.onBeat(watch, beat(1), 5_001), 10_001), false)
  })
  it('gives a silent process time when Node-RED itself was blocked', () => {
    const watch = dog.forgive(dog.newWatch(0), 20_000)
    assert.equal(dog.judge(watch, 20_000, FACTS), undefined)
    assert.equal(dog.judge(watch, 35_000, FACTS), undefined)
    assert.match(dog.judge(watch, 35_001, FACTS)?.reason ?? '', /hangs/)
  })
  const stalled = [
    { title: 'after a minute', intervalMs: 1000, limit: 60_000 },
    { title: 'after ten intervals of a slow reader', intervalMs: 60_000, limit: 600_000 },
  ]
  for (const { title, intervalMs, limit } of stalled) {
    it(`finds a reader stalled ${title}, only while its link is up`, () => {
      const watch = { ...dog.newWatch(0), lastBeatAt: limit + 1 }
      assert.equal(dog.judge(watch, limit, { ...FACTS, intervalMs }), undefined)
      assert.match(dog.judge(watch, limit + 1, { ...FACTS, intervalMs })?.reason ?? '', /stalled/)
      assert.equal(dog.judge(watch, limit + 1, { ...FACTS, intervalMs, connected: false }), undefined)
    })
  }
  it('recycles what is over its memory three times in a row', () => {
    let watch = dog.newWatch(0)
    for (const memoryMb of [300, 300, 200, 300, 300]) watch = dog.onMemory(watch, memoryMb, 256)
    assert.equal(dog.judge(watch, 0, { ...FACTS, memoryMb: 300 }), undefined)
    watch = dog.onMemory(watch, 300, 256)
    assert.deepEqual(dog.judge(watch, 0, { ...FACTS, memoryMb: 300 }), {
      reason: 'memory: 300 MB, the limit is 256 MB',
      how: 'graceful',
      afterwards: 'recycle',
    })
  })
  it('kills at once what is far over its memory, unless there is no limit', () => {
    const watch = dog.newWatch(0)
    assert.equal(dog.judge(watch, 0, { ...FACTS, memoryMb: 400 })?.how, 'kill')
    assert.equal(dog.judge(watch, 0, { ...FACTS, memoryMb: 4000, memoryLimitMb: 0 }), undefined)
  })
  it('recycles a process whose event loop lags for a minute', () => {
    let watch = dog.newWatch(0)
    for (let now = 0; now <= 60_000; now += 2000) watch = dog.onBeat(watch, beat(now, 6000), now)
    assert.match(dog.judge(watch, 60_000, FACTS)?.reason ?? '', /event loop/)
    watch = dog.onBeat(watch, beat(1, 10), 61_000)
    assert.equal(dog.judge(watch, 61_000, FACTS), undefined)
  })
  it('ends a process that floods a channel without a pause', () => {
    const flooding = (fromMs: number, toMs: number, everyMs: number, channel: dog.Channel = 'output'): dog.Watch => {
      let watch = dog.newWatch(0)
      for (let at = fromMs; at <= toMs; at += everyMs) watch = dog.onFlood(watch, channel, at)
      return { ...watch, lastBeatAt: toMs, lastProgressAt: toMs }
    }
    const verdict = (watch: dog.Watch): string | undefined => dog.judge(watch, watch.lastBeatAt, FACTS)?.reason
    assert.equal(verdict(flooding(0, dog.FLOOD_LIMIT_MS, 100)), 'floods its output for more than 10 s')
    assert.match(verdict(flooding(0, dog.FLOOD_LIMIT_MS, 100, 'control channel')) ?? '', /^floods its control channel/)
    assert.equal(verdict(flooding(0, dog.FLOOD_LIMIT_MS - 100, 100)), undefined)
    // A burst now and then is none.
    assert.equal(verdict(flooding(0, 10 * dog.FLOOD_LIMIT_MS, 1_500)), undefined)
  })

  it('ends a process that babbles, but forgives a few strange messages', () => {
    let watch = dog.newWatch(0)
    for (let i = 0; i < dog.BABBLE_LIMIT; i++) watch = dog.onBabble(watch, i)
    assert.equal(dog.judge(watch, 100, FACTS), undefined)
    assert.match(dog.judge(dog.onBabble(watch, 101), 101, FACTS)?.reason ?? '', /malformed/)
    assert.equal(
      dog.judge(dog.onBabble(watch, 70_000), 70_000, { ...FACTS, connected: false })?.reason.includes('malformed') ??
        false,
      false,
    )
  })
})
