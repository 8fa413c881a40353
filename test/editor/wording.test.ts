import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkPointTags } from '../../editor/point-tags'
import { type Wording, wordingIn } from '../../editor/wording'
import { checkField, type Field, parseFields } from '../../lib/contract/fields'
import { checkInflux, type InfluxTarget } from '../../lib/contract/influx-target'
import { checkPointText } from '../../lib/contract/point-text'
import { checkHasTags, checkTagName, duplicateNames, tooLongNames } from '../../lib/contract/reader-fields'
import { supervisorWordings } from '../../nodes/collector-supervisor/wordings'
import { parseAddress } from '../../nodes/melsec-in/addresses'
import { deviceNames, deviceTitle } from '../../nodes/melsec-in/devices'
import { checkFrame, type FrameName, type Plc, type Series } from '../../nodes/melsec-in/series'
import { checkTags as checkMelsecTags, checkRandomOnly } from '../../nodes/melsec-in/tag-rules'
import { melsecWordings } from '../../nodes/melsec-in/wordings'
import { checkAddress, checkUnitId } from '../../nodes/modbus-in/addresses'
import { checkMaxRegisters, modbusFields } from '../../nodes/modbus-in/fields'
import { checkTags } from '../../nodes/modbus-in/tag-rules'
import { modbusWordings } from '../../nodes/modbus-in/wordings'
import { checkLogin, opcuaFields } from '../../nodes/opcua-in/fields'
import { opcuaWordings } from '../../nodes/opcua-in/wordings'
import { statusBroadcastFields } from '../../nodes/status-broadcast/fields'
import { statusBroadcastWordings } from '../../nodes/status-broadcast/wordings'
import { allPlcs } from '../nodes/melsec-in/plcs'

type Catalog = { [key: string]: string | Catalog }

function catalogOf(node: string, language: string): Catalog {
  return JSON.parse(readFileSync(resolve(__dirname, `../../nodes/${node}/locales/${language}/${node}.json`), 'utf8'))
}

/** As i18next does it: a key that does not exist comes back. */
function translateWith(catalog: Catalog) {
  return (key: string, values: Record<string, string | number> = {}): string => {
    const found = key
      .split('.')
      .reduce<string | Catalog | undefined>(
        (part, name) => (typeof part === 'object' ? part[name] : undefined),
        catalog,
      )
    return typeof found === 'string' ? found.replace(/__(\w+?)__/g, (all, name) => String(values[name] ?? all)) : key
  }
}

function problemsOf(field: Field, values: unknown[]): string[] {
  return values.map((value) => {
    const problem = checkField(field, value)
    assert.ok(problem, `${JSON.stringify(value)} should be a problem`)
    return problem
  })
}

function texts(...messages: (string | undefined)[]): string[] {
  return messages.map((message) => message ?? assert.fail('should be a problem'))
}

const { port, name, emit, tags } = modbusFields
const tag = {
  name: 'a',
  address: '40001',
  type: 'int16',
  order: '',
  scale: 1,
  offset: 0,
  unit: '',
  deadband: 0,
  length: 1,
  unitId: '',
} as const

const contract = [
  ...problemsOf(name, ['', 'x'.repeat(2000)]),
  ...problemsOf(port, ['abc', 1.5, 99999, 0]),
  ...problemsOf(emit, ['sometimes']),
  ...problemsOf(tags.item.deadband, [-1]),
  ...texts(checkTagName('__proto__'), checkTagName('a\nb'), checkTagName('a\\')),
  ...duplicateNames([{ name: 'a' }, { name: 'a' }]).map(({ message }) => message),
  ...tooLongNames(new Array(100_000).fill({ name: 'x'.repeat(100), unit: '' })).map(({ message }) => message),
  ...checkHasTags([]).map(({ message }) => message),
  ...problemsOf(tags, [new Array(100_001).fill(tag)]),
  ...texts(
    ...['', 'x'.repeat(2000), 'a\nb', 'a\ud800', 'a\\', 'a\\ b', 'a"', '#1'].map((text) =>
      checkPointText('measurement', text),
    ),
    checkPointText('tag-key', 'time'),
  ),
  ...texts(
    checkPointTags([
      { key: 'line', value: '1' },
      { key: 'line', value: '2' },
    ])[1]?.key,
  ),
]

const meanings = [
  ...problemsOf(tags.item.min, ['much']),
  ...problemsOf(tags.item.noValue, ['none', '0x10000000000000000', '1,,2', '3,4e38']),
  ...problemsOf(tags.item.scaleFrom, ['10^', '*']),
  ...problemsOf(tags.item.texts, ['off', '0=', 'off=0', '0=a=b', '0=a,1=b', '0=a;0x0=b']),
  ...problemsOf(tags.item.charset, ['big5']),
]

/** Each is a problem beside a tag whose name is "n". */
const meaningsTogether: object[] = [
  { type: 'bool', address: 'coil:0', min: '1' },
  { type: 'string', length: 2, texts: '0=off' },
  { noValue: '65536' },
  { min: '2', max: '1' },
  { scaleFrom: 'maker' },
  { scaleFrom: 'list' },
  { scaleFrom: 'state' },
  { name: 'n', scaleFrom: '*n' },
  { scaleFrom: 'DB1' },
]

const modbus = [
  ...meaningsTogether.map((others) => {
    const messages = checkTags([
      { ...tag, ...others },
      { ...tag, name: 'maker', type: 'string', length: 2 },
      { ...tag, name: 'list', length: 2 },
      { ...tag, name: 'state', texts: '0=off' },
    ]).map(({ message }) => message)
    assert.equal(messages.length, 1, JSON.stringify(others))
    return messages.join()
  }),
  ...checkTags([
    { ...tag, scaleFrom: 'coil:3' },
    { ...tag, scaleFrom: '40010.3' },
    { ...tag, scaleFrom: '40010', width: 2, type: 'uint32' },
    { ...tag, address: 'coil:3', type: 'bool', width: 2 },
    { ...tag, width: 2 },
    { ...tag, width: 2, type: 'string', length: 5 },
  ]).map(({ message }) => message),
  ...texts(
    ...['', 'DB1.2', 'x:5', '123', '12345678', '0x10', '40000', '465537', '20001', 'holding:70000'].map(checkAddress),
  ),
  ...texts(checkAddress('coil:5.2'), checkAddress('40001.16'), checkUnitId('300'), checkUnitId('x')),
  ...checkTags([
    { ...tag, address: 'coil:1' },
    { ...tag, address: '40001.2' },
    { ...tag, type: 'bool' },
    { ...tag, type: 'bit' },
    { ...tag, address: 'holding:65535', type: 'float32' },
    { ...tag, address: 'holding:65535', type: 'string', length: 3 },
    { ...tag, order: 'ABCDEFGH' },
    { ...tag, address: '40001.0', type: 'bool', scale: 2 },
    { ...tag, type: 'string', offset: 1 },
    { ...tag, length: 126 },
    { ...tag, name: 'array', length: 2 },
    { ...tag, name: 'array[1]' },
  ]).map(({ message }) => message),
  ...texts(
    checkMaxRegisters({ maxRegisters: 1, tags: [{ ...tag, type: 'float32' }] }),
    checkMaxRegisters({ maxRegisters: 1, tags: [{ ...tag, type: 'string', length: 3 }] }),
  ),
]

const q: Plc = { series: 'q', frame: '3E', encoding: 'binary' }
const fx3: Plc = { series: 'fx3', frame: '1E', encoding: 'binary' }
const fx5: Plc = { series: 'fx5', frame: '3E', encoding: 'binary' }

function refusedAddresses(plc: Plc, ...addresses: string[]): string[] {
  return addresses.map((address) => {
    const parsed = parseAddress(address, plc)
    assert.ok('problem' in parsed, `${address} should be a problem`)
    return parsed.problem
  })
}

function refusedTags(plc: Plc, ...tags: object[]): string[] {
  return tags.map((others) => {
    const [problem] = checkMelsecTags([{ ...tag, ...others }], plc)
    return problem?.message ?? assert.fail(`${JSON.stringify(others)} should be a problem`)
  })
}

const frames: [Series, FrameName][] = [
  ['fx3', '3E'],
  ['a', '4E'],
  ['fx5', '4E'],
]
const melsec = [
  ...frames.map(([series, frame]) => checkFrame({ series, frame }) ?? assert.fail(`${series} ${frame}`)),
  ...refusedAddresses(
    q,
    '',
    'D1.2.3',
    '40001',
    'T5',
    'C0',
    'ST1',
    'D',
    'DABC',
    'D1A',
    'XG',
    'U0\\\\G0',
    'J1\\\\W0',
    'Q5',
  ),
  ...refusedAddresses(q, 'X2000', 'LTN0', 'X1.3', 'D0.G', 'D0.10', 'TS1.0'),
  ...refusedAddresses(q, '@D0', '%IX0', 'K100', 'D0Z2', 'D0-D9', 'Motor_1', 'D0:x', 'K9M0', 'K4M0:3', 'K4D0'),
  ...refusedAddresses(fx3, 'X8', 'T5', 'M8512', 'W0'),
  ...refusedAddresses({ ...q, frame: '1E' }, 'ZR0', 'L0'),
  ...refusedAddresses({ ...fx5, encoding: 'ascii' }, 'LZ0', 'LCN1'),
  ...refusedAddresses(fx5, 'LZ0.1', 'V0'),
  ...refusedTags(
    q,
    { address: 'TS0' },
    { address: 'D0.1' },
    { address: 'D0', type: 'bool' },
    { address: 'D0', type: 'bit' },
    { address: 'D0', length: 961 },
    { address: 'D0', type: 'string', length: 1921 },
    { address: 'D0', order: 'ABCDEFGH' },
    { address: 'D0', type: 'string', offset: 1 },
    { address: 'ZR5027839', type: 'int32' },
    { address: 'W4CB7FF', type: 'float64' },
    { address: 'X1FFF', type: 'bool', length: 2 },
  ),
  ...refusedTags(q, { address: 'D0', scaleFrom: 'X0' }, { address: 'D0', scaleFrom: 'scale' }),
  ...refusedTags(
    q,
    { address: 'D100:E' },
    { address: 'K4M0', type: 'float32' },
    { address: 'K4M0', type: 'uint16', length: 2 },
    { address: 'D100:10', length: 3 },
    { address: 'D100:3', type: 'float32' },
  ),
  ...checkRandomOnly([{ ...tag, address: 'LZ0', type: 'uint32' }], fx5).map(({ message }) => message),
  ...refusedTags(fx3, { address: 'CN200' }),
  ...refusedTags(fx5, { address: 'LZ0' }),
  ...refusedTags({ ...fx5, encoding: 'ascii' }, { address: 'X7', type: 'bool' }),
]

const { address, filter: deadband } = opcuaFields.tags.item
const login = { authentication: 'username', securityMode: 'none', username: '', insecurePassword: false } as const
const node = (others: object) => {
  const parsed = parseFields(opcuaFields.tags.item, { name: 'a', address: 'i=2258', ...others })
  return parsed.ok ? parsed.value : assert.fail(JSON.stringify(parsed.problems))
}
const opcua = [
  ...problemsOf(opcuaFields.endpoint, ['', '192.168.0.10:4840', 'http://plc', 'opc.tcp://', 'opc.tcp://me:secret@plc']),
  ...problemsOf(opcuaFields.securityMode, ['SignAndEncrypt']),
  ...problemsOf(opcuaFields.queueSize, [0, 1.5]),
  ...problemsOf(opcuaFields.locale, ['zh_CN', 'en, 中文']),
  ...problemsOf(address, [
    '',
    'Motor.Speed',
    'ns=2,s=a',
    's=a;range=9:1',
    'ns=2;s=a;range=',
    'ns=65536;i=1',
    'ns=x;i=1',
  ]),
  ...problemsOf(address, ['nsu=;i=1', 'i=4294967296', 'i=x', 's=', 'ns=1;g=1234', 'b=', 'ns=1;b=?']),
  ...problemsOf(address, [`s=${'x'.repeat(4097)}`, `b=${'A'.repeat(5464)}`]),
  ...problemsOf(deadband, ['x', '-1', '101%']),
  ...(opcuaFields.tags.checkAll?.([node({ min: '2', max: '1' }), node({ name: 'b', scaleFrom: '10^c' })]) ?? []).map(
    ({ message }) => message,
  ),
  ...checkLogin(login).map(({ message }) => message),
  ...checkLogin({ ...login, authentication: 'certificate' }).map(({ message }) => message),
]

const filter = problemsOf(statusBroadcastFields.filter, ['type:', 'status:bad'])

const server: InfluxTarget = {
  version: '2',
  url: 'http://127.0.0.1:8086',
  org: 'plant',
  bucket: 'samples',
  database: '',
  token: '',
  username: '',
  password: '',
}
const influx = [
  ...['', 'influx', 'http://a:b@host', 'http://host?db=x', 'http://host/api/v2/write'].map((url) => ({ url })),
  { org: '\ud800' },
  { token: 'a b' },
  { version: '1', database: 'x', username: 'a:b' } as const,
  { version: '1', database: 'x', password: 'x' } as const,
].flatMap((change) => {
  const messages = checkInflux({ ...server, ...change }).map(({ message }) => message)
  assert.equal(messages.length, 1)
  return messages
})

const suites: { node: string; messages: string[]; wordings: Wording[] }[] = [
  { node: 'modbus-in', messages: [...contract, ...meanings, ...modbus], wordings: modbusWordings },
  { node: 'melsec-in', messages: [...contract, ...meanings, ...melsec], wordings: melsecWordings },
  { node: 'opcua-in', messages: [...contract, ...meanings, ...opcua], wordings: opcuaWordings },
  { node: 'collector-supervisor', messages: influx, wordings: supervisorWordings },
  { node: 'status-broadcast', messages: filter, wordings: statusBroadcastWordings },
]

for (const { node, messages, wordings } of suites) {
  describe(`what the checks of ${node} say`, () => {
    for (const message of messages) {
      it(`is said in Chinese: ${message.slice(0, 80)}`, () => {
        const said = wordingIn(translateWith(catalogOf(node, 'zh-CN')), wordings)(message)
        assert.match(said, /[\u4e00-\u9fff]/, said)
        assert.doesNotMatch(said.replace('__proto__', ''), /__|problem\.|(area|base|device)\./, said)
      })
    }
    it('has nothing in the catalog that is never said', () => {
      const used = new Set<string>()
      const wording = wordingIn((key) => String(used.add(key)), wordings)
      messages.forEach(wording)
      const unused = wordings.map(([key]) => `problem.${key}`).filter((key) => !used.has(key))
      assert.deepEqual(unused, [])
    })
  })
}

describe('whatever the checks of melsec-in say of any address of any PLC', () => {
  const endings = ['', '0', '8', '17', '1A', 'G', '0.3', '0.10', '0.G', '200', '99999999', '0.1.2']
  const types = ['uint16', 'bool', 'float64', 'string'] as const
  const wording = wordingIn(translateWith(catalogOf('melsec-in', 'zh-CN')), melsecWordings)
  for (const plc of allPlcs) {
    it(`is said in Chinese: ${plc.series} ${plc.frame} ${plc.encoding}`, () => {
      const addresses = ['T', 'C', 'ST', 'LT', 'SS', 'U0', 'Q', ...deviceNames].flatMap((name) =>
        endings.map((ending) => name + ending),
      )
      const tags = addresses.flatMap((address) => types.map((type) => ({ ...tag, address, type, length: 961 })))
      const unsaid = new Set(
        tags
          .flatMap((tag) => checkMelsecTags([tag], plc).map(({ message }) => message))
          .filter((message) => !/[\u4e00-\u9fff]/.test(wording(message))),
      )
      assert.deepEqual([...unsaid], [])
    })
  }
})

describe('the devices of a PLC', () => {
  it('and the base of their numbers are named in Chinese within a message', () => {
    const wording = wordingIn(translateWith(catalogOf('melsec-in', 'zh-CN')), melsecWordings)
    const [missing = '', decimal = ''] = refusedAddresses(fx3, 'W0', 'D1A').map(wording)
    assert.match(missing, /^"W0"：MELSEC-FX3 没有 W（链接寄存器），可用的有：X, Y, M/)
    assert.equal(decimal, '"D1A"：D 为十进制编号')
  })
  for (const language of ['en-US', 'zh-CN']) {
    it(`have a name in ${language}`, () => {
      const translate = translateWith(catalogOf('melsec-in', language))
      for (const name of deviceNames) assert.doesNotMatch(translate(`device.${deviceTitle(name)}`), /^device\./, name)
    })
  }
  it('are called the same in the catalog and in messages', () => {
    const translate = translateWith(catalogOf('melsec-in', 'en-US'))
    for (const name of deviceNames) assert.equal(translate(`device.${deviceTitle(name)}`), deviceTitle(name))
  })
})

describe('a message within a message', () => {
  it('is said in Chinese, too', () => {
    const [message = ''] = checkTags([{ ...tag, scaleFrom: 'DB1' }]).map((problem) => problem.message)
    const said = wordingIn(translateWith(catalogOf('modbus-in', 'zh-CN')), modbusWordings)(message)
    assert.match(said, /^没有名为 "DB1" 的点位，且 "DB1"：Modbus 没有“DB”这个数据区，例如可写：/)
  })
})

describe('a message that no pattern knows', () => {
  it('stays as it is', () => assert.equal(wordingIn(translateWith({}))('something new'), 'something new'))
})
