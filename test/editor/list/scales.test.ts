import assert from 'node:assert/strict'
import { scaleOf, scaleOfDivisor } from '../../../editor/list/scales'

describe('A scale in a list', () => {
  for (const [text, scale] of [
    ['0,1', '0.1'],
    ['0.01', '0.01'],
    ['x0.1', '0.1'],
    ['× 0,001', '0.001'],
    ['*10', '10'],
    ['x10', '10'],
    ['/10', '0.1'],
    ['÷ 100', '0.01'],
    ['1/10', '0.1'],
    ['1:10', '0.1'],
    ['10^-1', '0.1'],
    ['10^2', '100'],
    ['10**-3', '0.001'],
    ['1E-1', '0.1'],
    ['0.1 V', '0.1'],
    ['0.1V/bit', '0.1'],
    ['0.1kWh', '0.1'],
    ['-1', '-1'],
    ['1', '1'],
    ['', ''],
    ['  ', ''],
    ['0', undefined],
    ['1/0', undefined],
    ['gain', undefined],
    ['2^-3', undefined],
    ['0.1 to 0.2', undefined],
    ['1,000,000', undefined],
  ] as const)
    it(`is ${scale ?? 'not understood'}: ${JSON.stringify(text)}`, () => assert.equal(scaleOf(text), scale))

  it('may be a divisor', () => {
    assert.deepEqual(['10', '1', '', '0', 'x', '1000'].map(scaleOfDivisor), [
      '0.1',
      '1',
      '',
      undefined,
      undefined,
      '0.001',
    ])
  })
})
