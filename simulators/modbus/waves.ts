// Values that move: pure functions of time, so that any moment can be computed and every run shows the same.

import { asNumber, asRecord } from '../../lib/contract/parse'

/** Periods and times in ms, phase in parts of a period (0 to 1). */
export type Wave =
  | { wave: 'constant'; value: number }
  | { wave: 'sine'; min: number; max: number; periodMs: number; phase?: number }
  /** Sawtooth from min up to max. */
  | { wave: 'ramp'; min: number; max: number; periodMs: number }
  /** `high` for the first `duty` (0 to 1) of each period, then `low`. */
  | { wave: 'square'; low: number; high: number; periodMs: number; duty?: number }
  /** Wanders smoothly and aimlessly between min and max; `stepMs` is about the time from one turn to the next. */
  | { wave: 'walk'; min: number; max: number; stepMs: number; seed: number }
  /** Whole steps: `start`, then one more every `everyMs`. A register that is too small for it wraps around. */
  | { wave: 'counter'; start: number; everyMs: number }
  /** One more at every read request, whoever asks: proves that no sample was lost or doubled. */
  | { wave: 'sequence' }

/** @param at ms since the device began, and how many read requests touched this value before */
export function valueAt(wave: Wave, at: { timeMs: number; reads: number }): number {
  switch (wave.wave) {
    case 'constant':
      return wave.value
    case 'sine': {
      const turns = at.timeMs / wave.periodMs + (wave.phase ?? 0)
      return between(wave.min, wave.max, (Math.sin(2 * Math.PI * turns) + 1) / 2)
    }
    case 'ramp':
      return between(wave.min, wave.max, fraction(at.timeMs / wave.periodMs))
    case 'square':
      return fraction(at.timeMs / wave.periodMs) < (wave.duty ?? 0.5) ? wave.high : wave.low
    case 'walk':
      return between(wave.min, wave.max, smoothNoise(wave.seed, at.timeMs / wave.stepMs))
    case 'counter':
      return wave.start + Math.floor(at.timeMs / wave.everyMs)
    case 'sequence':
      return at.reads
    default:
      return wave satisfies never
  }
}

/** undefined for anything that is not a wave. */
export function parseWave(input: unknown): Wave | undefined {
  const record = asRecord(input)
  if (!record) return undefined
  const number = (name: string): number => asNumber(record[name]) ?? Number.NaN
  const duration = (name: string): number => asNumber(record[name], 1) ?? Number.NaN
  const part = (name: string, standard: number): number => asNumber(record[name] ?? standard, 0, 1) ?? Number.NaN
  const wave = waveOf(record.wave, number, duration, part)
  return wave && Object.values(wave).every((value) => !Number.isNaN(value)) ? wave : undefined
}

function waveOf(
  name: unknown,
  number: (name: string) => number,
  duration: (name: string) => number,
  part: (name: string, standard: number) => number,
): Wave | undefined {
  const range = () => ({ min: number('min'), max: number('max') })
  switch (name) {
    case 'constant':
      return { wave: name, value: number('value') }
    case 'sine':
      return { wave: name, ...range(), periodMs: duration('periodMs'), phase: part('phase', 0) }
    case 'ramp':
      return { wave: name, ...range(), periodMs: duration('periodMs') }
    case 'square':
      return {
        wave: name,
        low: number('low'),
        high: number('high'),
        periodMs: duration('periodMs'),
        duty: part('duty', 0.5),
      }
    case 'walk':
      return { wave: name, ...range(), stepMs: duration('stepMs'), seed: number('seed') }
    case 'counter':
      return { wave: name, start: number('start'), everyMs: duration('everyMs') }
    case 'sequence':
      return { wave: name }
    default:
      return undefined
  }
}

const fraction = (value: number): number => value - Math.floor(value)
const between = (min: number, max: number, part: number): number => min + (max - min) * part

/** 0 to 1: chance at every whole `x`, a smooth curve between them. */
function smoothNoise(seed: number, x: number): number {
  const left = Math.floor(x)
  const part = x - left
  return between(chance(seed, left), chance(seed, left + 1), part * part * (3 - 2 * part))
}

/** 0 to 1, always the same for the same arguments (the 32-bit finalizer of MurmurHash3). */
function chance(seed: number, index: number): number {
  let hash = Math.imul(index, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
