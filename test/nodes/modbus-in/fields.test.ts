import assert from 'node:assert/strict'
import { defaultsOf, parseFields } from '../../../lib/contract/fields'
import {
  checkMaxRegisters,
  checkTarget,
  modbusFields,
  modbusTagFields,
  type Transport,
} from '../../../nodes/modbus-in/fields'

const node = { name: 'boiler', supervisor: 's1', host: '192.168.0.5' }

function parse(input: object) {
  const parsed = parseFields(modbusFields, { ...node, ...input })
  return parsed.ok ? parsed.value : parsed.problems.map(({ path, message }) => `${path}: ${message}`)
}

describe('modbus-in fields', () => {
  it('have the defaults of the flow file', () => {
    assert.deepEqual(defaultsOf(modbusFields), {
      name: '',
      supervisor: '',
      interval: 1000,
      timeout: 1000,
      emit: 'cycle',
      measurement: '',
      pointTags: {},
      autoStart: 'inherit',
      time: 'source',
      transport: 'tcp',
      host: '',
      port: 502,
      unitId: 1,
      serialPort: '',
      baudRate: 9600,
      dataBits: 8,
      stopBits: 1,
      parity: 'none',
      maxRegisters: 125,
      maxGap: 10,
      grouping: 'blocks',
      transactionId: 'check',
      answerUnit: 'check',
      connectDelay: 0,
      requestDelay: 0,
      closeAfterCycle: false,
      retries: 1,
      tags: [],
    })
  })

  it('name the columns of the tag list in order', () => {
    const columns =
      'name address type order scale offset unit deadband length unitId noValue min max scaleFrom every texts charset width'
    assert.equal(Object.keys(modbusTagFields).join(' '), columns)
  })

  it('give a tag its defaults', () => {
    const value = parse({ tags: [{ name: 't', address: '40001' }] })
    assert.ok(!Array.isArray(value))
    assert.deepEqual(value.tags, [
      {
        name: 't',
        address: '40001',
        type: 'uint16',
        order: '',
        scale: 1,
        offset: 0,
        unit: '',
        deadband: 0,
        length: 1,
        unitId: '',
        noValue: '',
        min: '',
        max: '',
        scaleFrom: '',
        every: 1,
        texts: '',
        charset: '',
        width: 1,
      },
    ])
  })

  const wrong: [what: string, input: object, problem: string][] = [
    ['a port of 99999', { port: 99999 }, 'port: 99999 is not within 1 to 65535'],
    ['a unit id of 256', { unitId: 256 }, 'unitId: 256 is not within 0 to 255'],
    ['126 registers', { maxRegisters: 126 }, 'maxRegisters: 126 is not within 1 to 125'],
    ['an unknown transport', { transport: 'carrier pigeon' }, 'transport: "carrier pigeon" is not one of tcp'],
    [
      'an address that is none',
      { tags: [{ name: 't', address: 'D100' }] },
      'tags[0].address: "D100": "D" is no area of a Modbus device: write e.g. 40001, 400001, holding:0, hr0, input:5, coil:3, di:0x10 or 40001.3',
    ],
    [
      'a number on a coil',
      { tags: [{ name: 't', address: 'coil:1' }] },
      'tags[0].type: coil:1 is a coil, one bit: choose bool instead of uint16',
    ],
    [
      'an array longer than a request',
      { tags: [{ name: 't', address: '40001', length: 126 }] },
      'tags[0].length: must be at most 125 with uint16: a request cannot read more',
    ],
    [
      'a wrong unit id of a tag',
      { tags: [{ name: 't', address: '40001', unitId: '300' }] },
      'tags[0].unitId: "300" is no unit id: 0 to 255, or empty',
    ],
    [
      'an unknown order',
      { tags: [{ name: 't', address: '40001', order: 'DABC' }] },
      'tags[0].order: "DABC" is not one of AB, BA, ',
    ],
    [
      'an unknown character set',
      { tags: [{ name: 't', address: '40001', type: 'string', charset: 'big5' }] },
      'tags[0].charset: "big5" is not one of utf-8, latin1, gbk, shift_jis; choose one of them, or leave it empty',
    ],
    [
      'a name twice',
      {
        tags: [
          { name: 't', address: '40001' },
          { name: 't', address: '40002' },
        ],
      },
      'tags[1].name: "t" is also the name of tag 1',
    ],
  ]
  for (const [what, input, problem] of wrong) {
    it(`refuse ${what}`, () => {
      const problems = parse(input)
      assert.ok(Array.isArray(problems))
      assert.equal(problems.length, 1)
      assert.ok(problems[0]?.startsWith(problem), problems[0])
    })
  }

  it('refuse a request too small for the longest tag', () => {
    const tags = [{ name: 'long', address: '40001', type: 'float32' }]
    const value = parse({ maxRegisters: 1, tags })
    assert.ok(!Array.isArray(value))
    assert.equal(checkMaxRegisters(value), 'must be at least 2: tag "long" is float32')
    assert.equal(checkMaxRegisters({ ...value, maxRegisters: 2 }), undefined)
  })

  it('know how much an array, a text and bits need', () => {
    const needs = (tag: object): string | undefined => {
      const value = parse({ maxRegisters: 1, tags: [{ name: 't', address: '40001', ...tag }] })
      assert.ok(!Array.isArray(value), JSON.stringify(value))
      return checkMaxRegisters(value)
    }
    assert.equal(needs({ type: 'float32', length: 10 }), 'must be at least 20: tag "t" is float32[10]')
    assert.equal(needs({ type: 'string', length: 21 }), 'must be at least 11: tag "t" is string(21)')
    assert.equal(needs({ type: 'bool', address: '40001.15', length: 18 }), 'must be at least 3: tag "t" is bool[18]')
    assert.equal(needs({ type: 'bool', address: 'coil:0', length: 33 }), 'must be at least 3: tag "t" is bool[33]')
    assert.equal(needs({ type: 'bool', address: 'coil:0', length: 16 }), undefined)
  })

  const targets: [transport: Transport, given: 'host' | 'serialPort' | 'neither', missing: string | undefined][] = [
    ['tcp', 'host', undefined],
    ['tcp', 'serialPort', 'host'],
    ['rtu-over-tcp', 'neither', 'host'],
    ['udp', 'serialPort', 'host'],
    ['rtu', 'serialPort', undefined],
    ['rtu', 'host', 'serialPort'],
  ]
  for (const [transport, given, missing] of targets) {
    it(`of ${transport} with ${given} ${missing ? `miss ${missing}` : 'are complete'}`, () => {
      const problems = checkTarget({
        transport,
        host: ' ',
        serialPort: ' ',
        ...(given !== 'neither' && { [given]: 'x' }),
      })
      assert.deepEqual(problems, missing ? [{ path: missing, message: 'must not be empty' }] : [])
    })
  }
})
