import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WordOrder, WordType } from '../../../lib/contract/word-types'
import { wordOrders, wordTypes } from '../../../lib/contract/word-types'
import { bitOfWord, packedBit, scaled, wordDecoder } from '../../../lib/registers/words'

/** `words` in hex; `value` null where there is none to be had. */
type Row = {
  words: string
  type: WordType
  order: WordOrder
  scale?: number
  offset?: number
  bit?: number
  value: number | boolean | null
}
const rows: Row[] = JSON.parse(readFileSync(join('test', 'fixtures', 'words.json'), 'utf8'))

function viewOf(hex: string): DataView {
  const bytes = Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
  return new DataView(bytes.buffer)
}

function decode({ words, type, order, scale = 1, offset = 0, bit = 0 }: Row, at: number): number | boolean {
  const view = viewOf('AAAA'.repeat(at / 2) + words)
  return type === 'bool' ? bitOfWord(order, bit)(view, at) : scaled(wordDecoder(type, order), scale, offset)(view, at)
}

describe('words', () => {
  for (const row of rows) {
    const { words, type, order, scale, offset, bit, value } = row
    const extras = Object.entries({ scale, offset, bit }).flatMap(([name, x]) =>
      x === undefined ? [] : `${name} ${x}`,
    )
    it(`reads ${words} as ${[type, order, ...extras].filter(Boolean).join(' ')}: ${value}`, () => {
      for (const at of [0, 2, 246]) {
        const got = decode(row, at)
        assert.deepEqual(typeof got === 'number' && !Number.isFinite(got) ? null : got, value)
      }
    })
  }

  it('has a row for every type with every order', () => {
    for (const type of wordTypes) {
      for (const order of wordOrders) {
        assert.ok(
          rows.some((row) => row.type === type && row.order === order),
          `${type} ${order}`,
        )
      }
    }
  })

  it('never reads beyond the end', () => {
    for (const order of wordOrders) {
      assert.throws(() => wordDecoder('uint16', order)(viewOf('12'), 0), RangeError)
      assert.throws(() => wordDecoder('float32', order)(viewOf('1234 56'), 0), RangeError)
    }
  })

  it('leaves a value alone where scale is 1 and offset 0', () => {
    const plain = wordDecoder('uint32', '')
    assert.equal(scaled(plain, 1, 0), plain)
  })

  it('counts packed bits from the least significant one of the first byte', () => {
    const view = viewOf('CD6B05')
    const bits = Array.from({ length: 19 }, (_, index) => (packedBit(view, index) ? 1 : 0)).join('')
    assert.equal(bits, '1011001111010110101')
    assert.throws(() => packedBit(view, 24), RangeError)
  })
})
