import assert from 'node:assert/strict'
import { NO_PAUSE, newsOf, type Pacing, pauseMs, step } from '../../../../nodes/modbus-in/access/pacing'
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
        const { pauseMs, news } = poll(deafMs, requests, 12)
        assert.equal(pauseMs, found)
        assert.equal(news.at(-1), `the device misses requests that come right after an answer: requestDelay = ${found}`)
      })
    }
  }

  it('is none for one that never answers a certain request', () => {
    let pacing: Pacing = NO_PAUSE
    for (let cycle = 0; cycle < 100; cycle++) {
      pacing = step(pacing, { request: 'a', afterMs: 500, isAnswered: true })
      pacing = step(pacing, { request: 'b', afterMs: 1, isAnswered: false })
      pacing = step(pacing, { request: 'b', afterMs: 1000, isAnswered: false })
    }
    assert.equal(pauseMs(pacing), 0)
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
