// The devices of the MELSEC series: their codes on the wire, how they are numbered, and which of them each series has.
//
// Sources, each code in at least two of them:
//   [COM] MELSEC Communication Protocol Reference Manual SH(NA)-080008, 8.1 "Device code list": codes and ASCII codes of 3E and 4E
//   [QNU] QnUCPU User's Manual (Communication via Built-in Ethernet Port), 5.1.2: codes and ranges of 1E with Q and A
//   [ENET] FX3U-ENET-L User's Manual, 9.3.1 (2), as FX3U-ENET-ADP 7.5.1: codes and ranges of 1E with FX3
//   pymcprotocol (mcprotocolconst.py), plc-comm-slmp (constants.py), ICC ETH-1000 manual table 7 (1E and 3E side by side)
// Ranges are the largest that any CPU of the series can be set to; a PLC with less refuses the rest itself (C056, 4031).
//   q, l: QnUCPU User's Manual (Function Explanation), appendix 4 (M and B up to 60 K, the others 32 K points); D, W, ZR up to
//         4910 K words of QnUDV. iqr: maximum of the parameters, as plc-comm-slmp quotes the CPU manual, RD and S by the CPU manual.
//   fx5: FX5 performance specification; D and R as far as the parameters go.
// Where sources disagree:
//   ZR is hexadecimal in some manuals and in pymcprotocol; GX Works and real PLCs count it in decimal (plc-comm-slmp, measured).
//   [QNU] 5.1.2 prints 42 20 for D of 1E, a slip: its own ASCII column and [ENET] have 44 20.
//   ICC says that 1E has no F; [QNU] has it. ZR of 1E (5A52) is in no manual, only in other drivers: left out.
//   In ASCII a number is written in the device's own base: for X and Y of FX5 that is taken to be octal, as no source shows a frame.
//   LTS LTC LSTS LSTC have codes, but PLCs refuse them (4030, measured): they are read as bits of LTN and LSTN.

import type { Plc, Series } from './series'

/**
 * `relay` a bit; 16 of them may be read as a word
 * `contact` a bit that is read as a bit only ([COM] 8.3, [QNU] 5.1.2: no word access to TS, TC, CS, CC ...)
 * `register` a 16-bit word
 * `longTimer` 4 words: value (2, low word first), state, reserved (iQ-R CPU User's Manual, "Data configuration of long timer")
 * `longState` a bit in the third word of a long timer
 * `long` 32 bits, to be asked for as a double word at random only ([FX5] 4.2: "double word device and LZ are not supported")
 */
export type DeviceKind = 'relay' | 'contact' | 'register' | 'longTimer' | 'longState' | 'long'

export type NumberBase = 8 | 10 | 16

export type Device = {
  readonly name: string
  readonly title: string
  readonly kind: DeviceKind
  readonly base: NumberBase
  /** Lowest and highest number of each stretch, ascending. */
  readonly ranges: readonly (readonly [first: number, last: number])[]
  /** The device code in binary: 1 byte, of iQ-R 2, of 1E two letters. */
  readonly code: number
  /** The device code in ASCII. */
  readonly mark: string
}

type Row = readonly [
  name: string,
  title: string,
  kind: DeviceKind,
  base: 10 | 16,
  code: number,
  /** Two characters; '' = not with the subcommands 0000 and 0001. */
  ascii: string,
  /** Two letters; '' = not in 1E. */
  letters: string,
  /** Highest numbers in the device's own base, or stretches; '' = the series has none. */
  ql: string,
  iqr: string,
  fx5: string,
  fx3: string,
  a: string,
]

// biome-ignore format: a table, one line a device
const rows: readonly Row[] = [
  // name   title                            kind     base  code  ascii  1E     q, l       iqr         fx5      fx3               a
  ['X',    'input',                         'relay',    16, 0x9c, 'X*', 'X ', '1FFF',    '2FFF',     '1777',  '377',            '7FF'],
  ['Y',    'output',                        'relay',    16, 0x9d, 'Y*', 'Y ', '1FFF',    '2FFF',     '1777',  '377',            '7FF'],
  ['M',    'internal relay',                'relay',    10, 0x90, 'M*', 'M ', '61439',   '94674943', '32767', '7679 8000-8511', '8191 9000-9255'],
  ['L',    'latch relay',                   'relay',    10, 0x92, 'L*', '',   '32767',   '32767',    '32767', '',               ''],
  ['F',    'annunciator',                   'relay',    10, 0x93, 'F*', 'F ', '32767',   '32767',    '32767', '',               '2047'],
  ['V',    'edge relay',                    'relay',    10, 0x94, 'V*', '',   '32767',   '32767',    '',      '',               ''],
  ['B',    'link relay',                    'relay',    16, 0xa0, 'B*', 'B ', 'EFFF',    '5A49FFF',  '7FFF',  '',               'FFF'],
  ['S',    'step relay',                    'relay',    10, 0x98, 'S*', 'S ', '8191',    '16383',    '4095',  '4095',           ''],
  ['SM',   'special relay',                 'relay',    10, 0x91, 'SM', '',   '2047',    '4095',     '9999',  '',               ''],
  ['SB',   'link special relay',            'relay',    16, 0xa1, 'SB', '',   '7FFF',    '5A49FFF',  '7FFF',  '',               ''],
  ['DX',   'direct input',                  'relay',    16, 0xa2, 'DX', '',   '1FFF',    '2FFF',     '',      '',               ''],
  ['DY',   'direct output',                 'relay',    16, 0xa3, 'DY', '',   '1FFF',    '2FFF',     '',      '',               ''],
  ['TS',   'timer contact',                 'contact',  10, 0xc1, 'TS', 'TS', '32767',   '5259711',  '1023',  '511',            '2047'],
  ['TC',   'timer coil',                    'contact',  10, 0xc0, 'TC', 'TC', '32767',   '5259711',  '1023',  '',               '2047'],
  ['TN',   'timer value',                   'register', 10, 0xc2, 'TN', 'TN', '32767',   '5259711',  '1023',  '511',            '2047'],
  ['STS',  'retentive timer contact',       'contact',  10, 0xc7, 'SS', '',   '32767',   '5259711',  '1023',  '',               ''],
  ['STC',  'retentive timer coil',          'contact',  10, 0xc6, 'SC', '',   '32767',   '5259711',  '1023',  '',               ''],
  ['STN',  'retentive timer value',         'register', 10, 0xc8, 'SN', '',   '32767',   '5259711',  '1023',  '',               ''],
  ['CS',   'counter contact',               'contact',  10, 0xc4, 'CS', 'CS', '32767',   '5259711',  '1023',  '255',            '1023'],
  ['CC',   'counter coil',                  'contact',  10, 0xc3, 'CC', 'CC', '32767',   '5259711',  '1023',  '',               '1023'],
  ['CN',   'counter value',                 'register', 10, 0xc5, 'CN', 'CN', '32767',   '5259711',  '1023',  '255',            '1023'],
  ['D',    'data register',                 'register', 10, 0xa8, 'D*', 'D ', '5027839', '5917183',  '32767', '8511',           '6143 9000-9255'],
  ['W',    'link register',                 'register', 16, 0xb4, 'W*', 'W ', '4CB7FF',  '5A49FF',   '7FFF',  '',               'FFF'],
  ['R',    'file register',                 'register', 10, 0xaf, 'R*', 'R ', '32767',   '32767',    '32767', '32767',          '8191'],
  ['ZR',   'file register',                 'register', 10, 0xb0, 'ZR', '',   '5027839', '5917183',  '',      '',               ''],
  ['SD',   'special register',              'register', 10, 0xa9, 'SD', '',   '2047',    '4095',     '11999', '',               ''],
  ['SW',   'link special register',         'register', 16, 0xb5, 'SW', '',   '7FFF',    '5A49FF',   '7FFF',  '',               ''],
  ['Z',    'index register',                'register', 10, 0xcc, 'Z*', '',   '19',      '23',       '23',    '',               ''],
  ['RD',   'refresh data register',         'register', 10, 0x2c, '',   '',   '',        '1048575',  '',      '',               ''],
  ['LZ',   'long index register',           'long',     10, 0x62, '',   '',   '',        '11',       '11',    '',               ''],
  ['LCN',  'long counter value',            'long',     10, 0x56, '',   '',   '',        '2784543',  '1023',  '',               ''],
  ['LCS',  'long counter contact',          'contact',  10, 0x55, '',   '',   '',        '2784543',  '1023',  '',               ''],
  ['LCC',  'long counter coil',             'contact',  10, 0x54, '',   '',   '',        '2784543',  '1023',  '',               ''],
  ['LTN',  'long timer value',              'longTimer', 10, 0x52, '',  '',   '',        '1479295',  '',      '',               ''],
  ['LTS',  'long timer contact',            'longState', 10, 0x51, '',  '',   '',        '1479295',  '',      '',               ''],
  ['LTC',  'long timer coil',               'longState', 10, 0x50, '',  '',   '',        '1479295',  '',      '',               ''],
  ['LSTN', 'long retentive timer value',    'longTimer', 10, 0x5a, '',  '',   '',        '1479295',  '',      '',               ''],
  ['LSTS', 'long retentive timer contact',  'longState', 10, 0x59, '',  '',   '',        '1479295',  '',      '',               ''],
  ['LSTC', 'long retentive timer coil',     'longState', 10, 0x58, '',  '',   '',        '1479295',  '',      '',               ''],
]

/** Of all series. */
export const deviceNames: readonly string[] = rows.map(([name]) => name)

/** The devices that this PLC has, by name. */
export function devicesOf(plc: Plc): ReadonlyMap<string, Device> {
  const key = `${plc.series} ${plc.frame} ${plc.encoding}`
  const known = devicesByPlc.get(key)
  if (known) return known
  const devices = new Map(rows.flatMap((row) => toDevice(row, plc) ?? []).map((device) => [device.name, device]))
  devicesByPlc.set(key, devices)
  return devices
}

const devicesByPlc = new Map<string, ReadonlyMap<string, Device>>()

/** What the series calls the device whatever frame it is read with; for saying why it cannot be read. */
export function deviceTitle(name: string): string | undefined {
  return rows.find(([known]) => known === name)?.[1]
}

/** Whether the series has the device, even if not with this frame or encoding. */
export function seriesHas(series: Series, name: string): boolean {
  const row = rows.find(([known]) => known === name)
  return row !== undefined && rangesText(row, series) !== ''
}

function toDevice(row: Row, plc: Plc): Device | undefined {
  const [name, title, kind, base, code, ascii, letters] = row
  const numbered = { name, title, kind, base: baseOf(name, base, plc.series) }
  if (plc.frame === '1E') {
    // Of Q, L and iQ-R, 1E reaches what an A has ([QNU] 5.1.2)
    const column = plc.series === 'q' || plc.series === 'l' || plc.series === 'iqr' ? 'a' : plc.series
    const ranges = parseRanges(rangesText(row, column), numbered.base)
    if (letters === '' || ranges.length === 0) return undefined
    const letterCode = (letters.charCodeAt(0) << 8) | letters.charCodeAt(1)
    return { ...numbered, ranges, code: letterCode, mark: letterCode.toString(16).toUpperCase() }
  }
  const ranges = parseRanges(rangesText(row, plc.series), numbered.base)
  if (ranges.length === 0) return undefined
  if (plc.series === 'iqr') return { ...numbered, ranges, code, mark: name.padEnd(4, '*') }
  if (plc.encoding === 'binary') return { ...numbered, ranges, code, mark: '' }
  if (ascii === '') return undefined
  return { ...numbered, ranges: clip(ranges, numbered.base ** NUMBER_DIGITS - 1), code, mark: ascii }
}

/** Digits of a device number in ASCII, with the subcommands 0000 and 0001: D1000000 cannot be asked for. */
const NUMBER_DIGITS = 6

function baseOf(name: string, base: 10 | 16, series: Series): NumberBase {
  return (name === 'X' || name === 'Y') && (series === 'fx3' || series === 'fx5') ? 8 : base
}

function rangesText(row: Row, series: Series): string {
  const [, , , , , , , ql, iqr, fx5, fx3, a] = row
  return { q: ql, l: ql, iqr, fx5, fx3, a }[series]
}

/** `7679 8000-8511` -> 0 to 7679 and 8000 to 8511. */
function parseRanges(text: string, base: NumberBase): [number, number][] {
  if (text === '') return []
  return text.split(' ').map((stretch) => {
    const [first = '', last] = stretch.split('-')
    return last === undefined ? [0, parseInt(first, base)] : [parseInt(first, base), parseInt(last, base)]
  })
}

function clip(ranges: [number, number][], max: number): [number, number][] {
  return ranges.filter(([first]) => first <= max).map(([first, last]) => [first, Math.min(last, max)])
}

/** A counter of FX3 from C200 on has 32 bits: two words a point ([ADP] 7.4 note 3, and it cannot be read together with C199). */
export const FIRST_LONG_COUNTER = 200

/** 16-bit words that one point takes in a batch of words; of a relay, 16 points take one word. */
export function wordsPerPoint({ name, kind }: Device, number: number, series: Series): number {
  if (kind === 'longTimer') return 4
  if (kind === 'long' || (series === 'fx3' && name === 'CN' && number >= FIRST_LONG_COUNTER)) return 2
  return 1
}

/** Where the state of a long timer is to be found: a bit in a word of its value (plc-comm-slmp `read_long_timer`, measured). */
export function longStateOf(name: string): { device: string; word: number; bit: number } | undefined {
  const [, timer, state] = /^(LS?T)([SC])$/.exec(name) ?? []
  return timer === undefined ? undefined : { device: `${timer}N`, word: 2, bit: state === 'S' ? 1 : 0 }
}
