// When a link or a quality has become another, as tables of what is seen one after the other.

import assert from 'node:assert/strict'
import type { Link } from '../../../lib/contract/lifecycle'
import { EdgeWatch } from '../../../nodes/collector-supervisor/edge-watch'
import { spanWords } from '../../../nodes/collector-supervisor/edge-words'
import {
  EDGE_BURST,
  EDGE_REFILL_MS,
  type Edges,
  edgesAfter,
  forgotten,
  look,
  newEdges,
} from '../../../nodes/collector-supervisor/edges'
import { processRow } from '../../support/process-row'

const WALL = 1_700_000_000_000
const at = (now: number) => ({ now, wallTime: new Date(WALL + now) })
const tags = (good: number, bad: number) => ({ total: 3, good, bad })
type Seen = [ms: number, link: Link, good: number, bad: number]

/** `kind: from -> to after ms` of everything that was told. */
function told(seen: readonly Seen[], edges: Edges = newEdges(at(0))): string[] {
  const lines: string[] = []
  let next = edges
  for (const [ms, link, good, bad] of seen) {
    const looked = look(next, { link, tags: tags(good, bad) }, at(ms))
    next = looked.edges
    for (const { kind, from, to, since, lastedMs } of looked.found) {
      assert.equal(since.getTime() - WALL + lastedMs, ms)
      lines.push(`${kind}: ${from} -> ${to} after ${lastedMs}`)
    }
  }
  return lines
}

describe('the edges of a process', () => {
  const cases: [title: string, seen: Seen[], told: string[]][] = [
    [
      'has none while it connects',
      [
        [10, 'connecting', 0, 0],
        [20, 'connecting', 0, 3],
      ],
      [],
    ],
    [
      'tells that it has connected, and not that all is good from then on',
      [
        [10, 'connecting', 0, 3],
        [20, 'connected', 3, 0],
        [30, 'connected', 3, 0],
      ],
      ['link: connecting -> connected after 20'],
    ],
    [
      'tells an outage once, however often it tries to connect, and how long it lasted',
      [
        [10, 'connected', 3, 0],
        [1000, 'disconnected', 3, 0],
        [1100, 'connecting', 0, 3],
        [2000, 'disconnected', 0, 3],
        [4000, 'connecting', 0, 3],
        [9000, 'connected', 0, 3],
        [9100, 'connected', 3, 0],
      ],
      [
        'link: connecting -> connected after 10',
        'link: connected -> disconnected after 990',
        'quality: good -> bad after 1090',
        'link: disconnected -> connected after 8000',
        'quality: bad -> good after 8000',
      ],
    ],
    [
      'takes a new attempt for a loss where that came too quickly to be seen',
      [
        [10, 'connected', 3, 0],
        [50, 'connecting', 3, 0],
      ],
      ['link: connecting -> connected after 10', 'link: connected -> disconnected after 40'],
    ],
    [
      'tells that a device cannot be reached from the beginning',
      [
        [10, 'connecting', 0, 3],
        [20, 'disconnected', 0, 3],
        [30, 'connecting', 0, 3],
      ],
      ['link: connecting -> disconnected after 20', 'quality: unread -> bad after 20'],
    ],
    [
      'tells some bad tags from all',
      [
        [10, 'connected', 2, 1],
        [20, 'connected', 1, 2],
        [30, 'connected', 0, 3],
        [40, 'degraded', 2, 1],
      ],
      [
        'link: connecting -> connected after 10',
        'quality: unread -> partial after 10',
        'quality: partial -> bad after 20',
        'link: connected -> degraded after 30',
        'quality: bad -> partial after 10',
      ],
    ],
  ]
  for (const [title, seen, expected] of cases) it(title, () => assert.deepEqual(told(seen), expected))

  it('are told at a bounded rate, and what holds in the end is always told', () => {
    const flapping: Seen[] = Array.from({ length: 10_000 }, (_, index) => [
      index * 100,
      index % 2 === 0 ? 'connected' : 'disconnected',
      3,
      0,
    ])
    const durationMs = 10_000 * 100
    const lines = told(flapping)
    assert.ok(lines.length <= EDGE_BURST + durationMs / EDGE_REFILL_MS + 1, `${lines.length} edges`)
    const calm = told([
      ...flapping,
      [durationMs + EDGE_REFILL_MS, 'disconnected', 3, 0],
      [durationMs + 2 * EDGE_REFILL_MS, 'connected', 3, 0],
    ])
    assert.match(calm.at(-1) ?? '', /^link: disconnected -> connected/)
  })

  it('goes on with what is left of its rate when the process is another', () => {
    const spent = look(
      { ...newEdges(at(0)), budget: { left: 0.5, atMs: 0 } },
      { link: 'connected', tags: tags(3, 0) },
      at(1),
    )
    assert.deepEqual(spent.found, [])
    assert.ok(newEdges(at(2), spent.edges).budget.left < 1)
  })
})

describe('an outage that goes on over the end of a process', () => {
  /** Off since 1000, all bad since 2000; the next process runs from 9000 on. */
  const before = after([
    [10, 'connected', 3, 0],
    [1000, 'disconnected', 3, 0],
    [2000, 'disconnected', 0, 3],
  ])
  const next = newEdges(at(9000), before)
  /** The same after a restart of Node-RED, whose monotonic clock is another one; the device is off since before it began. */
  const restarted = edgesAfter(
    {
      link: { state: 'disconnected', since: at(-8000).wallTime },
      quality: { state: 'bad', since: at(-7000).wallTime },
    },
    at(0),
  )

  function after(seen: readonly Seen[]): Edges {
    return seen.reduce(
      (edges, [ms, link, good, bad]) => look(edges, { link, tags: tags(good, bad) }, at(ms)).edges,
      newEdges(at(0)),
    )
  }

  it('is told with the time at which it began, when it ends with the first connection', () => {
    assert.deepEqual(told([[9500, 'connected', 3, 0]], next), [
      'link: disconnected -> connected after 8500',
      'quality: bad -> good after 7500',
    ])
    assert.deepEqual(told([[500, 'connected', 3, 0]], restarted), [
      'link: disconnected -> connected after 8500',
      'quality: bad -> good after 7500',
    ])
  })

  it('is told so, too, when the new process finds first that the device is still off', () => {
    const seen: Seen[] = [
      [100, 'disconnected', 0, 3],
      [500, 'connected', 3, 0],
    ]
    assert.deepEqual(told(seen, restarted), [
      'link: connecting -> disconnected after 100',
      'quality: unread -> bad after 100',
      'link: disconnected -> connected after 8500',
      'quality: bad -> good after 7500',
    ])
  })

  it('goes on over any number of processes that find out nothing', () => {
    const third = newEdges(at(20_000), newEdges(at(10_000), before))
    assert.deepEqual(told([[21_000, 'connected', 3, 0]], third), [
      'link: disconnected -> connected after 20000',
      'quality: bad -> good after 19000',
    ])
  })

  it('becomes another one where some tags are good again', () => {
    assert.deepEqual(told([[500, 'connected', 2, 1]], restarted), [
      'link: disconnected -> connected after 8500',
      'quality: bad -> partial after 7500',
    ])
  })

  it('is none where somebody has stopped the process in between', () => {
    assert.deepEqual(told([[9500, 'connected', 3, 0]], newEdges(at(9000), forgotten(before))), [
      'link: connecting -> connected after 500',
    ])
  })

  it('has lasted no time where the clock was set back', () => {
    const set = edgesAfter({ link: { state: 'disconnected', since: at(5000).wallTime } }, at(0))
    const { found } = look(set, { link: 'connected', tags: tags(3, 0) }, at(10))
    assert.deepEqual(
      found.map(({ lastedMs }) => lastedMs),
      [10],
    )
  })

  it('is that of the last Node-RED for the first process only', () => {
    const watch = new EdgeWatch()
    const outages = { link: { state: 'disconnected', since: at(-8000).wallTime } } as const
    const words = () =>
      watch
        .see(processRow('oven'), { linkReason: '', linkCode: undefined }, undefined, at(500))
        .map(({ reason }) => reason)
    watch.begin(at(0), outages)
    assert.deepEqual(words(), ['connected again after 8.5 s'])
    watch.begin(at(100), outages)
    assert.deepEqual(words(), ['connected after 0.4 s'])
  })
})

describe('a span in words', () => {
  // biome-ignore format: a table, one line a span
  const spans: [ms: number, words: string][] = [
    [0, '0 s'], [310, '0.3 s'], [8123, '8.1 s'], [9949, '9.9 s'], [9950, '10 s'], [59_400, '59 s'], [59_600, '1 min'],
    [90_000, '1 min 30 s'], [3_600_000, '1 h'], [7_260_000, '2 h 1 min'],
  ]
  for (const [ms, words] of spans) it(`is ${words} for ${ms} ms`, () => assert.equal(spanWords(ms), words))
})
