// Tag lists that nobody thought of: near and far, in batches and picked at random, each value held against the PLC's memory.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Plc } from '../../../nodes/melsec-in/series'
import type { ShortTag } from './config'
import { closeAll, openReading, plcOf, readerOf } from './reader-bench'

const WORDS = ['D', 'W', 'R'] as const
const BITS = ['M', 'B', 'Y'] as const
/** Numbers from here on are left alone. */
const COUNT = 4000

const wordAt = (number: number): number => (number * 40_503) & 0xffff
const bitAt = (number: number): number => ((number * 40_503) >> 7) & 1
const wordOfBits = (first: number): number =>
  Array.from({ length: 16 }, (_, bit) => bitAt(first + bit) << bit).reduce((word, bit) => word | bit, 0)
const longOf = (low: number, high: number): number => high * 0x1_0000 + low

type Row = { address: string; type: string; length: number; is: unknown }

const numbers = fc.oneof(fc.nat(COUNT - 200), fc.nat(60))
const digits = (device: string, number: number): string =>
  `${device}${/[WBY]/.test(device) ? `0${number.toString(16)}` : number}`

const rows: fc.Arbitrary<Row> = fc.oneof(
  fc
    .record({ device: fc.constantFrom(...WORDS), number: numbers, length: fc.integer({ min: 1, max: 9 }) })
    .map((at) => {
      const values = Array.from({ length: at.length }, (_, index) => wordAt(at.number + index))
      return { ...at, address: digits(at.device, at.number), type: 'uint16', is: at.length === 1 ? values[0] : values }
    }),
  fc.record({ device: fc.constantFrom(...WORDS), number: numbers }).map(({ device, number }) => ({
    address: digits(device, number),
    type: 'uint32',
    length: 1,
    is: longOf(wordAt(number), wordAt(number + 1)),
  })),
  fc.record({ device: fc.constantFrom(...WORDS), number: numbers, bit: fc.nat(15) }).map(({ device, number, bit }) => ({
    address: `${digits(device, number)}.${bit.toString(16)}`,
    type: 'bit',
    length: 1,
    is: (wordAt(number) >> bit) & 1,
  })),
  fc
    .record({ device: fc.constantFrom(...BITS), number: numbers, length: fc.integer({ min: 1, max: 40 }) })
    .map((at) => {
      const values = Array.from({ length: at.length }, (_, index) => bitAt(at.number + index))
      return { ...at, address: digits(at.device, at.number), type: 'bit', is: at.length === 1 ? values[0] : values }
    }),
  fc.record({ device: fc.constantFrom(...BITS), number: numbers }).map(({ device, number }) => ({
    address: digits(device, number),
    type: 'uint32',
    length: 1,
    is: longOf(wordOfBits(number), wordOfBits(number + 16)),
  })),
)

const nibbles: fc.Arbitrary<Row> = fc
  .record({ device: fc.constantFrom(...BITS), number: numbers, count: fc.integer({ min: 1, max: 8 }) })
  .map(({ device, number, count }) => ({
    address: `K${count}${digits(device, number)}`,
    type: count > 4 ? 'uint32' : 'uint16',
    length: 1,
    is: Array.from({ length: 4 * count }, (_, bit) => bitAt(number + bit) * 2 ** bit).reduce(
      (sum, bit) => sum + bit,
      0,
    ),
  }))

describe('a reader of any tag list', () => {
  afterEach(closeAll)

  const plcs: Plc[] = [
    { series: 'q', frame: '3E', encoding: 'binary' },
    { series: 'l', frame: '3E', encoding: 'ascii' },
    { series: 'iqr', frame: '4E', encoding: 'binary' },
    { series: 'q', frame: '4E', encoding: 'ascii' },
  ]
  for (const plc of plcs) {
    it(`reads it right: ${plc.series} ${plc.frame} ${plc.encoding}`, async () => {
      const { series, frame, encoding } = plc
      const device = await plcOf({ series, ports: [{ encoding, frames: [frame], manners: {} }] })
      for (const name of WORDS) for (let at = 0; at < COUNT; at++) device.memory.set(name, at, wordAt(at))
      for (const name of BITS) for (let at = 0; at < COUNT; at++) device.memory.set(name, at, bitAt(at))
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.oneof({ weight: 5, arbitrary: rows }, nibbles), { minLength: 1, maxLength: 60 }),
          async (list) => {
            const tags = list.map(({ address, type, length }, at): ShortTag => [`t${at}`, address, type, { length }])
            const { reader } = readerOf(device.port, tags, plc)
            const { values, bad } = await openReading(reader)
            await reader.close()
            assert.deepEqual([...bad], [])
            assert.deepEqual(
              values,
              list.map(({ is }) => is),
            )
          },
        ),
        { numRuns: 60 },
      )
    })
  }
})
