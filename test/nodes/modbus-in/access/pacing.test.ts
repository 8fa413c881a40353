import assert from 'node:assert/strict'
import { heard, NO_PAUSE, newsOf, type Pacing, pauseMs, step } from '../../../../nodes/modbus-in/access/pacing'
import { randomNumbers } from '../../../support/random'

/** A device that misses what comes sooner than `deafMs` behind an answer; one request after the other, each lost one once more. */
function poll(deafMs: number, requests: readonly string[], cycles: number, lost: () => boolean = () => false) {
  let pacing: Pacing = NO_PAUSE
  let answered = 0
  const news: string[] = []
  const ask = (request: string, gapMs: number | undefined): boolean => {
    const afterMs = gapMs === undefined ? undefined : Math.max(gapMs, pauseMs(pacing))
    const isAnswered = (afterMs === undefined || afterMs >= deafMs) && !lost()
    const next = step(pacing, { request, afterMs, isAnswered })
    const told = newsOf(pacing, next)
    if (told !== undefined) news.push(told)
    pacing = next
    return isAnswered
  }
  let gapMs: number | undefined
  for (let cycle = 0; cycle < cycles; cycle++) {
    for (const request of requests) {
      if (ask(request, gapMs)) {
        answered++
        gapMs = 1
      } else {
        gapMs = 1000
        if (ask(request, gapMs)) gapMs = 1
      }
    }
    gapMs = 700
  }
  return { pauseMs: pauseMs(pacing), news, answered }
}

describe('the pause that a device needs between an answer and the next request', () => {
  it('is none for one that hears everything', () => {
    assert.deepEqual(poll(0, ['a', 'b', 'c'], 50), { pauseMs: 0, news: [], answered: 150 })
  })

  for (const [deafMs, found] of [
    [100, 110],
    [200, 250],
    [500, 550],
  ] as const) {
    for (const requests of [
      ['a', 'b'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c', 'd', 'e', 'f'],
    ]) {
      it(`is found for one that misses ${requests.length} requests within ${deafMs} ms`, () => {
        const { pauseMs, news } = poll(deafMs, requests, 20)
        assert.equal(pauseMs, found)
        assert.deepEqual(news, [`the device misses requests that come right after an answer: requestDelay = ${found}`])
      })
    }
  }

  for (const [what, silent] of [
    ['a certain request', () => 'b'],
    ['a part of a request, while that is searched', (cycle: number) => `b${cycle % 7}`],
  ] as const) {
    for (const intervalMs of [200, 500, 1000]) {
      it(`is none, and nothing is told, for one that never answers ${what}, every ${intervalMs} ms`, () => {
        let pacing: Pacing = NO_PAUSE
        let slowed = 0
        const ask = (request: string, gapMs: number, isAnswered: boolean) => {
          const afterMs = Math.max(gapMs, pauseMs(pacing))
          const next = step(pacing, { request, afterMs, isAnswered })
          assert.equal(newsOf(pacing, next), undefined)
          pacing = next
          if (pauseMs(pacing) > 0) slowed++
        }
        for (let cycle = 0; cycle < 1000; cycle++) {
          ask('a', intervalMs, true)
          ask(silent(cycle), 1, false)
          ask(silent(cycle), 1000, false)
        }
        assert.equal(pauseMs(pacing), 0)
        assert.ok(slowed < 150, `${slowed} of 3000 requests were asked with a pause`)
      })
    }
  }

  it('is none for one of whose requests some are not answered for some cycles, again and again', () => {
    let pacing: Pacing = NO_PAUSE
    for (let cycle = 0; cycle < 1000; cycle++) {
      const isPausing = cycle % 10 < 5
      for (const request of ['a', 'b', 'c']) {
        const afterMs = Math.max(request === 'a' ? 600 : 1, pauseMs(pacing))
        const next = step(pacing, { request, afterMs, isAnswered: request === 'a' || !isPausing })
        assert.equal(newsOf(pacing, next), undefined)
        pacing = next
      }
    }
  })

  it('is none for one whose answers come late', () => {
    let pacing: Pacing = NO_PAUSE
    for (let cycle = 0; cycle < 100; cycle++) {
      pacing = step(pacing, { request: 'a', afterMs: 600, isAnswered: true })
      pacing = step(pacing, { request: 'b', afterMs: 1, isAnswered: false })
      pacing = heard(pacing)
      assert.equal(pauseMs(pacing), 0)
    }
  })

  it('is none for one whose answers are lost by chance', () => {
    const random = randomNumbers(5)
    const { pauseMs, news } = poll(0, ['a', 'b', 'c', 'd'], 2000, () => random() < 0.05)
    assert.deepEqual({ pauseMs, news }, { pauseMs: 0, news: [] })
  })

  it('is not searched for ever', () => {
    assert.equal(poll(5000, ['a', 'b', 'c'], 100).pauseMs, 0)
  })
})
