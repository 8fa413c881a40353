import assert from 'node:assert/strict'
import { columnsOf, itemsOf, readingPlanOf } from '../../../nodes/modbus-in/items'
import { configOf, type ShortTag } from './config'
import { bench } from './poller-bench'

/** area address+length: columns */
function spans(tags: ShortTag[]): string[] {
  return itemsOf(configOf(tags)).map(
    ({ area, address, length, targets }) =>
      `${area} ${address}+${length}: ${targets.map(({ column }) => column).join(' ')}`,
  )
}

describe('what a tag takes of the device', () => {
  const rows: [...ShortTag, span: string][] = [
    ['t', 'hr5', 'uint16', {}, 'holding 5+1'],
    ['t', 'hr5', 'int8l', {}, 'holding 5+1'],
    ['t', 'hr5', 'int64', {}, 'holding 5+4'],
    ['t', 'hr5', 'float32', { length: 10 }, 'holding 5+20'],
    ['t', 'hr5', 'string', { length: 1 }, 'holding 5+1'],
    ['t', 'hr5', 'string', { length: 21 }, 'holding 5+11'],
    ['t', 'hr5.15', 'bool', {}, 'holding 5+1'],
    ['t', 'hr5.15', 'bool', { length: 2 }, 'holding 5+2'],
    ['t', 'hr5.0', 'bit', { length: 16 }, 'holding 5+1'],
    ['t', 'hr5.1', 'bit', { length: 32 }, 'holding 5+3'],
    ['t', 'coil:5', 'bit', {}, 'coil 5+1'],
    ['t', 'di5', 'bool', { length: 20 }, 'discrete 5+20'],
    ['t', 'hr5', 'bcdtime48', {}, 'holding 5+3'],
    ['t', 'hr5', 'stringl', { length: 7 }, 'holding 5+7'],
    ['t', 'hr5', 'uint32', { width: 2 }, 'holding*2 5+1'],
    ['t', 'ir5', 'float64', { width: 2, length: 3 }, 'input*2 5+6'],
    ['t', 'hr5', 'string', { width: 2, length: 7 }, 'holding*2 5+2'],
  ]
  for (const [name, address, type, others, span] of rows) {
    it(`is ${span} for ${type} at ${address} ${JSON.stringify(others)}`, () =>
      assert.deepEqual(spans([[name, address, type, others]]), [`${span}: 0`]))
  }

  it('is taken once for several tags', () => {
    const tags: ShortTag[] = [
      ['word', 'hr1'],
      ['bit', 'hr1.3', 'bit'],
      ['bools', 'hr1.0', 'bool', { length: 16 }],
      ['low', '40002', 'uint8l'],
      ['long', 'hr1', 'uint32'],
    ]
    assert.deepEqual(spans(tags), ['holding 1+1: 0 1 2 3', 'holding 1+2: 4'])
  })

  it('is read with one request, whatever else there is', async () => {
    const { device, poll } = bench(
      [
        ['word', 'hr0'],
        ['text', 'hr3', 'string', { length: 15 }],
        ['list', 'hr9', 'uint16', { length: 10 }],
        ['bits', 'hr19.9', 'bool', { length: 8 }],
        ['coils', 'coil:150', 'bool', { length: 160 }],
        ['coil', 'coil:0', 'bool'],
      ],
      { maxRegisters: 10 },
    )
    const { values, bad } = await poll()
    assert.deepEqual(device.taken(), [
      '1 holding 0+1',
      '1 holding 3+8',
      '1 holding 9+10',
      '1 holding 19+2',
      '1 coil 0+1',
      '1 coil 150+160',
    ])
    assert.equal(bad.size, 0)
    assert.deepEqual(values[2], [9, 10, 11, 12, 13, 14, 15, 16, 17, 18])
    assert.deepEqual(values[3], [false, false, false, false, false, false, false, false])
  })

  it('is bad as a whole when one element is, and costs no other tag', async () => {
    const { device, poll } = bench([
      ['before', 'hr0', 'bcd16'],
      ['list', 'hr0', 'bcd16', { length: 4 }],
      ['float', 'hr2', 'float32'],
    ])
    device.words.set(3, 0x1a00)
    const { values, bad } = await poll()
    assert.deepEqual(values.slice(0, 2), [0, null])
    assert.equal(typeof values[2], 'number')
    assert.deepEqual(
      [...bad],
      [[1, 'element [3]: the device holds 0x1A00 here, which is no BCD: a digit is above 9; is the type right?']],
    )
  })
})

describe('the columns of a tag list', () => {
  it('say what the values are, of an array what its elements are', () => {
    const tags: ShortTag[] = [
      ['a', 'hr0'],
      ['b', 'coil:0', 'bool', { length: 3 }],
      ['c', 'hr0', 'int64', { offset: -5, length: 2 }],
      ['d', 'hr0', 'string', { length: 8, unit: 'x' }],
    ]
    assert.deepEqual(columnsOf(configOf(tags).tags), [
      { name: 'a', unit: '', kind: 'number' },
      { name: 'b', unit: '', kind: 'boolean' },
      { name: 'c', unit: '', kind: 'integer' },
      { name: 'd', unit: 'x', kind: 'any' },
    ])
  })
})

describe('the plan of a reading', () => {
  const plan = (...tags: ShortTag[]) => {
    const { items, columns, width } = readingPlanOf(configOf(tags))
    const list = items.map(({ unit, address, length, every, reach, targets }) => {
      const more = [every && `every ${every}`, reach && `to ${reach}`].filter(Boolean)
      return [`${unit}/${address}+${length}:`, ...targets.map(({ column }) => column), ...more].join(' ')
    })
    return { list, columns: columns.length, width }
  }

  it('has a hidden column for a scale that is no tag, of the same unit and in the same cycles', () =>
    assert.deepEqual(plan(['W', 'hr84', 'int16', { scaleFrom: '10^hr85', unitId: '7', every: 3 }], ['x', 'hr85']), {
      list: ['7/84+1: 0 every 3 to 86', '1/85+1: 1', '7/85+1: 2 every 3'],
      columns: 2,
      width: 3,
    }))

  it('has none where the scale is a tag', () =>
    assert.deepEqual(plan(['W', 'hr84', 'int16', { scaleFrom: 'SF' }], ['SF', 'hr80', 'int16']), {
      list: ['1/84+1: 0', '1/80+1: 1 to 85'],
      columns: 2,
      width: 2,
    }))

  it('lets a scale that changes scale the value of the same reading', async () => {
    const tags: ShortTag[] = [
      ['W', 'hr84', 'int16', { scaleFrom: '10^hr85', min: '0', max: '6000' }],
      ['A', 'hr90', 'uint16', { scaleFrom: '*CT', texts: '120=many' }],
      ['CT', 'hr91', 'uint16'],
      ['exact', 'hr0', 'uint64', { scaleFrom: 'hr85' }],
    ]
    const { device, poll } = bench(tags)
    const { columns, finish } = readingPlanOf(configOf(tags))
    const told = async (watts: number, exponent: number) => {
      for (const [address, word] of [
        [84, watts],
        [85, exponent & 0xffff],
        [90, 3],
        [91, 40],
      ] as const)
        device.words.set(address, word)
      const { values, bad } = finish(await poll())
      return [...values.slice(0, 3), ...bad.values()]
    }
    assert.deepEqual(
      columns.map(({ kind }) => kind),
      ['number', 'any', 'number', 'number'],
    )
    assert.deepEqual(await told(5024, 0), [5024, 'many', 40])
    assert.deepEqual(await told(50243, -1), [null, 'many', 40, '-1529.3 is below the minimum 0'])
    assert.deepEqual(await told(502, 1), [5020, 'many', 40])
    assert.deepEqual(await told(503, 2), [null, 'many', 40, '50300 is above the maximum 6000'])
    assert.deepEqual(await told(503, -32768), [
      null,
      'many',
      40,
      'the scale hr85 is bad: the device has no value here (0x8000)',
      'the scale hr85 is bad: the device has no value here (0x8000)',
    ])
  })
})
