import assert from 'node:assert/strict'
import { until } from '../../support/until'
import type { ShortTag } from './config'
import { closeAll, deviceOf, never, newFolder, readerOf, readUntil } from './reader-bench'

describe('An OPC UA reader', function () {
  this.timeout(30_000)
  afterEach(closeAll)

  for (const mode of ['subscribe', 'poll'] as const) {
    describe(`that means to ${mode}`, () => {
      it('reads values of all types', async () => {
        const device = await deviceOf()
        const names = [
          'Double',
          'Int64',
          'String',
          'DateTime',
          'ByteString',
          'LocalizedText',
          'NodeId',
          'StatusCode',
          'Boolean',
        ]
        const { reader } = readerOf(
          device.endpoint,
          [
            ...names.map((name): [string, string] => [name, device.nodeId(`Types.${name}`)]),
            ['array', device.nodeId('Arrays.Int64')],
            ['range', `${device.nodeId('Arrays.Int32')};range=1`],
            ['matrix', device.nodeId('Arrays.Matrix')],
            ['structure', device.nodeId('Structures.Recipe')],
            ['scaled', device.nodeId('Types.Int16'), { scale: 0.5, offset: 1 }],
            ['partial', device.nodeId('Arrays.Float')],
          ],
          { mode },
        )
        await reader.open(never)
        const { values, bad } = await readUntil(reader, ({ bad }) => bad.size === 0)
        assert.deepEqual(values.slice(0, -1), [
          Math.PI,
          '-9223372036854775808',
          'Grüße 你好 🙂',
          '2024-02-29T12:34:56.789Z',
          'AAEC/w==',
          'Kühlung',
          'ns=1;s=Motor.Speed',
          'BadSensorFailure',
          true,
          ['-9223372036854775808', '9223372036854775807'],
          [2147483647],
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
          { Name: 'Bread', Speed: 1500, Steps: [1, 2, 3], Position: { X: 1.5, Y: -2.5 } },
          -16383,
        ])
        assert.deepEqual([...bad], [])
        assert.deepEqual(values.at(-1), [0.5, null])
      })

      it('tells enumerations by their texts, with the first values', async () => {
        const device = await deviceOf()
        const states = { type: 'Int32', texts: 'strings' } as const
        device.appear({ name: 'Late.States', ...states, shape: 'array', setting: { value: [2, 9] } })
        device.appear({ name: 'Late.Odd', ...states, setting: { value: 77 } })
        const tags: ShortTag[] = [
          ['by position', device.nodeId('Enumerations.State')],
          ['by value', device.nodeId('Enumerations.Mode')],
          ['by definition', 'i=2259'],
          ['array', device.nodeId('Late.States')],
          ['without a text', device.nodeId('Late.Odd')],
          ['scaled', device.nodeId('Enumerations.State'), { scale: 10 }],
          ['no enumeration', device.nodeId('Types.Int32')],
        ]
        const { reader } = readerOf(device.endpoint, tags, { mode })
        await reader.open(never)
        assert.deepEqual((await reader.read(never)).values, [
          'Running',
          'Automatic',
          'Running',
          ['Running', '9'],
          '77',
          20,
          -2147483648,
        ])
        device.set('Enumerations.State', { value: 3 })
        await readUntil(reader, ({ values }) => values[0] === 'Fault')
        const numbers = readerOf(device.endpoint, tags, { mode, enumerations: 'number' })
        await numbers.reader.open(never)
        assert.deepEqual((await numbers.reader.read(never)).values.slice(0, 5), [3, 20, 0, [2, 9], 77])
      })

      it('tells what the tags say of numbers, by the scale of the same cycle', async () => {
        const device = await deviceOf()
        const tags: ShortTag[] = [
          ['none', device.nodeId('Types.Int16'), { noValue: '0x8000', scale: 0.5 }],
          ['too large', device.nodeId('Types.Double'), { max: '3' }],
          ['on', device.nodeId('Types.Boolean'), { texts: '0=off;1=on' }],
          ['scaled', device.nodeId('Arrays.Int32'), { scaleFrom: '10^exponent' }],
          ['exponent', device.nodeId('Enumerations.State')],
          ['own text', device.nodeId('Enumerations.State'), { texts: '2=two;3=three' }],
        ]
        const { reader } = readerOf(device.endpoint, tags, { mode })
        await reader.open(never)
        const { values, bad } = await reader.read(never)
        assert.deepEqual(values, [null, null, 'on', [-214748364800, 214748364700], 2, 'two'])
        assert.deepEqual(
          [...bad],
          [
            [0, 'the device has no value here (0x8000)'],
            [1, `${Math.PI} is above the maximum 3`],
          ],
        )
        device.set('Enumerations.State', { value: 1 })
        const next = await readUntil(reader, ({ values }) => values[4] === 1)
        assert.deepEqual(next.values.slice(3), [[-21474836480, 21474836470], 1, '1'])
      })

      it('names a node that is not there, and reads the others', async () => {
        const device = await deviceOf()
        const { reader } = readerOf(
          device.endpoint,
          [
            ['good', device.nodeId('Types.Double')],
            ['missing', device.nodeId('Late.Comer')],
            ['elsewhere', 'nsu=urn:nobody;s=x'],
            ['lasting', device.lastingNodeId('Types.Int16')],
          ],
          { mode },
        )
        await reader.open(never)
        const { values, bad } = await reader.read(never)
        assert.deepEqual(values, [Math.PI, null, null, -32768])
        assert.match(bad.get(1) ?? '', /no such node.*BadNodeIdUnknown/)
        assert.match(bad.get(2) ?? '', /no namespace urn:nobody/)
      })

      it('leaves no session behind', async () => {
        const device = await deviceOf()
        for (let times = 0; times < 3; times++) {
          const { reader } = readerOf(device.endpoint, [['a', device.nodeId('Types.Double')]], { mode })
          await reader.open(never)
          await reader.read(never)
          await reader.close()
          await reader.close()
        }
        const { sessions, sessionsPeak, subscriptions } = device.census()
        assert.deepEqual({ sessions, sessionsPeak, subscriptions }, { sessions: 0, sessionsPeak: 1, subscriptions: 0 })
      })

      it('tells that the server is gone, and is well after the next open', async () => {
        const device = await deviceOf()
        const { reader } = readerOf(device.endpoint, [['a', device.nodeId('Types.Double')]], { mode })
        await reader.open(never)
        await reader.read(never)
        await device.powerOff()
        await assert.rejects(
          readUntil(reader, () => false),
          /link|connection/i,
        )
        await reader.close()
        await assert.rejects(reader.open(never), { name: 'Fault', kind: 'link', code: 'connection-refused' })
        await device.powerOn({ namespacesBefore: 0 })
        await reader.open(never)
        assert.deepEqual((await reader.read(never)).values, [Math.PI])
      })

      it('finds its nodes again when the namespaces have moved', async () => {
        const device = await deviceOf()
        const { reader } = readerOf(device.endpoint, [['a', device.lastingNodeId('Types.Double')]], { mode })
        await reader.open(never)
        await reader.read(never)
        await device.restart({ namespacesBefore: 3 })
        await reader.open(never)
        assert.deepEqual((await reader.read(never)).values, [Math.PI])
      })
    })
  }

  it('logs in over an encrypted connection, once the certificate of the server is trusted', async () => {
    const device = await deviceOf()
    const secure = {
      securityMode: 'signAndEncrypt',
      authentication: 'username',
      username: 'operator',
      password: 'secret',
    }
    const folder = newFolder()
    const tags: [string, string][] = [['a', device.nodeId('Types.Double')]]
    const { reader } = readerOf(device.endpoint, tags, secure, folder)
    await assert.rejects(reader.open(never), {
      kind: 'link',
      code: 'certificate-unknown',
      message: /"Simulated device", valid until \d{4}-\d\d-\d\d, SHA-256 [0-9a-f]{64}/,
    })
    assert.equal(device.census().sessionsMade, 0)
    const first = readerOf(device.endpoint, tags, { ...secure, trust: 'first-use' }, folder)
    await first.reader.open(never)
    assert.deepEqual((await first.reader.read(never)).values, [Math.PI])
    await first.reader.close()
    // It is known now, also to who would not trust the first one.
    await reader.open(never)
    assert.deepEqual((await reader.read(never)).values, [Math.PI])
  })

  it('says so of a wrong password', async () => {
    const device = await deviceOf()
    const { reader } = readerOf(device.endpoint, [['a', 'i=2258']], {
      securityMode: 'signAndEncrypt',
      trust: 'first-use',
      authentication: 'username',
      username: 'operator',
      password: 'wrong',
    })
    await assert.rejects(reader.open(never), {
      kind: 'link',
      code: 'login-refused',
      message: /check user name, password/,
    })
    await until(() => device.census().sessions === 0)
  })
})
