import assert from 'node:assert/strict'
import fc from 'fast-check'
import { blockAround, type Span } from '../../../lib/registers/blocks'
import { type Finding, type Hole, Search } from '../../../lib/registers/search'

const AREA = 'holding'
const words = (address: number, length = 1): Span => ({ area: AREA, address, length })
const inARow = (count: number, distance = 1) => Array.from({ length: count }, (_, index) => words(index * distance))

/** What refuses a request for `length` registers from `address` on. */
type Refuses = (address: number, length: number) => boolean

function over(...missing: number[]): Refuses {
  return (address, length) => missing.some((at) => address <= at && at < address + length)
}

/** Runs a search to its end. `requests` does not count the one that was refused first. */
function run(items: Span[], refuses: Refuses, { sampleFirst = false, turn = 0 } = {}) {
  const block = blockAround(AREA, items)
  const search = new Search(block, turn)
  if (sampleFirst) search.trySamples()
  const requests: string[] = []
  const findings: (Finding<Span> | Hole)[] = []
  const read = new Set<Span>()
  for (let part = search.next(); part; part = search.next()) {
    requests.push(`${part.address}+${part.length}`)
    assert.ok(requests.length < 1000)
    assert.ok(part.items.length > 0 && part.length <= block.length)
    const refused = refuses(part.address, part.length)
    if (!refused) for (const item of part.items) read.add(item)
    const finding = refused ? search.refused() : search.answered()
    if (finding) findings.push(finding)
  }
  assert.deepEqual(search.pending, [])
  return { requests, findings, read }
}

function culprits(findings: (Finding<Span> | Hole)[]): number[] {
  return findings.flatMap((finding) => {
    if (!('kind' in finding)) return []
    if (finding.kind === 'culprit') return [finding.item.address]
    return finding.kind === 'range' ? finding.items.map(({ address }) => address) : []
  })
}

describe('a search', () => {
  it('asks for halves of what was refused last, for a culprit alone, for its neighbour, and for the rest', () => {
    const { requests, findings } = run(inARow(16), over(5))
    assert.deepEqual(requests, ['0+8', '0+4', '4+4', '4+2', '4+1', '5+1', '6+1', '7+9'])
    assert.deepEqual(findings, [{ kind: 'culprit', item: words(5) }])
  })

  it('tells a hole between two items from both of them', () => {
    const { requests, findings, read } = run([words(0), words(1), words(4), words(5)], over(3))
    assert.deepEqual(requests, ['0+2', '2+4', '2+3', '4+1', '5+1'])
    assert.deepEqual(findings, [{ address: 2, length: 2 }])
    assert.equal(read.size, 4)
  })

  it('asks once more for what was answered in two parts, and then blames the length', () => {
    const { requests, findings, read } = run(inARow(100), (_, length) => length > 30)
    assert.deepEqual(requests.slice(0, 4), ['0+50', '0+25', '25+25', '0+50'])
    assert.deepEqual(findings[0], { kind: 'apart', address: 25, length: 50 })
    assert.equal(read.size, 100)
  })

  it('finds the border that no request may reach over, wherever it is', () => {
    for (let border = 1; border < 125; border++) {
      const refuses: Refuses = (address, length) => address < border && address + length > border
      const { requests, findings, read } = run(inARow(125), refuses)
      assert.equal(findings.length, 1)
      assert.deepEqual(
        findings.map((finding) => 'kind' in finding && finding.kind === 'apart' && finding.address),
        [border],
      )
      assert.equal(read.size, 125)
      assert.ok(requests.length <= 16, `${border}: ${requests.join(' ')}`)
    }
  })

  it('finds nothing where a refusal was none but for a moment', () => {
    const { requests, findings, read } = run(inARow(100), () => false)
    assert.deepEqual(requests, ['0+50', '50+50', '0+100'])
    assert.deepEqual(findings, [])
    assert.equal(read.size, 100)
  })

  it('asks for culprits in a row one by one', () => {
    const { requests, findings } = run(inARow(125), over(60, 61, 62, 63, 64, 65, 66, 67, 68, 69))
    assert.deepEqual(culprits(findings), [60, 61, 62, 63, 64, 65, 66, 67, 68, 69])
    assert.ok(requests.length <= 12 + 9 + 1, `${requests.length}`)
  })

  it('takes what is refused wherever it is tried for a range', () => {
    const { requests, findings } = run(inARow(125), () => true)
    assert.equal(requests.length, 7 + 3 + 4)
    assert.deepEqual(
      findings.map((finding) => 'kind' in finding && finding.kind),
      ['culprit', 'culprit', 'culprit', 'culprit', 'range'],
    )
    assert.deepEqual(
      culprits(findings.slice(4)),
      inARow(125).map(({ address }) => address),
    )
  })

  it('tries samples first where the neighbours are a range, and other ones the next time', () => {
    const first = run(inARow(125), () => true, { sampleFirst: true })
    const second = run(inARow(125), () => true, { sampleFirst: true, turn: 1 })
    assert.equal(first.requests.length, 4)
    assert.equal(new Set([...first.requests, ...second.requests]).size, 8)
  })

  it('takes nothing for a range in which one sample is answered', () => {
    const missing = inARow(124).map(({ address }) => address + 1)
    const { findings, read } = run(inARow(125), over(...missing), { sampleFirst: true })
    assert.deepEqual(culprits(findings), missing)
    assert.deepEqual([...read], [words(0)])
  })

  for (const distance of [1, 3, 11]) {
    it(`finds any one culprit of many, ${distance} apart, with at most 12 requests`, () => {
      for (let count = 2; count <= 125; count++) {
        const items = inARow(count, distance)
        for (const { address } of items) {
          const { requests, findings, read } = run(items, over(address))
          assert.deepEqual(culprits(findings), [address])
          assert.equal(findings.length, 1)
          assert.equal(read.size, count - 1)
          assert.ok(requests.length <= 12, `${count} items, ${address}: ${requests.join(' ')}`)
        }
      }
    })
  }

  it('finds every culprit and no other, holes or not, values of several registers or not', () => {
    const lists = fc.uniqueArray(fc.tuple(fc.nat({ max: 120 }), fc.integer({ min: 1, max: 4 })), {
      minLength: 2,
      maxLength: 60,
      selector: ([address, length]) => `${address} ${length}`,
    })
    fc.assert(
      fc.property(lists, fc.uniqueArray(fc.nat({ max: 124 }), { minLength: 1, maxLength: 12 }), (list, missing) => {
        const items = list
          .map(([address, length]) => words(address, length))
          .sort((a, b) => a.address - b.address || b.length - a.length)
        const refuses = over(...missing)
        const whole = blockAround(AREA, items)
        fc.pre(refuses(whole.address, whole.length))
        const { findings, read } = run(items, refuses)
        const single = findings.filter((finding) => !('kind' in finding) || finding.kind !== 'range')
        for (const item of items) {
          const refused = refuses(item.address, item.length)
          if (!refused) assert.ok(read.has(item) || single.length < findings.length)
          if (refused) assert.ok(!read.has(item) && culprits(findings).includes(item.address))
        }
        for (const finding of single) {
          if ('kind' in finding && finding.kind === 'culprit') {
            assert.ok(refuses(finding.item.address, finding.item.length))
          } else if (!('kind' in finding)) {
            assert.ok(refuses(finding.address, finding.length))
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
