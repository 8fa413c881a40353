import assert from 'node:assert/strict'
import { defaultsOf } from '../../../lib/contract/fields'
import { melsecFields, melsecTagFields, parseMelsecConfig } from '../../../nodes/melsec-in/fields'
import { definitionOf, registers, type ShortTag } from './config'

const problemsOf = (tags: ShortTag[], others: object = {}): string[] => {
  const parsed = parseMelsecConfig(definitionOf(tags, others))
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`)
}

describe('the properties of melsec-in', () => {
  it('have the names and defaults of the design', () => {
    const { name, supervisor, interval, timeout, emit, measurement, pointTags, autoStart, time, ...own } =
      defaultsOf(melsecFields)
    assert.deepEqual(own, {
      series: 'q',
      frame: '3E',
      encoding: 'binary',
      transport: 'tcp',
      host: '',
      port: 5000,
      network: 0,
      pc: 255,
      moduleIo: 1023,
      station: 0,
      monitoringTimer: 4,
      localPort: 0,
      randomRead: true,
      tags: [],
    })
    assert.equal(
      Object.keys(melsecTagFields).join(' '),
      'name address type order scale offset unit deadband length noValue min max scaleFrom every texts charset',
    )
  })

  it('may be those of every series with each frame that it speaks', () => {
    for (const [series, frame] of [
      ['q', '3E'],
      ['l', '4E'],
      ['iqr', '4E'],
      ['fx5', '3E'],
      ['fx5', '1E'],
      ['fx3', '1E'],
      ['a', '1E'],
    ]) {
      for (const encoding of ['binary', 'ascii'])
        assert.deepEqual(problemsOf(registers(3), { series, frame, encoding }), [])
    }
  })

  const wrong: [what: string, others: object, says: RegExp][] = [
    ['no host', { host: ' ' }, /^host: must not be empty$/],
    ['a frame that the series does not speak', { series: 'fx3' }, /^frame: MELSEC-FX3 does not speak 3E: choose 1E$/],
    ['4E of an FX5', { series: 'fx5', frame: '4E' }, /^frame: MELSEC iQ-F \(FX5\) does not speak 4E: choose 3E or 1E$/],
    ['a timer of 0, which is for ever', { monitoringTimer: 0 }, /^monitoringTimer: 0 is not within 1 to 65535$/],
    ['a network that there is not', { network: 255 }, /^network: 255 is not within 0 to 254$/],
    ['a station that there is not', { station: 32 }, /^station: 32 is not within 0 to 31$/],
    ['a module that there is not', { moduleIo: 1024 }, /^moduleIo: 1024 is not within 0 to 1023$/],
    ['a PC number that there is not', { pc: 256 }, /^pc: 256 is not within 0 to 255$/],
    ['a transport that there is not', { transport: 'serial' }, /^transport: "serial" is not one of tcp, udp$/],
  ]
  for (const [what, others, says] of wrong) {
    it(`may not be ${what}`, () => {
      const [problem = '', ...more] = problemsOf(registers(3), others)
      assert.match(problem, says)
      assert.deepEqual(more, [])
    })
  }

  it('need at least one tag', () => {
    assert.match(problemsOf([]).join(), /^tags: the tag list is empty/)
  })
})

describe('the tags of melsec-in', () => {
  const FX3 = { series: 'fx3', frame: '1E' }
  const FX5 = { series: 'fx5' }
  const IQR = { series: 'iqr', frame: '4E' }
  const ASCII = { encoding: 'ascii' }
  type Row = [address: string, type: string, others: object, node: object]

  const good: Row[] = [
    ['D100', 'uint16', {}, {}],
    ['D100.F', 'bool', {}, {}],
    ['D100.0', 'bit', { length: 32 }, {}],
    ['D100', 'float64', { length: 240 }, {}],
    ['D100', 'string', { length: 1920 }, {}],
    ['M0', 'bool', { length: 7168 }, {}],
    ['M0', 'uint16', { length: 448 }, {}],
    ['M8', 'int32', {}, {}],
    ['TS3', 'bool', { length: 4 }, {}],
    ['TN3', 'uint16', {}, {}],
    ['ZR100', 'float32', { order: 'ABCD', scale: 0.1 }, {}],
    ['LTN5', 'uint32', {}, IQR],
    ['LTS5', 'bool', { length: 240 }, IQR],
    ['LZ0', 'int32', { length: 2 }, IQR],
    ['X17', 'bool', {}, FX5],
    ['X17', 'bool', {}, { ...FX3, ...ASCII }],
    ['M17', 'bool', {}, { ...FX5, ...ASCII }],
    ['CN198', 'uint16', { length: 2 }, FX3],
    ['CN200', 'int32', { length: 32 }, FX3],
    ['CN200.F', 'bool', {}, FX3],
    ['D0', 'uint16', { length: 64 }, FX3],
    ['D8511', 'uint16', {}, FX3],
    ['M0', 'bool', { length: 256 }, FX3],
    ['M0', 'bool', { length: 3584 }, ASCII],
    ['K4M0', 'uint16', {}, {}],
    ['K4M0', 'bcd16', {}, {}],
    ['K1X0', 'int16', {}, FX3],
    ['K5M0', 'uint32', {}, {}],
    ['K8M0', 'int32', {}, FX3],
    ['K8M61408', 'int32', {}, {}],
    ['D100:10', 'uint16', { length: 10 }, {}],
    ['D100:E', 'float32', {}, {}],
    ['D0:960', 'uint16', {}, {}],
    ['CN200:4', 'int32', {}, FX3],
    ['LTN5:4', 'uint32', {}, IQR],
    ['LTS5:4', 'bool', {}, IQR],
  ]
  for (const [address, type, others, node] of good) {
    it(`may be ${address} ${type} ${JSON.stringify(others)} of ${JSON.stringify(node)}`, () => {
      assert.deepEqual(problemsOf([['t', address, type, others]], node), [])
    })
  }

  const bad: [...Row, path: string, says: RegExp][] = [
    ['Q1', 'uint16', {}, {}, 'address', /is no device of a PLC/],
    ['X18', 'bool', {}, FX5, 'address', /octal/],
    ['ZR0', 'uint16', {}, FX5, 'address', /has no ZR/],
    [
      'X10',
      'bool',
      {},
      { ...FX5, ...ASCII },
      'address',
      /^"X10": octal numbers cannot be read in ASCII, set PLC and node to binary$/,
    ],
    ['LTN0', 'uint32', {}, {}, 'address', /has no LTN/],
    ['L0', 'bool', {}, FX3, 'address', /has no L/],
    ['D100', 'bool', {}, {}, 'address', /^bool is one bit of a word: say which, D100\.0 to D100\.F$/],
    ['D100.5', 'int16', {}, {}, 'type', /^D100\.5 is one bit: choose bool instead of int16, or leave out the bit$/],
    ['TS5', 'uint16', {}, {}, 'type', /^TS5 is one bit: choose bool instead of uint16$/],
    ['LTC5', 'uint32', {}, IQR, 'type', /is one bit: choose bool/],
    [
      'LTN5',
      'uint16',
      {},
      IQR,
      'type',
      /^LTN5 has 32 bits, as every LTN there: choose uint32 or int32 instead of uint16$/,
    ],
    ['CN200', 'int16', {}, FX3, 'type', /has 32 bits/],
    ['D1', 'float32', { order: 'BA' }, {}, 'order', /is no order of float32/],
    ['D1', 'string', { scale: 2 }, {}, 'scale', /does not apply to string/],
    ['D0', 'uint16', { length: 961 }, {}, 'length', /^must be at most 960 with uint16: a request cannot read more$/],
    ['D0', 'uint16', { length: 65 }, FX3, 'length', /^must be at most 64 with/],
    ['D0', 'uint16', { length: 481 }, { ...FX5, ...ASCII }, 'length', /^must be at most 480 with/],
    ['CN200', 'int32', { length: 33 }, FX3, 'length', /^must be at most 32 with/],
    ['M0', 'bool', { length: 7169 }, {}, 'length', /^must be at most 7168 with/],
    ['M0', 'bool', { length: 3585 }, ASCII, 'length', /^must be at most 3584 with/],
    ['M0', 'uint16', { length: 449 }, {}, 'length', /^must be at most 448 with/],
    ['LTS0', 'bit', { length: 241 }, IQR, 'length', /^must be at most 240 with/],
    [
      'D8511',
      'uint32',
      {},
      FX3,
      'address',
      /^uint32 takes 2 points, of which D8511 has only 1 up to the end of the device$/,
    ],
    ['CN198', 'uint16', { length: 3 }, FX3, 'address', /^uint16\[3\] takes 3 points, of which CN198 has only 2 up to/],
    ['M7679', 'bool', { length: 2 }, FX3, 'address', /^bool\[2\] takes 2 points, of which M7679 has only 1 up to/],
    ['K4M0', 'bool', {}, {}, 'type', /^K4M0 has 16 bits: choose uint16, int16, bcd16 instead of bool$/],
    ['K4M0', 'uint32', {}, {}, 'type', /^K4M0 has 16 bits: choose uint16/],
    ['K5M0', 'uint16', {}, {}, 'type', /^K5M0 has 20 bits: choose uint32, int32, bcd32 instead of uint16$/],
    ['K8M0', 'float32', {}, {}, 'type', /^K8M0 has 32 bits: choose uint32/],
    ['K4M0', 'uint16', { length: 2 }, {}, 'length', /^must be 1: K4M0 is one value$/],
    ['K2M61436', 'uint16', {}, {}, 'address', /takes 8 points, of which M61436 has only 4 up to the end/],
    ['D100:10', 'uint16', { length: 9 }, {}, 'length', /^must be 10, as D100:10 says, or 1$/],
    ['D100:10', 'string', { length: 19 }, {}, 'length', /^must be 20, as D100:10 says, or 1$/],
    ['D100:5', 'float32', {}, {}, 'address', /^D100:5: float32 takes 2 points, and 5 is no multiple of that$/],
    ['M0:10', 'uint16', {}, {}, 'address', /^M0:10: uint16 takes 16 points, and 10 is no multiple of that$/],
    ['D0:961', 'uint16', {}, {}, 'address', /^D0:961: the length must be at most 960 with uint16/],
    ['D0:65', 'uint16', {}, FX3, 'address', /^D0:65: the length must be at most 64 with/],
    ['D100:10', 'bool', {}, {}, 'address', /^bool is one bit of a word: say which, D100\.0 to D100\.F$/],
    ['D100:E', 'uint16', {}, {}, 'type', /^D100:E is a float32: choose that instead of uint16$/],
    ['LZ0', 'int32', {}, { ...IQR, randomRead: false }, 'address', /^LZ0 can be read at random only .*: allow random/],
    ['X1FF8', 'uint16', {}, {}, 'address', /^uint16 takes 16 points, of which X1FF8 \(8184 in decimal\) has only 8/],
  ]
  for (const [address, type, others, node, field, says] of bad) {
    it(`may not be ${address} ${type} ${JSON.stringify(others)} of ${JSON.stringify(node)}: ${says.source}`, () => {
      const parsed = parseMelsecConfig(
        definitionOf(
          [
            ['good', 'D1'],
            ['t', address, type, others],
          ],
          node,
        ),
      )
      assert.ok(!parsed.ok)
      assert.deepEqual(
        parsed.problems.map(({ path }) => path),
        [`tags[1].${field}`],
      )
      assert.match(parsed.problems[0]?.message ?? '', says)
    })
  }
})

describe('the length that an address says', () => {
  const rows: [address: string, type: string, length: number][] = [
    ['D100:10', 'uint16', 10],
    ['D100:10', 'float32', 5],
    ['D100:8', 'float64', 2],
    ['D100:10', 'int8h', 10],
    ['D100:10', 'string', 20],
    ['D100:1', 'uint16', 1],
    ['D100.3:5', 'bool', 5],
    ['M0:10', 'bool', 10],
    ['M0:64', 'uint32', 2],
    ['M0:64', 'string', 8],
    ['TS0:4', 'bool', 4],
    ['TN0:4', 'uint16', 4],
  ]
  for (const [address, type, length] of rows) {
    it(`of ${address} as ${type} is ${length}`, () => {
      const parsed = parseMelsecConfig(definitionOf([['t', address, type]]))
      assert.ok(parsed.ok, JSON.stringify(parsed))
      assert.deepEqual([parsed.value.tags[0]?.address, parsed.value.tags[0]?.length], [address, length])
    })
  }
})
