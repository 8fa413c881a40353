// The pace of a serial line. MODBUS over Serial Line V1.02, 2.5.1.1.

import type { ModbusConfig } from '../fields'

export type LineSettings = Pick<ModbusConfig, 'baudRate' | 'dataBits' | 'stopBits' | 'parity'>

export type Line = {
  /** How long so many bytes are on their way, ms. */
  timeMs(bytes: number): number
  /** The silence between two frames, ms. */
  gapMs: number
}

const GAP_CHARACTERS = 3.5
/** Above 19200 baud the silence does not get shorter any more. */
const FAST_BAUD = 19_200
const FAST_GAP_MS = 1.75

export function lineOf({ baudRate, dataBits, stopBits, parity }: LineSettings): Line {
  const bitsPerCharacter = 1 + dataBits + (parity === 'none' ? 0 : 1) + stopBits
  const characterMs = (bitsPerCharacter * 1000) / baudRate
  return {
    timeMs: (bytes) => bytes * characterMs,
    gapMs: baudRate > FAST_BAUD ? FAST_GAP_MS : GAP_CHARACTERS * characterMs,
  }
}
