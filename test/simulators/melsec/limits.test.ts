import assert from 'node:assert/strict'
import { DEVICE_NAMES, type DeviceName, devices } from '../../../simulators/melsec/devices'
import { Plc } from '../../../simulators/melsec/plc'
import { type Encoding, type Endpoint, SERIES, type SeriesName } from '../../../simulators/melsec/series'
import { stationOf } from './frames'
import { batchRequest, endCodeOf, qnaRequest, randomRequest, request1E } from './requests'

/** Series, encoding -> points and the end code at one more: words, bits, random. */
const LIMITS: [SeriesName, Encoding, [number, string], [number, string], [number, string]][] = [
  ['q', 'binary', [960, 'C051'], [7168, 'C052'], [192, 'C054']],
  ['q', 'ascii', [960, 'C051'], [3584, 'C052'], [192, 'C054']],
  ['l', 'binary', [960, 'C051'], [7168, 'C052'], [192, 'C054']],
  ['l', 'ascii', [960, 'C051'], [3584, 'C052'], [192, 'C054']],
  ['iqr', 'binary', [960, 'C051'], [7168, 'C052'], [96, 'C054']],
  ['iqr', 'ascii', [960, 'C051'], [3584, 'C052'], [96, 'C054']],
  ['fx5', 'binary', [960, 'C052'], [3584, 'C051'], [192, 'C054']],
  ['fx5', 'ascii', [480, 'C052'], [1792, 'C051'], [192, 'C054']],
]

for (const [series, encoding, words, bits, random] of LIMITS) {
  describe(`The limits of ${series}, ${encoding}`, () => {
    const station = stationOf({ plc: new Plc({ series }), encoding })
    const wide = series === 'iqr'
    const asked: [string, [number, string], (points: number) => Buffer][] = [
      ['words', words, (points) => batchRequest({ device: 'D', number: 0, points, unit: 'words', wide }, { encoding })],
      ['bits', bits, (points) => batchRequest({ device: 'M', number: 0, points, unit: 'bits', wide }, { encoding })],
      [
        'random words',
        random,
        (points) => randomRequest(Array(points).fill({ device: 'D', number: 7, wide }), [], { encoding }),
      ],
      [
        'random double words',
        random,
        (points) => randomRequest([], Array(points).fill({ device: 'D', number: 7, wide }), { encoding }),
      ],
    ]
    for (const [what, [most, code], request] of asked) {
      it(`${what}: ${most}`, async () => {
        const codes: string[] = []
        for (const points of [1, most, most + 1, 0]) codes.push(codeOf(await station.ask(request(points)), encoding))
        assert.deepEqual(codes, ['0000', '0000', code, code])
      })
    }
  })
}

const QNA_SERIES = ['q', 'l', 'iqr', 'fx5'] as const
const BEYOND = { q: '4031', l: '4031', iqr: '4031', fx5: 'C056' }
const NO_DEVICE = { q: 'C05B', l: 'C05B', iqr: 'C05B', fx5: 'C05C' }

for (const series of QNA_SERIES) {
  describe(`Every device of ${series}`, () => {
    const plc = new Plc({ series })
    const station = stationOf({ plc, encoding: 'binary' })
    for (const device of DEVICE_NAMES) {
      it(device, async () => {
        const codes: string[] = []
        for (const number of edgesOf(plc, device))
          codes.push(endCodeOf(await station.ask(oneOf(device, number, series))))
        assert.deepEqual(
          codes,
          plc.memory.has(device) ? ['0000', '0000', BEYOND[series]] : Array(3).fill(NO_DEVICE[series]),
        )
      })
    }
  })
}

/** One point in the shortest way that the device allows. */
function oneOf(device: DeviceName, number: number, series: SeriesName): Buffer {
  const wide = series === 'iqr'
  const { kind } = devices[device]
  if (kind === 'long' || kind === 'timer') return randomRequest([], [{ device, number, wide }])
  if (kind === 'word') return batchRequest({ device, number, points: 1, unit: 'words', wide })
  // contacts and coils of long timers are read with the timers
  const isTimerBit = /^LS?T[SC]$/.test(device) && series === 'iqr'
  if (!isTimerBit) return batchRequest({ device, number, points: 1, unit: 'bits', wide })
  const timer = device.startsWith('LST') ? 'LSTN' : 'LTN'
  return batchRequest({ device: timer, number, points: 4, unit: 'words', wide })
}

function edgesOf(plc: Plc, device: DeviceName): number[] {
  const [, last = 0] = plc.series.ranges[device]?.at(-1) ?? []
  return [0, last, last + 1]
}

describe('Words of bit devices', () => {
  const station = stationOf({ plc: new Plc({ series: 'q' }), encoding: 'binary' })
  it('end with the device', async () => {
    const words = (number: number) => batchRequest({ device: 'M', number, points: 1, unit: 'words' })
    assert.equal(endCodeOf(await station.ask(words(8176))), '0000')
    assert.equal(endCodeOf(await station.ask(words(8177))), '4031')
  })
})

/** Series, endpoint -> device, unit, points, and the code at one more. */
const LIMITS_1E: [SeriesName, Endpoint, string, 'bits' | 'words', number, number][] = [
  ['fx3', 'builtin', 'M', 'words', 32, 0x57],
  ['fx3', 'builtin', 'D', 'words', 64, 0x57],
  ['fx3', 'builtin', 'R', 'words', 64, 0x57],
  ['a', 'builtin', 'B', 'words', 128, 0x57],
  ['q', 'module', 'M', 'words', 128, 0x57],
  ['q', 'builtin', 'Y', 'words', 128, 0x57],
]

describe('The limits of 1E', () => {
  for (const [series, endpoint, device, unit, most, code] of LIMITS_1E) {
    it(`${series} ${endpoint}: ${most} ${unit} of ${device}`, async () => {
      const station = stationOf({ plc: new Plc({ series, endpoint }), encoding: 'binary' })
      const codes: (number | undefined)[] = []
      for (const points of [1, most, most + 1]) codes.push((await station.ask(request1E(unit, device, 0, points)))?.[1])
      assert.deepEqual(codes, [0, 0, code])
    })
  }

  it('256 words and 256 bits are said as 0', async () => {
    const station = stationOf({ plc: new Plc({ series: 'a' }), encoding: 'binary' })
    assert.equal((await station.ask(request1E('words', 'D', 0, 256)))?.length, 2 + 512)
    assert.equal((await station.ask(request1E('bits', 'M', 0, 256)))?.length, 2 + 128)
  })

  for (const series of ['fx3', 'a'] as const) {
    it(`every device of ${series}: first, last, across the end, beyond`, async () => {
      const plc = new Plc({ series })
      const station = stationOf({ plc, encoding: 'binary' })
      for (const device of DEVICE_NAMES) {
        const unit = devices[device].kind === 'bit' ? 'bits' : 'words'
        if (device.length > 2) continue
        const points = device === 'CN' && series === 'fx3' ? 2 : 1
        const codes: (number | undefined)[] = []
        for (const [first, last] of plc.series.ranges[device] ?? [[0, 0]]) {
          for (const [number, count] of [
            [first, device === 'CN' ? 1 : points],
            [last, points],
            [last, 2 * points],
            [last + 1, points],
          ] as const) {
            codes.push((await station.ask(request1E(unit, device, number, count)))?.[1])
          }
        }
        const known = (plc.series.ranges[device] ?? []).flatMap(() => [0, 0, 0x57, 0x58])
        assert.deepEqual(codes, known.length > 0 ? known : Array(4).fill(0x56), device)
      }
    })
  }
})

describe('What only some PLCs answer', () => {
  const asked: [string, Buffer][] = [
    ['CPU type', qnaRequest(0x0101, 0, Buffer.alloc(0))],
    ['loop-back', qnaRequest(0x0619, 0, Buffer.from([1, 0, 0x41]))],
    ['subcommand 0002', batchRequest({ device: 'D', number: 0, points: 1, unit: 'words', wide: true })],
    ['4E', batchRequest({ device: 'D', number: 0, points: 1, unit: 'words' }, { frame: '4E' })],
    ['monitoring (0801)', qnaRequest(0x0801, 0, Buffer.alloc(0))],
  ]
  const ANSWERS: Record<string, string[]> = {
    'q builtin': ['C059', 'C059', 'C059', '0000', 'C059'],
    'q module': ['0000', '0000', 'C059', '0000', 'C059'],
    'l builtin': ['C059', 'C059', 'C059', 'silent', 'C059'],
    'l module': ['0000', '0000', 'C059', '0000', 'C059'],
    'iqr builtin': ['0000', '0000', '0000', '0000', 'C059'],
    'fx5 builtin': ['0000', '0000', 'C059', 'silent', 'C059'],
    'fx3 builtin': ['D050', 'D050', 'D050', 'D450', 'D050'],
  }
  for (const [name, expected] of Object.entries(ANSWERS)) {
    it(name, async () => {
      const [seriesName, endpointName] = name.split(' ')
      const series = SERIES.find((known) => known === seriesName) ?? 'q'
      const endpoint: Endpoint = endpointName === 'module' ? 'module' : 'builtin'
      const station = stationOf({ plc: new Plc({ series, endpoint }), encoding: 'binary' })
      const codes: string[] = []
      for (const [, request] of asked) {
        const reply = await station.ask(request)
        codes.push(reply?.length === 2 ? reply.toString('hex').toUpperCase() : endCodeOf(reply))
      }
      assert.deepEqual(codes, expected)
    })
  }
})

function codeOf(reply: Buffer | undefined, encoding: Encoding): string {
  return encoding === 'binary' ? endCodeOf(reply) : (reply?.toString('latin1').slice(18, 22) ?? 'silent')
}
