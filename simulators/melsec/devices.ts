// The devices (memory areas) of Mitsubishi PLCs and how they are named on the wire.
// MELSEC Communication Protocol Reference Manual (SH-080008), 8.1 "Device code list".

/**
 * `bit`    one point a number
 * `word`   16 bits a number
 * `long`   32 bits a number: in batch reads not at all, in random reads as a double word
 * `timer`  a long timer: in batch reads four words a number (value, value, coil and contact, 0), in random reads as `long`
 */
export type DeviceKind = 'bit' | 'word' | 'long' | 'timer'

export type Device = {
  kind: DeviceKind
  /** Of its numbers in ASCII messages. */
  base: 10 | 16
  /** In binary 3E and 4E messages. */
  code: number
  /** In ASCII messages with subcommands 0000 and 0001; those with 0002 and 0003 have the name itself, padded to four. */
  short: string
}

const bit = (code: number, short: string, base: 10 | 16 = 10): Device => ({ kind: 'bit', base, code, short })
const word = (code: number, short: string, base: 10 | 16 = 10): Device => ({ kind: 'word', base, code, short })
const long = (code: number, short: string): Device => ({ kind: 'long', base: 10, code, short })
const timer = (code: number, short: string): Device => ({ kind: 'timer', base: 10, code, short })

export const devices = {
  SM: bit(0x91, 'SM'),
  SD: word(0xa9, 'SD'),
  X: bit(0x9c, 'X*', 16),
  Y: bit(0x9d, 'Y*', 16),
  M: bit(0x90, 'M*'),
  L: bit(0x92, 'L*'),
  F: bit(0x93, 'F*'),
  V: bit(0x94, 'V*'),
  B: bit(0xa0, 'B*', 16),
  S: bit(0x98, 'S*'),
  D: word(0xa8, 'D*'),
  W: word(0xb4, 'W*', 16),
  TS: bit(0xc1, 'TS'),
  TC: bit(0xc0, 'TC'),
  TN: word(0xc2, 'TN'),
  STS: bit(0xc7, 'SS'),
  STC: bit(0xc6, 'SC'),
  STN: word(0xc8, 'SN'),
  CS: bit(0xc4, 'CS'),
  CC: bit(0xc3, 'CC'),
  CN: word(0xc5, 'CN'),
  SB: bit(0xa1, 'SB', 16),
  SW: word(0xb5, 'SW', 16),
  DX: bit(0xa2, 'DX', 16),
  DY: bit(0xa3, 'DY', 16),
  Z: word(0xcc, 'Z*'),
  R: word(0xaf, 'R*'),
  ZR: word(0xb0, 'ZR'),
  RD: word(0x2c, 'RD'),
  LTS: bit(0x51, 'LTS'),
  LTC: bit(0x50, 'LTC'),
  LTN: timer(0x52, 'LTN'),
  LSTS: bit(0x59, 'LSTS'),
  LSTC: bit(0x58, 'LSTC'),
  LSTN: timer(0x5a, 'LSTN'),
  LCS: bit(0x55, 'LS'),
  LCC: bit(0x54, 'LC'),
  LCN: long(0x56, 'LN'),
  LZ: long(0x62, 'LZ'),
} as const satisfies Record<string, Device>

export type DeviceName = keyof typeof devices
export const DEVICE_NAMES = Object.keys(devices) as DeviceName[]

/** What a bit of a long timer's third word tells. */
export const timerBits = {
  LTN: { coil: 'LTC', contact: 'LTS' },
  LSTN: { coil: 'LSTC', contact: 'LSTS' },
} as const satisfies Partial<Record<DeviceName, { coil: DeviceName; contact: DeviceName }>>

export function deviceOfCode(code: number): DeviceName | undefined {
  return DEVICE_NAMES.find((name) => devices[name].code === code)
}

/** @param wide of a request with subcommand 0002 or 0003; blanks may stand for asterisks */
export function deviceOfText(text: string, wide: boolean): DeviceName | undefined {
  const padded = text.replaceAll(' ', '*')
  return DEVICE_NAMES.find((name) => (wide ? name.padEnd(4, '*') : devices[name].short) === padded)
}

/** 1E messages name a device by two letters, binary as their two bytes, the second first. */
export function deviceOfLetters(code: number): DeviceName | undefined {
  const letters = String.fromCharCode(code >> 8, code & 0xff).trimEnd()
  return DEVICE_NAMES.find((name) => name === letters)
}
