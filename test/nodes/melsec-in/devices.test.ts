import assert from 'node:assert/strict'
import { deviceNames, devicesOf, longStateOf, wordsPerPoint } from '../../../nodes/melsec-in/devices'
import { checkFrame, type Plc, type Series } from '../../../nodes/melsec-in/series'
import { allPlcs, firstFrame } from './plcs'

/** The codes as other sources have them: pymcprotocol and plc-comm-slmp (3E), ICC ETH-1000 manual table 7 (1E). */
// biome-ignore format: a table
const codes: Record<string, [code3E: number, code1E?: number]> = {
  SM: [0x91], SD: [0xa9], X: [0x9c, 0x5820], Y: [0x9d, 0x5920], M: [0x90, 0x4d20], L: [0x92], F: [0x93, 0x4620],
  V: [0x94], B: [0xa0, 0x4220], D: [0xa8, 0x4420], W: [0xb4, 0x5720], S: [0x98, 0x5320], R: [0xaf, 0x5220], ZR: [0xb0],
  TS: [0xc1, 0x5453], TC: [0xc0, 0x5443], TN: [0xc2, 0x544e], STS: [0xc7], STC: [0xc6], STN: [0xc8],
  CS: [0xc4, 0x4353], CC: [0xc3, 0x4343], CN: [0xc5, 0x434e], SB: [0xa1], SW: [0xb5], DX: [0xa2], DY: [0xa3], Z: [0xcc],
  LTS: [0x51], LTC: [0x50], LTN: [0x52], LSTS: [0x59], LSTC: [0x58], LSTN: [0x5a], LCS: [0x55], LCC: [0x54], LCN: [0x56],
  LZ: [0x62], RD: [0x2c],
}

/** What plc-comm-slmp-profiles found missing (availability matrix), and the manuals of 1E list as all there is. */
const missing: Record<Exclude<Series, 'fx3' | 'a'>, string[]> = {
  iqr: [],
  fx5: ['DX', 'DY', 'V', 'ZR', 'LTS', 'LTC', 'LTN', 'LSTS', 'LSTC', 'LSTN', 'RD'],
  q: ['LTS', 'LTC', 'LTN', 'LSTS', 'LSTC', 'LSTN', 'LCS', 'LCC', 'LCN', 'LZ', 'RD'],
  l: ['LTS', 'LTC', 'LTN', 'LSTS', 'LSTC', 'LSTN', 'LCS', 'LCC', 'LCN', 'LZ', 'RD'],
}

const plcOf = (series: Series): Plc => ({ series, frame: firstFrame(series), encoding: 'binary' })

describe('the devices', () => {
  it('have the codes that other sources have', () => {
    assert.deepEqual([...deviceNames].sort(), Object.keys(codes).sort())
    for (const plc of allPlcs) {
      for (const { name, code } of devicesOf(plc).values()) {
        assert.equal(code, codes[name]?.[plc.frame === '1E' ? 1 : 0], `${name} ${JSON.stringify(plc)}`)
      }
    }
  })

  it('are those of the series', () => {
    for (const [series, names] of Object.entries(missing)) {
      const known = series === 'q' || series === 'l' || series === 'iqr' || series === 'fx5' ? series : undefined
      assert.ok(known)
      const has = devicesOf(plcOf(known))
      assert.deepEqual(deviceNames.filter((name) => !has.has(name)).sort(), names.sort(), series)
    }
    assert.deepEqual([...devicesOf(plcOf('fx3')).keys()].sort(), ['CN', 'CS', 'D', 'M', 'R', 'S', 'TN', 'TS', 'X', 'Y'])
    const a = ['B', 'CC', 'CN', 'CS', 'D', 'F', 'M', 'R', 'TC', 'TN', 'TS', 'W', 'X', 'Y']
    assert.deepEqual([...devicesOf(plcOf('a')).keys()].sort(), a)
    for (const series of ['q', 'l', 'iqr'] as const) {
      assert.deepEqual([...devicesOf({ series, frame: '1E', encoding: 'binary' }).keys()].sort(), a)
    }
  })

  it('are octal on FX, but for X and Y decimal or hexadecimal as everywhere', () => {
    const baseOf = (series: Series, name: string) => devicesOf(plcOf(series)).get(name)?.base
    for (const name of ['X', 'Y']) {
      assert.deepEqual(
        (['q', 'l', 'iqr', 'a', 'fx5', 'fx3'] as const).map((series) => baseOf(series, name)),
        [16, 16, 16, 16, 8, 8],
      )
    }
    const hexadecimal = [...devicesOf(plcOf('iqr')).values()].filter(({ base }) => base === 16).map(({ name }) => name)
    assert.deepEqual(hexadecimal.sort(), ['B', 'DX', 'DY', 'SB', 'SW', 'W', 'X', 'Y'])
  })

  it('take as many words a point as they have bits for', () => {
    const wordsOf = (series: Series, name: string, number: number) => {
      const device = devicesOf(plcOf(series)).get(name)
      assert.ok(device)
      return wordsPerPoint(device, number, series)
    }
    assert.deepEqual([wordsOf('fx3', 'CN', 199), wordsOf('fx3', 'CN', 200), wordsOf('fx3', 'CN', 255)], [1, 2, 2])
    assert.equal(wordsOf('fx5', 'CN', 200), 1)
    assert.deepEqual(
      ['LTN', 'LSTN', 'LCN', 'LZ', 'D'].map((name) => wordsOf('iqr', name, 0)),
      [4, 4, 2, 2, 1],
    )
  })

  it('tell where the state of a long timer stands', () => {
    assert.deepEqual(longStateOf('LTS'), { device: 'LTN', word: 2, bit: 1 })
    assert.deepEqual(longStateOf('LTC'), { device: 'LTN', word: 2, bit: 0 })
    assert.deepEqual(longStateOf('LSTS'), { device: 'LSTN', word: 2, bit: 1 })
    for (const name of ['LCS', 'LTN', 'TS', 'STS']) assert.equal(longStateOf(name), undefined, name)
  })
})

describe('the frames of a series', () => {
  it('are refused where the series does not speak them', () => {
    assert.equal(checkFrame({ series: 'q', frame: '4E' }), undefined)
    assert.equal(checkFrame({ series: 'fx3', frame: '1E' }), undefined)
    assert.equal(checkFrame({ series: 'fx3', frame: '3E' }), 'MELSEC-FX3 does not speak 3E: choose 1E')
    assert.equal(checkFrame({ series: 'fx5', frame: '4E' }), 'MELSEC iQ-F (FX5) does not speak 4E: choose 3E or 1E')
  })
})
