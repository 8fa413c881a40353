// A tag list as what has to be read of a PLC: each word or bit once, with the columns that it fills, and what is made of a
// reading then.

import { columnFinishes, finishOf } from '../../lib/collector/finish'
import type { TagColumn } from '../../lib/contract/batch'
import { Fault } from '../../lib/contract/fault'
import { plainColumns, type ScaleReference, scaledColumns } from '../../lib/contract/scale-from'
import { BITS_OF_A_REGISTER, isArray, isBitType, registersOf } from '../../lib/contract/word-types'
import type { Item } from '../../lib/polling/item'
import { itemList, type ReadingPlan } from '../../lib/polling/item-list'
import type { Decoder } from '../../lib/registers/decoder'
import { kindOf, packedBitDecoder, wordDecoder } from '../../lib/registers/word-decoder'
import { BIG_ENDIAN, type Layout, layoutOf } from '../../lib/registers/word-layout'
import { type MelsecAddress, parseAddress } from './addresses'
import { type Area, areaOf, isBitDevice } from './areas'
import { type Device, devicesOf, longStateOf } from './devices'
import { type MelsecConfig, type MelsecTag, plcOf } from './fields'
import type { Plc } from './series'
import { pointsOf } from './tag-rules'

/** All that is read over a connection is of one PLC. */
export const UNIT = 0

type Place = { readonly area: Area; readonly address: number; readonly length: number; readonly decode: Decoder }

const LOW_WORD_FIRST = layoutOf('CDAB', BIG_ENDIAN)
/** The first character of a text is in the low byte (FX3U-ENET-ADP User's Manual 7.3.3, example 2). */
const LOW_BYTE_FIRST = layoutOf('BA', BIG_ENDIAN)

export function columnsOf(tags: readonly MelsecTag[]): TagColumn[] {
  return tags.map((tag) => ({ name: tag.name, unit: tag.unit, kind: kindOf(tag) }))
}

export function readingPlanOf(config: MelsecConfig): ReadingPlan<Area> {
  const { tags } = config
  const plc = plcOf(config)
  const { columns, scales } = scaledColumns(tags, scaleAt)
  const places = columns.map((tag, column) => ({
    unit: UNIT,
    ...placeOf(tag, plc),
    every: tag.every,
    scale: scales.get(column)?.from,
  }))
  return {
    items: itemList(places),
    columns: columnsOf(tags),
    width: columns.length,
    finish: finishOf(columnFinishes(columns, scales), tags.length),
  }
}

/** In the order of the tags. Several tags of the same words, e.g. bits of one, share an item. */
export function itemsOf(config: MelsecConfig): Item<Area>[] {
  return [...readingPlanOf(config).items]
}

/** A word that only scales others: of an exponent with a sign, of a factor without. */
function scaleAt({ every }: MelsecTag, { kind, from }: ScaleReference): MelsecTag {
  return { ...plainColumns, name: from, address: from, type: kind === 'power' ? 'int16' : 'uint16', every }
}

function placeOf(tag: MelsecTag, plc: Plc): Place {
  const at = parseAddress(tag.address, plc)
  // The fields have been checked, so this is for those who come here by another way.
  if ('problem' in at) throw new Fault('config', 'tag-invalid', `tag "${tag.name}": ${at.problem}`)
  const device = deviceNamed(at.device, plc)
  const points = pointsOf(tag, at, device, plc)
  if (isBitDevice(device)) {
    const decode = isBitType(tag.type) ? packedBitDecoder(tag) : wordsOfBits(tag, points)
    return { area: device.name, address: at.number, length: points, decode }
  }
  const state = longStateOf(device.name)
  const { area, pointLength } = areaOf(plc, state ? deviceNamed(state.device, plc) : device, at.number)
  const span = { area, address: at.number * pointLength, length: points * pointLength }
  if (state) return { ...span, decode: statesOf(tag, state, pointLength) }
  return { ...span, decode: numberOf(tag, at, pointLength) }
}

function numberOf(tag: MelsecTag, { bit }: MelsecAddress, pointLength: number): Decoder {
  const decode = wordDecoder({ ...tag, bit }, nativeLayout(tag))
  const words = registersOf({ type: tag.type })
  if (!isArray(tag) || bit !== undefined || words >= pointLength) return decode
  // of a long timer, what follows the value is no value
  return (view, at) => decode(gathered(view, at, tag.length, { words, stride: pointLength }), 0)
}

/** A date begins with its year, as the PLC's own clock does in SD210 to SD212 (QCPU User's Manual, special registers). */
function nativeLayout({ type }: Pick<MelsecTag, 'type'>): Layout {
  if (type === 'bcdtime48' || type === 'iec64') return BIG_ENDIAN
  return type === 'string' ? LOW_BYTE_FIRST : LOW_WORD_FIRST
}

/** Of each point its first words. */
function gathered(view: DataView, at: number, points: number, of: { words: number; stride: number }): DataView {
  const values = new DataView(new ArrayBuffer(2 * of.words * points))
  for (let index = 0; index < of.words * points; index++) {
    const word = Math.floor(index / of.words) * of.stride + (index % of.words)
    values.setUint16(2 * index, view.getUint16(at + 2 * word))
  }
  return values
}

/** Contacts and coils of long timers: a bit in one of the words of each. */
function statesOf(tag: MelsecTag, { word, bit }: { word: number; bit: number }, pointLength: number): Decoder {
  const decode = packedBitDecoder(tag)
  return (view, at) => {
    const packed = new Uint8Array(Math.ceil(tag.length / 8))
    for (let index = 0; index < tag.length; index++) {
      const isOn = (view.getUint16(at + 2 * (index * pointLength + word)) >> bit) & 1
      packed[index >> 3] = (packed[index >> 3] ?? 0) | (isOn << (index & 7))
    }
    return decode(new DataView(packed.buffer), 0)
  }
}

/** A number in bits: 16 of them are a word, the first in its lowest bit. Of K1M0 only `points` are there, and the others 0. */
function wordsOfBits(tag: MelsecTag, points: number): Decoder {
  const decode = wordDecoder(tag, nativeLayout(tag))
  const words = registersOf(tag)
  return (view, at) => {
    const registers = new DataView(new ArrayBuffer(2 * words))
    for (let index = 0; index < words; index++) {
      const first = BITS_OF_A_REGISTER * index
      registers.setUint16(2 * index, wordAt(view, at + first, Math.min(points - first, BITS_OF_A_REGISTER)))
    }
    return decode(registers, 0)
  }
}

function wordAt(packed: DataView, at: number, bits: number): number {
  let word = 0
  for (let bit = 0; bit < bits; bit++) {
    const index = at + bit
    word |= ((packed.getUint8(index >> 3) >> (index & 7)) & 1) << bit
  }
  return word
}

function deviceNamed(name: string, plc: Plc): Device {
  const device = devicesOf(plc).get(name)
  if (!device) throw new Fault('bug', 'device-unknown', `a PLC without ${name} was asked for it`)
  return device
}
