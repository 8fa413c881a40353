import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Block, planBlocks, type Span, splitBlock } from '../../../lib/registers/blocks'

const words = (address: number, length = 1): Span => ({ area: 'holding', address, length })
const plan = (items: Span[], maxLength: number, maxGap: number, cuts: number[] = []) =>
  planBlocks(items, { maxLength: () => maxLength, maxGap, cuts: () => cuts })
const ranges = (blocks: Block<Span>[]) => blocks.map(({ address, length }) => `${address}+${length}`).join(' ')

describe('planBlocks', () => {
  const table: [what: string, items: Span[], maxLength: number, maxGap: number, cuts: number[], expected: string][] = [
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
    ['the last registers', [words(65535), words(65534)], 125, 10, [], '65534+2'],
    ['a cut between neighbours', [words(0), words(1), words(2)], 125, 10, [1], '0+1 1+2'],
    ['a cut in a gap', [words(0), words(5)], 125, 10, [3], '0+1 5+1'],
    ['cuts before, at the first and behind', [words(5), words(6)], 125, 10, [0, 5, 7], '5+2'],
    ['several cuts in one gap', [words(0), words(5), words(6)], 125, 10, [2, 3, 4], '0+1 5+2'],
  ]
  for (const [what, items, maxLength, maxGap, cuts, expected] of table) {
    it(`reads ${what} as ${expected || 'nothing'}`, () => {
      assert.equal(ranges(plan(items, maxLength, maxGap, cuts)), expected)
    })
  }

  it('keeps areas apart, each with its limit', () => {
    const coil = (address: number) => ({ area: 'coil', address, length: 1 })
    const items = [words(0), coil(0), words(1), coil(1), coil(2)]
    const blocks = planBlocks(items, { maxLength: (area) => (area === 'coil' ? 2 : 125), maxGap: 0 })
    assert.deepEqual(
      blocks.map(({ area, address, length }) => [area, address, length]),
      [
        ['holding', 0, 2],
        ['coil', 0, 2],
        ['coil', 2, 1],
      ],
    )
  })

  it('refuses a value that no request can hold', () => {
    assert.throws(() => plan([words(0, 2)], 1, 0), RangeError)
  })

  const lists = fc.array(
    fc.record({
      area: fc.constantFrom('holding', 'input'),
      address: fc.nat({ max: 300 }),
      length: fc.integer({ min: 1, max: 4 }),
    }),
    { maxLength: 60 },
  )
  const limits = { maxLength: fc.integer({ min: 4, max: 40 }), maxGap: fc.nat({ max: 12 }) }
  const cutLists = fc.uniqueArray(fc.nat({ max: 310 }), { maxLength: 5 }).map((cuts) => cuts.sort((a, b) => a - b))

  it('covers every item once, tears none, exceeds no limit, gap or cut', () => {
    fc.assert(
      fc.property(lists, limits.maxLength, limits.maxGap, cutLists, (items, maxLength, maxGap, cuts) => {
        const blocks = plan([...items], maxLength, maxGap, cuts)
        const placed = blocks.flatMap((block) => block.items)
        assert.equal(placed.length, items.length)
        assert.equal(new Set(placed).size, items.length)
        for (const block of blocks) {
          assert.ok(block.length <= maxLength)
          const addresses = block.items.map((item) => item.address)
          assert.equal(block.address, Math.min(...addresses))
          assert.equal(block.address + block.length, Math.max(...block.items.map((item) => item.address + item.length)))
          let end = block.address
          for (const item of block.items) {
            assert.equal(item.area, block.area)
            assert.ok(item.address - end <= maxGap)
            end = Math.max(end, item.address + item.length)
          }
          const highest = Math.max(...addresses)
          assert.ok(!cuts.some((cut) => block.address < cut && cut <= highest))
        }
      }),
    )
  })

  it('needs no more blocks than the best way to cut the ordered list', () => {
    fc.assert(
      fc.property(lists, limits.maxLength, limits.maxGap, (items, maxLength, maxGap) => {
        const inOneArea = items.map((item) => ({ ...item, area: 'holding' }))
        assert.equal(plan([...inOneArea], maxLength, maxGap).length, fewest(inOneArea, maxLength, maxGap))
      }),
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

/** The smallest number of blocks, found by trying every place to cut. */
function fewest(items: Span[], maxLength: number, maxGap: number): number {
  const sorted = items.toSorted((a, b) => a.address - b.address)
  const best = [0]
  for (let last = 0; last < sorted.length; last++) {
    let least = Number.POSITIVE_INFINITY
    for (let first = 0; first <= last; first++) {
      if (fitsOneBlock(sorted.slice(first, last + 1), maxLength, maxGap))
        least = Math.min(least, (best[first] ?? 0) + 1)
    }
    best.push(least)
  }
  return best.at(-1) ?? 0
}

function fitsOneBlock(items: Span[], maxLength: number, maxGap: number): boolean {
  const start = items[0]?.address ?? 0
  let end = start
  for (const { address, length } of items) {
    if (address - end > maxGap) return false
    end = Math.max(end, address + length)
  }
  return end - start <= maxLength
}

describe('splitBlock', () => {
  const blockOf = (...items: Span[]) => plan(items, 125, 125)[0]

  it('gives two halves by items, each no longer than its own', () => {
    const block = blockOf(words(0), words(1), words(50, 2), words(60))
    assert.ok(block)
    const halves = splitBlock(block)
    assert.ok(halves)
    assert.equal(ranges(halves), '0+2 50+11')
    assert.deepEqual(
      halves.flatMap((half) => half.items),
      block.items,
    )
  })

  it('cannot halve a single item, however long', () => {
    const block = blockOf(words(3, 4))
    assert.ok(block)
    assert.equal(splitBlock(block), undefined)
  })

  it('finds any one item in about log2 n steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 125 }), fc.nat(), (count, pick) => {
        const items = Array.from({ length: count }, (_, address) => words(address))
        const wanted = items[pick % count]
        assert.ok(wanted)
        let block = blockOf(...items)
        let steps = 0
        for (; block && block.items.length > 1; steps++) {
          block = splitBlock(block)?.find((half) => half.items.includes(wanted))
        }
        assert.deepEqual(block?.items, [wanted])
        assert.ok(steps <= Math.ceil(Math.log2(count)))
      }),
    )
  })
})
