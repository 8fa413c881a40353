import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Block, blockAround, type Cut, planBlocks, type Span } from '../../../lib/registers/blocks'

const words = (address: number, length = 1): Span => ({ area: 'holding', address, length })
const cut = (address: number, length = 0): Cut => ({ address, length })
const plan = (items: Span[], maxLength: number, maxGap: number, cuts: Cut[] = []) =>
  planBlocks(items, { maxLength: () => maxLength, maxGap: () => maxGap, cuts: () => cuts })
const ranges = (blocks: Block<Span>[]) => blocks.map(({ address, length }) => `${address}+${length}`).join(' ')

describe('planBlocks', () => {
  const table: [what: string, items: Span[], maxLength: number, maxGap: number, cuts: Cut[], expected: string][] = [
    ['nothing', [], 125, 10, [], ''],
    ['one register', [words(7)], 125, 10, [], '7+1'],
    ['neighbours', [words(2), words(0), words(1)], 125, 0, [], '0+3'],
    ['a gap as wide as allowed', [words(0), words(11)], 125, 10, [], '0+12'],
    ['a gap wider than allowed', [words(0), words(12)], 125, 10, [], '0+1 12+1'],
    ['as many as the limit', [words(0), words(124)], 125, 200, [], '0+125'],
    ['one more than the limit', [words(0), words(125)], 125, 200, [], '0+1 125+1'],
    ['a value that would be torn at the limit', [words(0, 123), words(124, 2)], 125, 10, [], '0+123 124+2'],
    ['overlapping values', [words(10, 2), words(11, 2), words(10)], 125, 0, [], '10+3'],
    ['a long value over a short one', [words(0, 4), words(1), words(4)], 125, 0, [], '0+5'],
    ['a value longer than the limit', [words(9), words(10, 30), words(20), words(40)], 20, 10, [], '9+1 10+30 40+1'],
    ['the last registers', [words(65535), words(65534)], 125, 10, [], '65534+2'],
    ['a cut between neighbours', [words(0), words(1), words(2)], 125, 10, [cut(1)], '0+1 1+2'],
    ['a cut in a gap', [words(0), words(5)], 125, 10, [cut(3)], '0+1 5+1'],
    ['cuts before, at the first and behind', [words(5), words(6)], 125, 10, [cut(0), cut(5), cut(7)], '5+2'],
    ['several cuts in one gap', [words(0), words(5), words(6)], 125, 10, [cut(2), cut(4), cut(3)], '0+1 5+2'],
    ['a refused register in a gap', [words(0), words(2), words(3)], 125, 10, [cut(1, 1)], '0+1 2+2'],
    ['the half of a refused value', [words(0), words(5), words(9)], 125, 10, [cut(5, 2)], '0+6 9+1'],
    ['what lies over a refused register', [words(0), words(1, 4), words(5)], 125, 10, [cut(2, 1)], '0+1 1+4 5+1'],
  ]
  for (const [what, items, maxLength, maxGap, cuts, expected] of table) {
    it(`reads ${what} as ${expected || 'nothing'}`, () => {
      assert.equal(ranges(plan(items, maxLength, maxGap, cuts)), expected)
    })
  }

  it('keeps areas apart, each with its limit and its gap', () => {
    const coil = (address: number) => ({ area: 'coil', address, length: 1 })
    const items = [words(0), coil(0), words(1), coil(1), coil(2), words(3), coil(19), coil(21)]
    const blocks = planBlocks(items, {
      maxLength: (area) => (area === 'coil' ? 20 : 125),
      maxGap: (area) => (area === 'coil' ? 16 : 1),
    })
    assert.deepEqual(
      blocks.map(({ area, address, length }) => [area, address, length]),
      [
        ['holding', 0, 4],
        ['coil', 0, 20],
        ['coil', 21, 1],
      ],
    )
  })

  const lists = (maxItems: number) =>
    fc.array(
      fc.record({
        area: fc.constantFrom('holding', 'input'),
        address: fc.nat({ max: 60 }),
        length: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.integer({ min: 1, max: 30 })),
      }),
      { maxLength: maxItems },
    )
  const limits = [fc.integer({ min: 1, max: 30 }), fc.nat({ max: 12 })] as const
  const cutLists = fc.array(fc.record({ address: fc.nat({ max: 70 }), length: fc.nat({ max: 3 }) }), { maxLength: 5 })

  it('covers every item once, tears none, exceeds no limit or gap, holds no cut', () => {
    fc.assert(
      fc.property(lists(40), ...limits, cutLists, (items, maxLength, maxGap, cuts) => {
        const blocks = plan([...items], maxLength, maxGap, cuts)
        const placed = blocks.flatMap((block) => block.items)
        assert.equal(placed.length, items.length)
        assert.equal(new Set(placed).size, items.length)
        for (const block of blocks) {
          assert.ok(block.items.every(({ area }) => area === block.area))
          assert.ok(isOneRequest(block.items, maxLength, maxGap, cuts), JSON.stringify(block))
          const { address, length } = blockAround(block.area, block.items)
          assert.deepEqual([block.address, block.length], [address, length])
          const addresses = block.items.map((item) => item.address)
          assert.deepEqual(
            addresses,
            addresses.toSorted((a, b) => a - b),
          )
        }
      }),
      { numRuns: 500 },
    )
  })

  it('needs as few blocks as any way to share out the items, also those that overlap', () => {
    fc.assert(
      fc.property(lists(8), ...limits, cutLists, (items, maxLength, maxGap, cuts) => {
        const inOneArea = items.map((item) => ({ ...item, area: 'holding' }))
        const count = plan([...inOneArea], maxLength, maxGap, cuts).length
        assert.equal(count, fewest(inOneArea, maxLength, maxGap, cuts))
      }),
      { numRuns: 500 },
    )
  })

  it('plans 1000 scattered registers within 5 ms', () => {
    const items = Array.from({ length: 1000 }, (_, index) => words((index * 7919) % 65536, 1 + (index % 2)))
    const durationsMs = Array.from({ length: 20 }, () => {
      const before = performance.now()
      plan([...items], 125, 10)
      return performance.now() - before
    })
    // the median: this test shares its machine with others
    assert.ok((durationsMs.sort((a, b) => a - b)[10] ?? 0) < 5, `took ${durationsMs[10]} ms`)
  })
})

/**
 * The smallest number of requests over all partitions of the items into groups that one request can read, by dynamic
 * programming over subsets: the group of the first item is any that holds it, the rest is a smaller problem.
 */
function fewest(items: Span[], maxLength: number, maxGap: number, cuts: Cut[]): number {
  const subset = (mask: number) => items.filter((_, index) => (mask >> index) & 1)
  const readable = Array.from({ length: 1 << items.length }, (_, mask) =>
    isOneRequest(subset(mask), maxLength, maxGap, cuts),
  )
  const best = [0]
  for (let mask = 1; mask < readable.length; mask++) {
    const first = mask & -mask
    let least = Number.POSITIVE_INFINITY
    for (let group = mask; group > 0; group = (group - 1) & mask) {
      if ((group & first) !== 0 && readable[group]) least = Math.min(least, 1 + (best[mask ^ group] ?? 0))
    }
    best[mask] = least
  }
  return best.at(-1) ?? 0
}

/** The rules, said once more: what one request may read. A request for what one of the items is, is always allowed. */
function isOneRequest(items: readonly Span[], maxLength: number, maxGap: number, cuts: readonly Cut[]): boolean {
  const start = Math.min(...items.map(({ address }) => address))
  const end = Math.max(...items.map(({ address, length }) => address + length))
  if (items.some(({ address, length }) => address === start && address + length === end)) return true
  let unasked = 0
  for (let at = start; at < end; at++) {
    unasked = items.some(({ address, length }) => address <= at && at < address + length) ? 0 : unasked + 1
    if (unasked > maxGap) return false
  }
  const holds = ({ address, length }: Cut) =>
    length === 0 ? start < address && address < end : start <= address && address + length <= end
  return end - start <= maxLength && !cuts.some(holds)
}
