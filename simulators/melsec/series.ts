// What the series of Mitsubishi PLCs have and refuse: devices with their ranges, points a request, end codes, commands.
//
// Sources: plc-comm-slmp-profiles (live PLCs, 2026-07): ranges of FX5, points and end codes of 3E/4E; QnUCPU manual
// "Communication via Built-in Ethernet Port" 5.1.2 and 5.1.4, MELSEC-L CPU manual "Built-In Ethernet Function" 5.2.1 and
// 5.4: commands and points in ASCII; FX5 manual (SLMP) 4.2; FX3U-ENET manual 9.3.1, FX3U-ENET-ADP manual 7.4: 1E.
// Ranges of q, l, iqr and a are what their parameters are set to in the factory, so they can be changed.

import type { DeviceName } from './devices'

export const SERIES = ['q', 'l', 'iqr', 'fx5', 'fx3', 'a'] as const
export type SeriesName = (typeof SERIES)[number]

export const FRAMES = ['1E', '3E', '4E'] as const
export type Frame = (typeof FRAMES)[number]

export const ENCODINGS = ['binary', 'ascii'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** Where the client comes in: at the CPU's own port, or at an Ethernet module beside it. */
export const ENDPOINTS = ['builtin', 'module'] as const
export type Endpoint = (typeof ENDPOINTS)[number]

export const MISFITS = ['silent', 'refuse'] as const
export type Misfits = (typeof MISFITS)[number]

/** Numbers of a device that exist, both included. */
export type Span = readonly [first: number, last: number]
export type Ranges = Partial<Record<DeviceName, readonly Span[]>>

/** Points of one request. In ASCII some may carry half only, so that their replies are not longer. */
export type Points = { words: Record<Encoding, number>; bits: Record<Encoding, number>; random: number }

export type Series = {
  ranges: Ranges
  /** Frames that its ports understand. */
  frames: Record<Endpoint, readonly Frame[]>
  /** Commands that only some of its ports know: CPU type (0101) and loop-back (0619). */
  tellsType: Record<Endpoint, boolean>
  loopsBack: Record<Endpoint, boolean>
  /** Subcommands 0002 and 0003 (four-letter codes, numbers of four bytes). */
  isWide: boolean
  /** Contacts and coils of timers and counters in a random read: refused with 4032. */
  randomContacts: boolean
  model: { name: string; code: number }
  points: Points
  endCodes: { words: number; bits: number; random: number; noDevice: number; beyond: number; otherNetwork: number }
  /** Points of one 1E request: bits, words of bit devices, words of word devices. */
  points1E: { bits: number; bitWords: number; words: number }
  /** CN from here on are 32-bit counters: two points each in a 1E request. */
  longCountersFrom: number
  /** What its ports do with what is no request of theirs: nothing, or an error. */
  misfits: Record<Endpoint, Misfits>
}

const upTo = (last: number): readonly Span[] => [[0, last]]

const BOTH = (words: number): Record<Encoding, number> => ({ binary: words, ascii: words })
const qPoints: Points = { words: BOTH(960), bits: { binary: 7168, ascii: 3584 }, random: 192 }
const qEndCodes = {
  words: 0xc051,
  bits: 0xc052,
  random: 0xc054,
  noDevice: 0xc05b,
  beyond: 0x4031,
  otherNetwork: 0xc05f,
}
const modulePoints1E = { bits: 256, bitWords: 128, words: 256 }
const moduleOnly = { builtin: false, module: true }
const everywhere = { builtin: true, module: true }
const ALL_FRAMES = ['1E', '3E', '4E'] as const

const qRanges = {
  SM: upTo(2047),
  SD: upTo(2047),
  X: upTo(0x1fff),
  Y: upTo(0x1fff),
  DX: upTo(0x1fff),
  DY: upTo(0x1fff),
  M: upTo(8191),
  L: upTo(8191),
  F: upTo(2047),
  V: upTo(2047),
  B: upTo(0x1fff),
  SB: upTo(0x7ff),
  S: upTo(8191),
  D: upTo(12_287),
  W: upTo(0x1fff),
  SW: upTo(0x7ff),
  TS: upTo(2047),
  TC: upTo(2047),
  TN: upTo(2047),
  STS: upTo(1023),
  STC: upTo(1023),
  STN: upTo(1023),
  CS: upTo(1023),
  CC: upTo(1023),
  CN: upTo(1023),
  Z: upTo(19),
  R: upTo(32_767),
} satisfies Ranges

const q: Series = {
  ranges: { ...qRanges, ZR: upTo(393_215) },
  frames: { builtin: ALL_FRAMES, module: ALL_FRAMES },
  tellsType: moduleOnly,
  loopsBack: moduleOnly,
  isWide: false,
  randomContacts: false,
  model: { name: 'Q02UCPU', code: 0x0263 },
  points: qPoints,
  endCodes: qEndCodes,
  points1E: modulePoints1E,
  longCountersFrom: Number.POSITIVE_INFINITY,
  // C06F is only registered to the error history, and no abnormal response is returned (MELSEC-L CPU manual, 5.4)
  misfits: { builtin: 'silent', module: 'refuse' },
}

const alwaysRefuse = { builtin: 'refuse', module: 'refuse' } as const

export const series: Record<SeriesName, Series> = {
  q,
  l: {
    ...q,
    ranges: { ...qRanges, ZR: upTo(131_071) },
    frames: { builtin: ['3E'], module: ALL_FRAMES },
    model: { name: 'L02CPU', code: 0x0541 },
  },
  iqr: {
    ...q,
    ranges: {
      ...qRanges,
      SM: upTo(4095),
      SD: upTo(4095),
      X: upTo(0x2fff),
      Y: upTo(0x2fff),
      DX: upTo(0x2fff),
      DY: upTo(0x2fff),
      M: upTo(12_287),
      D: upTo(18_431),
      TS: upTo(1023),
      TC: upTo(1023),
      TN: upTo(1023),
      CS: upTo(511),
      CC: upTo(511),
      CN: upTo(511),
      ZR: upTo(65_535),
      RD: upTo(524_287),
      LTS: upTo(1023),
      LTC: upTo(1023),
      LTN: upTo(1023),
      LSTS: upTo(1023),
      LSTC: upTo(1023),
      LSTN: upTo(1023),
      LCS: upTo(511),
      LCC: upTo(511),
      LCN: upTo(511),
      LZ: upTo(1),
    },
    frames: { builtin: ['3E', '4E'], module: ALL_FRAMES },
    tellsType: everywhere,
    loopsBack: everywhere,
    isWide: true,
    randomContacts: true,
    model: { name: 'R120CPU', code: 0x4804 },
    points: { ...qPoints, random: 96 },
    endCodes: { ...qEndCodes, otherNetwork: 0x4a00 },
  },
  fx5: {
    ...q,
    ranges: {
      SM: upTo(9999),
      SD: upTo(11_999),
      // 0 to 1777, octal
      X: upTo(1023),
      Y: upTo(1023),
      M: upTo(7679),
      L: upTo(7679),
      F: upTo(127),
      B: upTo(0xff),
      SB: upTo(0x1ff),
      S: upTo(4095),
      D: upTo(7999),
      W: upTo(0x1ff),
      SW: upTo(0x1ff),
      TS: upTo(511),
      TC: upTo(511),
      TN: upTo(511),
      STS: upTo(15),
      STC: upTo(15),
      STN: upTo(15),
      CS: upTo(255),
      CC: upTo(255),
      CN: upTo(255),
      LCS: upTo(63),
      LCC: upTo(63),
      LCN: upTo(63),
      Z: upTo(19),
      LZ: upTo(1),
      R: upTo(32_767),
    },
    frames: { builtin: ['1E', '3E'], module: ['3E', '4E'] },
    tellsType: everywhere,
    loopsBack: everywhere,
    randomContacts: true,
    model: { name: 'FX5U-32MR/DS', code: 0x4a41 },
    points: { words: { binary: 960, ascii: 480 }, bits: { binary: 3584, ascii: 1792 }, random: 192 },
    endCodes: { ...qEndCodes, words: 0xc052, bits: 0xc051, noDevice: 0xc05c, beyond: 0xc056 },
  },
  fx3: {
    ...q,
    ranges: {
      // 0 to 377, octal
      X: upTo(255),
      Y: upTo(255),
      M: [
        [0, 7679],
        [8000, 8511],
      ],
      S: upTo(4095),
      D: upTo(8511),
      R: upTo(32_767),
      TS: upTo(511),
      TN: upTo(511),
      CS: upTo(255),
      CN: upTo(255),
    },
    frames: { builtin: ['1E'], module: ['1E'] },
    loopsBack: everywhere,
    tellsType: everywhere,
    model: { name: 'FX3U', code: 0xf3 },
    points1E: { bits: 256, bitWords: 32, words: 64 },
    longCountersFrom: 200,
    misfits: alwaysRefuse,
  },
  a: {
    ...q,
    ranges: {
      X: upTo(0x7ff),
      Y: upTo(0x7ff),
      M: [
        [0, 8191],
        [9000, 9255],
      ],
      L: upTo(8191),
      S: upTo(8191),
      F: upTo(2047),
      B: upTo(0xfff),
      D: [
        [0, 6143],
        [9000, 9255],
      ],
      W: upTo(0xfff),
      R: upTo(8191),
      TS: upTo(2047),
      TC: upTo(2047),
      TN: upTo(2047),
      CS: upTo(1023),
      CC: upTo(1023),
      CN: upTo(1023),
    },
    frames: { builtin: ['1E'], module: ['1E'] },
    loopsBack: everywhere,
    tellsType: everywhere,
    // A3NCPU, as every A-series CPU that is no smaller one
    model: { name: 'A3N', code: 0xa3 },
    misfits: alwaysRefuse,
  },
}
