import assert from 'node:assert/strict'
import { meaningOf, scalesOf } from '../../../nodes/opcua-in/meanings'
import { plainValue } from '../../../nodes/opcua-in/values'
import { configOf } from './config'
import { NO_TYPES } from './no-types'

const [BOOLEAN, SBYTE, INT16, UINT16, INT32, UINT32, INT64, UINT64, FLOAT, DOUBLE, STRING] = [
  1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12,
]

/** The value, or what is wrong with it. */
function told(columns: object, type: number, data: unknown, isArray = false): unknown {
  const [tag] = configOf([['t', 'i=1', columns]]).tags
  assert.ok(tag)
  const plain = plainValue({ type, data, isArray, dimensions: undefined }, meaningOf(tag), NO_TYPES)
  return 'problem' in plain ? plain.problem : plain.value
}

describe('what a tag says of the numbers of its node', () => {
  const rows: [columns: object, type: number, data: unknown, result: unknown, isArray?: boolean][] = [
    [{ noValue: '0x8000' }, INT16, -32768, 'the device has no value here (0x8000)'],
    [{ noValue: '0x8000' }, UINT16, 32768, 'the device has no value here (0x8000)'],
    [{ noValue: '0x8000' }, INT32, -32768, -32768],
    [{ noValue: '0x80' }, SBYTE, -128, 'the device has no value here (0x80)'],
    [{ noValue: '0xFFFFFFFF', scale: 0.1 }, UINT32, 4294967295, 'the device has no value here (0xFFFFFFFF)'],
    [{ noValue: '-1' }, INT32, -1, 'the device has no value here (-1)'],
    [
      { noValue: '18446744073709551615' },
      UINT64,
      [0xffffffff, 0xffffffff],
      'the device has no value here (18446744073709551615)',
    ],
    [{ noValue: '18446744073709551615' }, UINT64, [0xffffffff, 0xfffffffe], '18446744073709551614'],
    [{ noValue: '0x8000000000000000' }, INT64, [0x80000000, 0], 'the device has no value here (0x8000000000000000)'],
    [{ noValue: 'NaN' }, DOUBLE, Number.NaN, 'the device has no value here (NaN)'],
    [{ noValue: '0' }, DOUBLE, Number.NaN, 'the value is NaN, which is no number'],
    [{ noValue: '0x7FC00000' }, FLOAT, Number.NaN, 'the device has no value here (0x7FC00000)'],
    [{ noValue: '0.1' }, FLOAT, Math.fround(0.1), 'the device has no value here (0.1)'],
    [
      { noValue: '-3.4028234663852886e38' },
      DOUBLE,
      -3.4028234663852886e38,
      'the device has no value here (-3.4028234663852886e38)',
    ],
    [{ noValue: '7' }, INT32, [5, 7], 'element [1]: the device has no value here (7)', true],
    [{ noValue: '7' }, STRING, '7', '7'],
    [{ max: '400', scale: 0.1 }, UINT16, 65535, '6553.5 is above the maximum 400'],
    [{ min: '0' }, INT32, [1, -2], '-2 is below the minimum 0', true],
    [{ max: '5' }, UINT64, [0xffffffff, 0xffffffff], '18446744073709551615 is above the maximum 5'],
    [{ max: '5' }, STRING, '7', '7'],
    [{ max: '0' }, BOOLEAN, true, true],
    [{ texts: '0=off;1=on' }, INT32, 1, 'on'],
    [{ texts: '0=off;1=on' }, INT32, 2, '2'],
    [{ texts: '0=off;1=on' }, INT32, [0, 1], ['off', 'on'], true],
    [{ texts: '0=off;1=on' }, BOOLEAN, false, 'off'],
    [{ texts: '0=off;1=on' }, STRING, '1', '1'],
    [{ texts: '1.5=half', scale: 0.5 }, INT32, 3, 'half'],
    [{ texts: '1=on', max: '0' }, INT32, 1, '1 is above the maximum 0'],
  ]
  for (const [columns, type, data, result, isArray] of rows) {
    it(`${JSON.stringify(columns)} makes ${JSON.stringify(result)} of ${JSON.stringify(data)} (type ${type})`, () =>
      assert.deepEqual(told(columns, type, data, isArray), result))
  }

  it('leaves bounds and texts for later where another tag scales', () => {
    const config = configOf([
      ['W', 'i=1', { scaleFrom: '10^SF', max: '6000', texts: '5000=five' }],
      ['SF', 'i=2'],
      ['limits', 'i=3', { scaleFrom: 'SF' }],
    ])
    assert.deepEqual(meaningOf(config.tags[0] ?? assert.fail()), {
      scale: 1,
      offset: 0,
      bounds: undefined,
      texts: undefined,
    })
    const { finish, sources } = scalesOf(config.tags)
    assert.deepEqual([...sources], [1])
    const result = (...values: (number | number[])[]) => {
      const { values: finished, bad } = finish({ values, bad: new Map<number, string>() })
      return [...finished, ...bad.values()]
    }
    assert.deepEqual(result(50, 2, [1, 2]), ['five', 2, [100, 200]])
    assert.deepEqual(result(51, 2, 1), ['5100', 2, 100])
    assert.deepEqual(result(61, 2, 1), [null, 2, 100, '6100 is above the maximum 6000'])
  })
})
