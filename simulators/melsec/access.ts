// What 3E and 4E requests read of a PLC's devices (commands 0401 and 0403).

import { type DeviceName, devices, timerBits } from './devices'
import { EndCode } from './end-code'
import type { Look } from './memory'
import { NoAnswer } from './no-answer'
import type { Plc } from './plc'
import type { Encoding } from './series'

export type Place = { device: DeviceName | undefined; number: number }

/** The device name is not allowed in this way (live iQ-R, plc-comm-slmp-profiles). */
const NOT_THIS_WAY = 0x4030
/** Contacts and coils of timers and counters cannot be read in units of words (QnUCPU manual, 5.1.2 note 1). */
const NO_CONTACTS = 0x4032
/** Bits of a word device (MELSEC-L CPU manual, 5.4). */
const NO_BITS = 0xc05c
const WORD_BITS = 16
const TIMER_WORDS = 4
/** Named by QnUCPU manual 5.1.2 note 1. */
const CONTACTS: readonly DeviceName[] = ['TS', 'TC', 'STS', 'STC', 'CS', 'CC']
/** Their bits are in the words of LTN and LSTN only. */
const TIMER_BITS: readonly DeviceName[] = ['LTS', 'LTC', 'LSTS', 'LSTC']

/** 0401, units of bits. Throws an EndCode when the PLC says no. */
export function readBits(plc: Plc, place: Place, points: number, encoding: Encoding): number[] {
  const { points: most, endCodes } = plc.series
  const device = known(plc, place)
  if (points < 1 || points > most.bits[encoding]) throw new EndCode(endCodes.bits)
  if (devices[device].kind !== 'bit') throw new EndCode(NO_BITS)
  if (TIMER_BITS.includes(device)) throw new EndCode(NOT_THIS_WAY)
  return numbers(plc, plc.memory.look(), { device, number: place.number }, points)
}

/** 0401, units of words. Throws an EndCode when the PLC says no. */
export function readWords(plc: Plc, place: Place, points: number, encoding: Encoding): number[] {
  const { points: most, endCodes } = plc.series
  const device = known(plc, place)
  if (points < 1 || points > most.words[encoding]) throw new EndCode(endCodes.words)
  const look = plc.memory.look()
  const { number } = place
  const { kind } = devices[device]
  switch (kind) {
    case 'bit':
      if (TIMER_BITS.includes(device)) throw new EndCode(NOT_THIS_WAY)
      return wordsOfBits(numbers(plc, look, { device, number }, points * WORD_BITS))
    case 'word':
      return numbers(plc, look, { device, number }, points)
    case 'timer': {
      if (points % TIMER_WORDS !== 0) throw new EndCode(endCodes.words)
      const values = numbers(plc, look, { device, number }, points / TIMER_WORDS)
      return values.flatMap((value, at) => timerWords(look, device, number + at, value))
    }
    case 'long':
      throw new EndCode(plc.series.isWide ? NOT_THIS_WAY : endCodes.noDevice)
    default:
      return kind satisfies never
  }
}

/** 0403. Throws an EndCode when the PLC says no. */
export function readRandom(
  plc: Plc,
  wordPlaces: readonly Place[],
  doublePlaces: readonly Place[],
): { words: number[]; doubles: number[] } {
  const { points, endCodes } = plc.series
  const count = wordPlaces.length + doublePlaces.length
  if (count < 1 || count > points.random) throw new EndCode(endCodes.random)
  const look = plc.memory.look()
  return {
    words: wordPlaces.map((place) => randomWord(plc, look, place)),
    doubles: doublePlaces.map((place) => randomDouble(plc, look, place)),
  }
}

function randomWord(plc: Plc, look: Look, place: Place): number {
  const device = randomly(plc, place)
  const { number } = place
  const { kind } = devices[device]
  if (kind === 'long' || kind === 'timer') throw new EndCode(NOT_THIS_WAY)
  const [word = 0] =
    kind === 'bit'
      ? wordsOfBits(numbers(plc, look, { device, number }, WORD_BITS))
      : numbers(plc, look, { device, number }, 1)
  return word
}

function randomDouble(plc: Plc, look: Look, place: Place): number {
  const device = randomly(plc, place)
  const { number } = place
  const { kind } = devices[device]
  if (kind === 'long' || kind === 'timer') return numbers(plc, look, { device, number }, 1)[0] ?? 0
  const [low = 0, high = 0] =
    kind === 'bit'
      ? wordsOfBits(numbers(plc, look, { device, number }, 2 * WORD_BITS))
      : numbers(plc, look, { device, number }, 2)
  return high * 0x1_0000 + low
}

function randomly(plc: Plc, place: Place): DeviceName {
  const device = known(plc, place)
  if (TIMER_BITS.includes(device)) throw new EndCode(NOT_THIS_WAY)
  if (CONTACTS.includes(device) && !plc.series.randomContacts) throw new EndCode(NO_CONTACTS)
  return device
}

function known(plc: Plc, { device }: Place): DeviceName {
  if (!device || !plc.memory.has(device)) throw new EndCode(plc.series.endCodes.noDevice)
  return device
}

function numbers(plc: Plc, look: Look, { device, number }: { device: DeviceName; number: number }, count: number) {
  const { memory } = plc
  const { beyond } = plc.series.endCodes
  if (!memory.exists(device, number, count)) throw new EndCode(beyond)
  const refusal = memory.refusalOf(device, number, count)
  if (refusal?.how) throw new NoAnswer(refusal.how)
  if (refusal) throw new EndCode(refusal.endCode ?? beyond)
  return look.read(device, number, count)
}

/** 16 points a word, the first one in its lowest bit. */
export function wordsOfBits(bits: readonly number[]): number[] {
  return Array.from({ length: bits.length / WORD_BITS }, (_, word) =>
    bits.slice(word * WORD_BITS, (word + 1) * WORD_BITS).reduce((sum, bit, at) => sum + bit * 2 ** at, 0),
  )
}

/** SH-080008, 8.2 "Batch read in word units": value, value, coil (b0) and contact (b1), system. */
function timerWords(look: Look, device: DeviceName, number: number, value: number): number[] {
  const names = device === 'LSTN' ? timerBits.LSTN : timerBits.LTN
  const [coil = 0] = look.read(names.coil, number, 1)
  const [contact = 0] = look.read(names.contact, number, 1)
  return [value % 0x1_0000, Math.floor(value / 0x1_0000), coil + 2 * contact, 0]
}
