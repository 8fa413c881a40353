import assert from 'node:assert/strict'
import { AttributeIds, type DataValue, DeadbandType, TimestampsToReturn } from 'node-opcua-client'
import { PLANT_NAMESPACE } from '../../../simulators/opcua/address-space'
import { BUILTIN_TYPES, builtinValue } from '../../../simulators/opcua/builtin-values'
import { OpcuaDevice } from '../../../simulators/opcua/opcua-device'
import { MODE_TEXTS, SAMPLES, STATE_TEXTS } from '../../../simulators/opcua/plant'
import { PlainClient } from '../../support/opcua-client'
import { until } from '../../support/until'

const MANY = 3000

describe('A simulated OPC UA device', function () {
  this.timeout(30_000)
  let device: OpcuaDevice
  let client: PlainClient
  before(async () => {
    device = await OpcuaDevice.start({ many: MANY })
    client = await PlainClient.open(device.endpoint)
  })
  after(async () => {
    await client.close()
    await device.close()
  })
  const read = async (name: string) => client.read(device.nodeId(name))

  describe('has', () => {
    for (const type of BUILTIN_TYPES) {
      it(`a ${type}, and an array of them`, async () => {
        const held = SAMPLES[type].map((sample) => builtinValue(type, sample))
        const { value, statusCode } = await read(`Types.${type}`)
        assert.equal(statusCode.name, 'Good')
        assert.deepEqual(value.value, held[0])
        assert.deepEqual(Array.from((await read(`Arrays.${type}`)).value.value), held)
      })
    }

    it('an empty array, and a matrix', async () => {
      assert.equal((await read('Arrays.Empty')).value.value.length, 0)
      const { value } = await read('Arrays.Matrix')
      assert.deepEqual(
        [value.dimensions, Array.from(value.value)],
        [
          [2, 3],
          [1, 2, 3, 4, 5, 6],
        ],
      )
    })

    it('enumerations, whose texts are strings or values of their type', async () => {
      const textsOf = async (name: string, property: string) => {
        const type = await client.session.read({ nodeId: device.nodeId(name), attributeId: AttributeIds.DataType })
        const children = await client.session.browse(type.value.value.toString())
        const found = children.references?.find(({ browseName }) => browseName.name === property)
        assert.ok(found, `${name} has no ${property}`)
        return (await client.read(found.nodeId.toString())).value.value
      }
      const texts: { text: string }[] = await textsOf('Enumerations.State', 'EnumStrings')
      assert.deepEqual(
        texts.map(({ text }) => text),
        STATE_TEXTS,
      )
      const values: { displayName: { text: string }; value: number[] }[] = await textsOf(
        'Enumerations.Mode',
        'EnumValues',
      )
      assert.deepEqual(
        values.map(({ displayName, value }) => [displayName.text, value[1]]),
        Object.entries(MODE_TEXTS),
      )
    })

    it('a structure in a structure', async () => {
      const { value } = await read('Structures.Recipe')
      const { name, speed, steps, position } = value.value
      assert.deepEqual([name, speed, Array.from(steps), position.x, position.y], ['Bread', 1500, [1, 2, 3], 1.5, -2.5])
    })

    it('values that move', async () => {
      const first = (await read('Waves.Counter')).value.value
      await until(async () => (await read('Waves.Counter')).value.value > first)
    })

    it('values that nobody may read', async () => {
      assert.equal((await read('Access.Denied')).statusCode.name, 'BadUserAccessDenied')
      assert.equal((await read('Access.WriteOnly')).statusCode.name, 'BadNotReadable')
    })

    it(`${MANY} variables in one folder`, async () => {
      const { references, continuationPoint } = await client.session.browse({
        nodeId: device.nodeId('Many'),
        referenceTypeId: 'Organizes',
      })
      assert.deepEqual([references?.length, continuationPoint ?? null], [MANY, null])
    })
  })

  it('shows values, status codes and source times as it is told', async () => {
    const name = 'Analog.WithoutRange'
    const about = async () => {
      const { value, statusCode, sourceTimestamp } = await read(name)
      return [value.value, statusCode.value, sourceTimestamp?.toISOString()]
    }
    const sourceTime = '2001-02-03T04:05:06.789Z'
    device.set(name, { value: 1.5, status: 'BadSensorFailure', sourceTime })
    assert.deepEqual(await about(), [1.5, 0x808c0000, sourceTime])
    device.set(name, { keepValue: false })
    assert.deepEqual((await about()).slice(0, 2), [null, 0x808c0000])
    device.set(name, { status: 'UncertainLastUsableValue' })
    assert.deepEqual(await about(), [1.5, 0x40900000, sourceTime])
    device.set(name, { status: 0x480, sourceTime: null })
    const [value, status, time] = await about()
    assert.deepEqual([value, status], [1.5, 0x480])
    assert.notEqual(time, sourceTime)
    device.set(name, { status: 'Good' })
    assert.throws(() => device.set(name, { value: 'much' }), RangeError)
    assert.throws(() => device.set('Types.Nothing', { value: 1 }), RangeError)
  })

  it('shows a node that appears, and not one that vanished', async () => {
    device.appear({ name: 'Late.Comer', type: 'Int16', setting: { value: 7 } })
    assert.equal((await read('Late.Comer')).value.value, 7)
    device.vanish('Late.Comer')
    assert.equal((await read('Late.Comer')).statusCode.name, 'BadNodeIdUnknown')
    device.appear({ name: 'Late.Comer', type: 'Int16', setting: { value: 8 } })
    assert.equal((await read('Late.Comer')).value.value, 8)
  })

  it('notifies of changes, and of an overflow of the queue', async () => {
    const subscription = await client.subscribe({ requestedPublishingInterval: 1000 })
    const notices: DataValue[] = []
    const item = await subscription.monitor(
      { nodeId: device.nodeId('Waves.Counter'), attributeId: AttributeIds.Value },
      { samplingInterval: 50, queueSize: 2, discardOldest: true },
      TimestampsToReturn.Both,
    )
    item.on('changed', (notice: DataValue) => notices.push(notice))
    await until(() => notices.some(({ statusCode }) => statusCode.hasOverflowBit), 10_000)
    await subscription.terminate()
  })

  it('counts what it holds, and what it was asked', async () => {
    const before = device.census()
    const subscription = await client.subscribe()
    await subscription.monitor(
      { nodeId: device.nodeId('Waves.Sine'), attributeId: AttributeIds.Value },
      { samplingInterval: 50, queueSize: 1, discardOldest: true },
      TimestampsToReturn.Both,
    )
    const during = device.census()
    assert.deepEqual(
      [during.sessions, during.channels, during.subscriptions, during.monitoredItems, during.clients],
      [1, 1, 1, 1, 1],
    )
    assert.equal(during.requests.CreateSubscription, (before.requests.CreateSubscription ?? 0) + 1)
    await subscription.terminate()
    const { subscriptions, monitoredItems } = device.census()
    assert.deepEqual([subscriptions, monitoredItems], [0, 0])
  })

  it('takes a percent deadband where there is a range, and none for texts', async () => {
    const answerTo = (name: string, type: DeadbandType) => client.answerToDeadband(device.nodeId(name), type)
    assert.equal(await answerTo('Analog.WithRange', DeadbandType.Percent), 'Good')
    assert.equal(await answerTo('Analog.WithoutRange', DeadbandType.Percent), 'BadMonitoredItemFilterUnsupported')
    assert.equal(await answerTo('Analog.WithoutRange', DeadbandType.Absolute), 'Good')
    assert.equal(await answerTo('Types.String', DeadbandType.Absolute), 'BadFilterNotAllowed')
  })

  it('has another namespace index after a restart, if so told, and its values of before', async () => {
    const own = await OpcuaDevice.start()
    const { port } = own
    const namespaces = async () => {
      const plain = await PlainClient.open(own.endpoint)
      const { value } = await plain.read('i=2255')
      const fixed = (await plain.read(own.nodeId('Types.UInt16'))).value.value
      await plain.close()
      return [value.value.indexOf(PLANT_NAMESPACE), fixed]
    }
    own.set('Types.UInt16', { value: 77 })
    assert.deepEqual(await namespaces(), [2, 77])
    await own.restart({ namespacesBefore: 2 })
    assert.deepEqual(await namespaces(), [4, 77])
    assert.deepEqual([own.namespaceIndex, own.port], [4, port])
    await own.close()
    await own.close()
  })
})
