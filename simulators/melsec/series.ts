// What the series of Mitsubishi PLCs carry in a request, which commands they know and how they say no.
//
// Sources: plc-comm-slmp-profiles (live PLCs, 2026-07): points and end codes of 3E and 4E; QnUCPU manual "Communication via
// Built-in Ethernet Port" 5.1.2 and 5.1.4, MELSEC-L CPU manual "Built-In Ethernet Function" 5.2.1 and 5.4: commands, points
// in ASCII, 1E; FX5 manual (SLMP) 4.2; FX3U-ENET-ADP manual 7.4: 1E.

import { type Ranges, ranges } from './ranges'

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
  /** It reads contacts and coils of timers and counters in random reads; if not, it refuses with 4032. */
  randomContacts: boolean
  /** Of l and a not seen in a manual. */
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

const both = (words: number): Record<Encoding, number> => ({ binary: words, ascii: words })
const qPoints: Points = { words: both(960), bits: { binary: 7168, ascii: 3584 }, random: 192 }
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

const q: Series = {
  ranges: ranges.q,
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
    ranges: ranges.l,
    frames: { builtin: ['3E'], module: ALL_FRAMES },
    model: { name: 'L02CPU', code: 0x0541 },
  },
  iqr: {
    ...q,
    ranges: ranges.iqr,
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
    ranges: ranges.fx5,
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
    ranges: ranges.fx3,
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
    ranges: ranges.a,
    frames: { builtin: ['1E'], module: ['1E'] },
    loopsBack: everywhere,
    tellsType: everywhere,
    // A3NCPU, as every A-series CPU that is no smaller one
    model: { name: 'A3N', code: 0xa3 },
    misfits: alwaysRefuse,
  },
}
