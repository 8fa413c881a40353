import assert from 'node:assert/strict'
import { describeAddress } from '../../../nodes/melsec-in/addresses'
import { devicesOf } from '../../../nodes/melsec-in/devices'
import type { Plc } from '../../../nodes/melsec-in/series'
import { TRANSPORTS } from '../../../simulators/melsec/melsec-device'
import { asDeviceName, type PlcMemory } from '../../../simulators/melsec/memory'
import type { ShortTag } from './config'
import { allPlcs } from './plcs'
import { closeAll, openReading, plcOf, readerOf } from './reader-bench'

/** Octal numbers in ASCII (tag-rules.ts). */
const isRefused = ({ series, frame, encoding }: Plc, name: string): boolean =>
  series === 'fx5' && frame === '3E' && encoding === 'ascii' && /^[XY]$/.test(name)

type Row = { tag: ShortTag; is: unknown }

/** Of every device that the PLC has something of every kind, written into its memory. */
function plantOf(plc: Plc, memory: PlcMemory): Row[] {
  const rows: Row[] = []
  for (const { name, kind } of devicesOf(plc).values()) {
    const device = asDeviceName(name)
    if (!device || !memory.has(device) || isRefused(plc, name)) continue
    const at = (number: number, bit?: number): string =>
      describeAddress({ device: name, number, ...(bit !== undefined && { bit }) }, plc).replace(/ .*/, '')
    const add = (number: number, is: unknown, type: string, others: object = {}, bit?: number): void => {
      rows.push({ tag: [`${rows.length}`, at(number, bit), type, others], is })
    }
    switch (kind) {
      case 'relay':
        memory.set(device, 1, 1, 0, 1)
        memory.set(device, 35, 1, 1)
        add(1, true, 'bool')
        add(2, 0, 'bit')
        add(1, [true, false, true, false], 'bool', { length: 4 })
        // 35 and 36 are bits 3 and 4 of what begins at 32
        add(32, 0b11000, 'uint16')
        add(3, true, 'bool')
        break
      case 'contact':
      case 'longState':
        memory.set(device, 0, 1, 0, 1)
        add(0, true, 'bool')
        add(1, 0, 'bit')
        add(0, [1, 0, 1], 'bit', { length: 3 })
        break
      case 'register':
        memory.set(device, 1, 0xabcd, 0x5678, 0x1234, 0, 0x3fc0)
        memory.set(device, 6, 0x4241, 0x0043)
        add(1, 0xabcd, 'uint16')
        add(1, -0x5433, 'int16')
        add(2, 0x1234_5678, 'uint32')
        add(2, 0x5678_1234, 'uint32', { order: 'ABCD' })
        add(4, 1.5, 'float32')
        add(6, 'ABC', 'string', { length: 4 })
        add(2, [0x5678, 0x1234], 'uint16', { length: 2 })
        rows.push({ tag: [`${rows.length}`, `${at(1)}:3`], is: [0xabcd, 0x5678, 0x1234] })
        rows.push({ tag: [`${rows.length}`, `${at(6)}:2`, 'string'], is: 'ABC' })
        rows.push({ tag: [`${rows.length}`, `${at(2)}:UD`, 'uint32'], is: 0x1234_5678 })
        add(1, true, 'bool', {}, 15)
        add(1, 0, 'bit', {}, 1)
        break
      case 'longTimer':
        memory.set(device, 0, 0x1234_5678, 7, 8)
        add(0, 0x1234_5678, 'uint32')
        add(0, [0x1234_5678, 7, 8], 'int32', { length: 3 })
        break
      case 'long':
        memory.set(device, 0, 0xfffe_dcba, 70_000)
        add(0, -0x0001_2346, 'int32')
        add(0, [0xfffe_dcba, 70_000], 'uint32', { length: 2 })
        break
    }
  }
  memory.set('M', 101, 1, 0, 1)
  memory.set('M', 135, 1, 1, 0, 1)
  rows.push({ tag: ['K1M101', 'K1M101', 'int16'], is: 0b0101 })
  rows.push({ tag: ['K1M135', 'K1M135'], is: 0b1011 })
  rows.push({ tag: ['K1M135 as BCD', 'K1M136', 'bcd16'], is: 5 })
  rows.push({ tag: ['K3M128', 'K3M128', 'uint16'], is: 0b0101_1000_0000 })
  rows.push({ tag: ['K4M135', 'K4M135', 'uint16'], is: 0b1011 })
  rows.push({ tag: ['K5M120', 'K5M120', 'uint32'], is: (0b11 << 15) | (1 << 18) })
  rows.push({ tag: ['K8M107', 'K8M107', 'int32'], is: (0b1011 << 28) | 0 })
  if (plc.series === 'fx3') {
    memory.set('CN', 199, 5)
    memory.set('CN', 200, 0x1234_5678, 9)
    rows.push({ tag: ['C199', 'CN199'], is: 5 })
    rows.push({ tag: ['C200', 'CN200', 'uint32'], is: 0x1234_5678 })
    rows.push({ tag: ['C200 and C201', 'CN200', 'int32', { length: 2 }], is: [0x1234_5678, 9] })
  }
  return rows
}

describe('a reader and the plant of a PLC', () => {
  afterEach(closeAll)

  for (const plc of allPlcs) {
    for (const transport of TRANSPORTS) {
      const { series, frame, encoding } = plc
      it(`reads it right: ${series} ${frame} ${encoding} over ${transport}`, async () => {
        const device = await plcOf({ series, ports: [{ transport, encoding, frames: [frame] }] })
        const rows = plantOf(plc, device.memory)
        const tags = rows.map(({ tag }) => tag)
        const { reader } = readerOf(device.port, tags, { ...plc, transport })
        const { values, bad } = await openReading(reader)
        assert.deepEqual([...bad.values()], [])
        assert.deepEqual(
          rows.map(({ tag: [, address, type, others] }, at) => [address, type, others, values[at]]),
          rows.map(({ tag: [, address, type, others], is }) => [address, type, others, is]),
        )
      })
    }
  }
})

describe('A MELSEC reader of scaled tags', () => {
  afterEach(closeAll)

  it('multiplies by what is in the PLC in the same cycle, and tells nothing of the words read for that', async () => {
    const plc = await plcOf()
    plc.memory.set('D', 100, 50_243, 0xffff, 3)
    const { reader } = readerOf(plc.port, [
      ['power', 'D100', 'uint16', { scaleFrom: '10^D101', max: '6000' }],
      ['current', 'D102', 'uint16', { scaleFrom: '*D100', texts: '150729=much' }],
    ])
    assert.deepEqual(
      reader.tags.map(({ name, kind }) => [name, kind]),
      [
        ['power', 'number'],
        ['current', 'any'],
      ],
    )
    assert.deepEqual((await openReading(reader)).values, [5024.3, 'much'])
    plc.memory.set('D', 101, 0)
    const { values, bad } = await reader.read(new AbortController().signal)
    assert.deepEqual([values, [...bad]], [[null, 'much'], [[0, '50243 is above the maximum 6000']]])
  })
})
