import assert from 'node:assert/strict'
import { HISTORIAN, TITLE_READINGS } from '../../../lib/contract/limits'
import { Claim } from '../../../lib/historian/claim'
import { Horizon } from '../../../lib/historian/horizon'
import type { Reading } from '../../../lib/historian/reading'
import { Suspects } from '../../../lib/historian/suspects'
import { inTime, sortParts } from '../../../lib/historian/triage'
import { batchOf, bodyOf, readingOf, sourceOf } from './readings-of-test'

const NOW = 1_700_000_000_000
const DAY = 86_400_000
const KEPT = 7 * DAY
const OLD = 'older than what is kept'

/** A message with one sample: its time is that of the source, if there is one. */
function claimOf(readTime: number, sourceTime?: number): Claim {
  const sourceTimes = new Map(sourceTime === undefined ? [] : [[0, sourceTime]])
  const data = bodyOf(sourceOf(['t']), [batchOf(readTime, [1], { sourceTimes })])
  return new Claim([{ id: 1, origin: 'press', to: HISTORIAN, title: TITLE_READINGS, time: '', weight: 1, data }])
}

/** The clock of `horizon` stands at 0. */
function horizonAt(throughMs?: number): Horizon {
  const horizon = new Horizon()
  if (throughMs !== undefined) horizon.learn(throughMs, OLD, 0)
  return horizon
}

describe('the time that a reading goes into the database with', () => {
  const rows: [
    what: string,
    times: { read: number; source?: number; keptMs?: number; refusedThrough?: number },
    time: number,
    refused?: string,
  ][] = [
    ['the source, which is recent', { read: NOW, source: NOW - DAY, keptMs: KEPT }, NOW - DAY],
    ['the source, to the edge of what is kept', { read: NOW, source: NOW - KEPT, keptMs: KEPT }, NOW - KEPT],
    ['its reading, the source being older than what is kept', { read: NOW, source: NOW - KEPT - 1, keptMs: KEPT }, NOW],
    ['the source, however old, where everything is kept', { read: NOW, source: 0 }, 0],
    ['its reading, without a source, though that is too old', { read: NOW - 8 * DAY, keptMs: KEPT }, NOW - 8 * DAY],
    ['its reading, the source being refused', { read: NOW, source: NOW - DAY, refusedThrough: NOW - DAY }, NOW],
    ['the source, newer than what is refused', { read: NOW, source: NOW, refusedThrough: NOW - DAY }, NOW],
    [
      'the source, both being refused',
      { read: NOW - 2 * DAY, source: NOW - 3 * DAY, refusedThrough: NOW - DAY },
      NOW - 3 * DAY,
      OLD,
    ],
    ['its reading, which is refused', { read: NOW - 2 * DAY, refusedThrough: NOW - DAY }, NOW - 2 * DAY, OLD],
  ]
  for (const [what, { read, source, keptMs, refusedThrough }, time, refused] of rows) {
    it(`is that of ${what}`, () => {
      const claim = claimOf(read, source)
      const [part] = claim.parts
      assert.ok(part)
      const placed = inTime(claim, part, { horizon: horizonAt(refusedThrough), keptMs }, { ms: 0, wallMs: NOW })
      assert.equal(placed.part.reading.time, time)
      assert.equal(placed.reason, refused)
      assert.equal(placed.isMoved, source !== undefined && time === read && source !== read)
      assert.deepEqual([...placed.part.entry.open], [placed.part], 'it alone is still to be written')
    })
  }
})

describe('readings that are sorted before the database is asked', () => {
  const now = { ms: 0, wallMs: NOW }
  const oddAndWrong = (): Suspects => {
    const suspects = new Suspects()
    suspects.add(readingOf(NOW, { odd: 1 }), 'no', 0)
    for (let times = 0; times < 3; times++) suspects.add(readingOf(NOW, { wrong: 1 }), 'never', 0)
    return suspects
  }
  const names = ({ fields }: Reading): string[] => fields.map(({ column }) => column.name)

  it('are divided into what is clean, suspect, and refused as it was before', () => {
    const data = bodyOf(sourceOf(['good', 'odd', 'wrong', 'fine']), [batchOf(NOW, [1, 2, 3, 4])])
    const claim = new Claim([
      { id: 1, origin: 'press', to: HISTORIAN, title: TITLE_READINGS, time: '', weight: 4, data },
    ])
    const known = { horizon: horizonAt(), suspects: oddAndWrong(), keptMs: undefined }
    const sorted = sortParts(claim, [...claim.parts], known, now)
    assert.deepEqual(
      sorted.clean.map(({ reading }) => names(reading)),
      [['good', 'fine']],
    )
    assert.deepEqual(
      sorted.suspect.map(({ reading }) => names(reading)),
      [['odd']],
    )
    assert.deepEqual(
      sorted.refused.map(({ part, reason }) => [names(part.reading), reason]),
      [[['wrong'], 'never']],
    )
    assert.deepEqual([sorted.old, sorted.moved], [[], 0])
  })

  it('are counted where they got the time of their reading', () => {
    const sourceTimes = new Map([
      [0, 0],
      [1, 0],
      [2, NOW],
    ])
    const data = bodyOf(sourceOf(['a', 'b', 'c']), [batchOf(NOW, [1, 2, 3], { sourceTimes })])
    const claim = new Claim([
      { id: 1, origin: 'press', to: HISTORIAN, title: TITLE_READINGS, time: '', weight: 3, data },
    ])
    const sorted = sortParts(
      claim,
      [...claim.parts],
      { horizon: horizonAt(), suspects: new Suspects(), keptMs: KEPT },
      now,
    )
    assert.equal(sorted.moved, 2)
    assert.deepEqual(
      sorted.clean.map(({ reading }) => [names(reading), reading.time]),
      [
        [['a', 'b'], NOW],
        [['c'], NOW],
      ],
    )
  })
})
