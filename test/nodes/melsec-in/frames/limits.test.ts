import assert from 'node:assert/strict'
import { devicesOf } from '../../../../nodes/melsec-in/devices'
import { codecOf } from '../../../../nodes/melsec-in/frames/codec'
import { OWN_STATION, type Point, type Request } from '../../../../nodes/melsec-in/frames/request'
import { limitsOf, type Plc } from '../../../../nodes/melsec-in/series'
import { allPlcs } from '../plcs'

function allows(plc: Plc, request: Request): boolean {
  try {
    codecOf(plc, OWN_STATION, 4).encode(request, 0)
    return true
  } catch (error) {
    assert.ok(error instanceof RangeError, String(error))
    return false
  }
}

const words = (device: string, number: number, count: number): Request => ({
  kind: 'words',
  device,
  number,
  words: count,
})
const bits = (device: string, number: number, points: number): Request => ({ kind: 'bits', device, number, points })
const random = (picked: readonly Point[], doubleWords: readonly Point[] = []): Request => ({
  kind: 'random',
  words: picked,
  doubleWords,
})
const titleOf = ({ series, frame, encoding }: Plc) => `${series} ${frame} ${encoding}`
const D0: Point = { device: 'D', number: 0 }

// What a request may ask for; by hand from the sources of series.ts
const expected: Record<string, [words: number, bitWords: number, bits: number, random: number]> = {
  'q 3E binary': [960, 960, 7168, 192],
  'q 3E ascii': [960, 960, 3584, 192],
  'q 4E binary': [960, 960, 7168, 192],
  'q 4E ascii': [960, 960, 3584, 192],
  'q 1E binary': [256, 128, 256, 0],
  'q 1E ascii': [256, 128, 256, 0],
  'l 3E binary': [960, 960, 7168, 192],
  'l 3E ascii': [960, 960, 3584, 192],
  'l 4E binary': [960, 960, 7168, 192],
  'l 4E ascii': [960, 960, 3584, 192],
  'l 1E binary': [256, 128, 256, 0],
  'l 1E ascii': [256, 128, 256, 0],
  'iqr 3E binary': [960, 960, 7168, 96],
  'iqr 3E ascii': [960, 960, 3584, 96],
  'iqr 4E binary': [960, 960, 7168, 96],
  'iqr 4E ascii': [960, 960, 3584, 96],
  'iqr 1E binary': [256, 128, 256, 0],
  'iqr 1E ascii': [256, 128, 256, 0],
  'fx5 3E binary': [960, 960, 3584, 192],
  'fx5 3E ascii': [480, 480, 1792, 96],
  'fx5 1E binary': [64, 32, 256, 0],
  'fx5 1E ascii': [64, 32, 256, 0],
  'fx3 1E binary': [64, 32, 256, 0],
  'fx3 1E ascii': [64, 32, 256, 0],
  'a 1E binary': [256, 128, 256, 0],
  'a 1E ascii': [256, 128, 256, 0],
}

describe('the limits of a request', () => {
  it('are known for every PLC', () => assert.deepEqual(allPlcs.map(titleOf).sort(), Object.keys(expected).sort()))

  for (const plc of allPlcs) {
    it(`hold for ${titleOf(plc)}: at the limit, and one above`, () => {
      const [mostWords = 0, mostBitWords = 0, mostBits = 0, mostRandom = 0] = expected[titleOf(plc)] ?? []
      assert.deepEqual(limitsOf(plc), { words: mostWords, bitWords: mostBitWords, bits: mostBits, random: mostRandom })
      const rows: [most: number, ask: (count: number) => Request][] = [
        [mostWords, (count) => words('D', 0, count)],
        [mostBitWords, (count) => words('M', 0, count)],
        [mostBits, (count) => bits('M', 0, count)],
        [mostRandom, (count) => random(Array(count).fill(D0))],
        [mostRandom, (count) => random(Array(count - (count >> 1)).fill(D0), Array(count >> 1).fill(D0))],
      ]
      for (const [most, ask] of rows) {
        if (most > 0) assert.ok(allows(plc, ask(most)))
        assert.ok(!allows(plc, ask(most + 1)))
        assert.ok(!allows(plc, ask(0)))
      }
    })

    it(`end with the device, for every device of ${titleOf(plc)}`, () => {
      for (const { name, kind, ranges } of devicesOf(plc).values()) {
        if (kind !== 'relay' && kind !== 'contact' && kind !== 'register') continue
        const last = ranges.at(-1)?.[1] ?? 0
        const ask = kind === 'register' ? words : bits
        // of FX3 a counter at the end takes two words
        const width = plc.series === 'fx3' && name === 'CN' ? 2 : 1
        assert.ok(allows(plc, ask(name, last, width)), name)
        assert.ok(!allows(plc, ask(name, last, 2 * width)), name)
        assert.ok(!allows(plc, ask(name, last + 1, width)), name)
      }
    })
  }

  it('do not let a request reach over a hole in the numbers', () => {
    const fx3: Plc = { series: 'fx3', frame: '1E', encoding: 'binary' }
    assert.ok(allows(fx3, bits('M', 7670, 10)))
    assert.ok(!allows(fx3, bits('M', 7670, 11)))
    assert.ok(allows(fx3, words('M', 7664, 1)))
    assert.ok(!allows(fx3, words('M', 7664, 2)))
  })
})

describe('what a PLC can never answer', () => {
  const q: Plc = { series: 'q', frame: '3E', encoding: 'binary' }
  const iqr: Plc = { series: 'iqr', frame: '4E', encoding: 'binary' }
  const fx5: Plc = { series: 'fx5', frame: '3E', encoding: 'binary' }
  const fx3: Plc = { series: 'fx3', frame: '1E', encoding: 'binary' }
  const rows: [what: string, plc: Plc, request: Request, allowed: boolean][] = [
    ['bit devices as words from a multiple of 16 on, with 1E', fx3, words('M', 32, 1), true],
    ['bit devices as words from elsewhere, with 1E', fx3, words('M', 33, 1), false],
    ['bit devices as words from anywhere, with 3E', q, words('M', 33, 1), true],
    ['contacts as bits', q, bits('TS', 0, 16), true],
    ['contacts as words', q, words('TS', 0, 1), false],
    ['contacts at random', q, random([{ device: 'TS', number: 0 }]), false],
    ['words bit by bit', q, bits('D', 0, 1), false],
    ['a device of another series', q, words('RD', 0, 1), false],
    ['no device', q, words('Q', 0, 1), false],
    ['long counters of FX3, two words each', fx3, words('CN', 200, 64), true],
    ['half a long counter', fx3, words('CN', 200, 3), false],
    ['counters across C199 and C200', fx3, words('CN', 199, 2), false],
    ['counters up to C199', fx3, words('CN', 190, 10), true],
    ['long timers, four words each', iqr, words('LTN', 0, 8), true],
    ['half a long timer', iqr, words('LTN', 0, 2), false],
    ['long timers as double words', iqr, random([], [{ device: 'LTN', number: 0 }]), true],
    ['the state of long timers, which PLCs refuse', iqr, bits('LTS', 0, 1), false],
    ['the state of long counters', iqr, bits('LCS', 0, 1), true],
    ['long counters as words', fx5, words('LCN', 0, 2), false],
    ['long counters as double words', fx5, random([], [{ device: 'LCN', number: 0 }]), true],
    ['long counters as single words', fx5, random([{ device: 'LCN', number: 0 }]), false],
    ['the last register at random', q, random([{ device: 'SD', number: 2047 }]), true],
    ['a double word over the end', q, random([], [{ device: 'SD', number: 2047 }]), false],
    ['16 bits over the end', q, random([{ device: 'SM', number: 2040 }]), false],
    ['32 bits over the end', q, random([], [{ device: 'SM', number: 2032 }]), false],
    ['random points with 1E', fx3, random([D0]), false],
    ['the CPU type with 1E', fx3, { kind: 'cpu-type' }, false],
    ['a loop-back of other characters', q, { kind: 'loop-back', text: 'Hi' }, false],
    ['an empty loop-back', q, { kind: 'loop-back', text: '' }, false],
    ['a fraction of a word', q, words('D', 0, 1.5), false],
    ['a negative number', q, words('D', -1, 1), false],
  ]
  for (const [what, plc, request, allowed] of rows) {
    it(`${allowed ? 'does not include' : 'includes'} ${what}`, () => assert.equal(allows(plc, request), allowed))
  }
})
