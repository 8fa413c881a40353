import assert from 'node:assert/strict'
import { type ClientMonitoredItem, DataChangeFilter, DeadbandType, TimestampsToReturn } from 'node-opcua-client'
import { type DeviceLimits, FILTER_SUPPORT, type FilterSupport, refusalOf } from '../../../simulators/opcua/limits'
import { OpcuaDevice } from '../../../simulators/opcua/opcua-device'
import { PlainClient } from '../../support/opcua-client'

const SAMPLED = { samplingInterval: 100, queueSize: 1 }

describe('A simulated OPC UA device with few resources', function () {
  this.timeout(30_000)
  const limits: Partial<DeviceLimits> = {
    maxNodesPerRead: 5,
    maxNodesPerBrowse: 2,
    maxMonitoredItemsPerCall: 3,
    maxSessions: 1,
    maxQueueSize: 4,
    maxReferencesPerNode: 8,
    minSamplingMs: 300,
    minPublishingMs: 400,
    maxSessionTimeoutMs: 20_000,
    filters: 'unsupported',
  }
  let small: OpcuaDevice
  let only: PlainClient
  before(async () => {
    small = await OpcuaDevice.start({ limits })
    only = await PlainClient.open(small.endpoint, { sessionTimeoutMs: 3_600_000 })
  })
  after(async () => {
    await only.close()
    await small.close()
  })
  const nodes = (count: number) => Array.from({ length: count }, () => ({ nodeId: small.nodeId('Types.Double') }))
  const refused = { message: /BadTooManyOperations/ }

  it('tells its limits, and keeps them', async () => {
    const told = await only.session.read([11705, 11710, 11714].map((id) => ({ nodeId: `i=${id}` })))
    assert.deepEqual(
      told.map(({ value }) => value.value),
      [5, 2, 3],
    )
    assert.equal((await only.session.read(nodes(5))).length, 5)
    await assert.rejects(only.session.read(nodes(6)), refused)
    await assert.rejects(only.session.browse(nodes(3)), refused)
    const subscription = await only.subscribe()
    const create = (count: number) => subscription.monitorItems(nodes(count), SAMPLED, TimestampsToReturn.Both)
    assert.equal((await create(3)).monitoredItems.length, 3)
    await assert.rejects(create(4), refused)
    await subscription.terminate()
  })

  it('has no place for another session', async () => {
    await assert.rejects(PlainClient.open(small.endpoint), { message: /BadTooManySessions/ })
  })

  it('revises what it is asked for', async () => {
    assert.equal(only.session.timeout, 20_000)
    const subscription = await only.subscribe()
    assert.equal(subscription.publishingInterval, 400)
    const item: ClientMonitoredItem = await subscription.monitor(
      { nodeId: small.nodeId('Types.Double') },
      { samplingInterval: 10, queueSize: 100 },
      TimestampsToReturn.Both,
    )
    assert.deepEqual([item.result?.revisedSamplingInterval, item.result?.revisedQueueSize], [300, 4])
    await subscription.terminate()
  })

  it('refuses a deadband', async () => {
    const item = small.nodeId('Analog.WithRange')
    assert.equal(await only.answerToDeadband(item, DeadbandType.Absolute), 'BadMonitoredItemFilterUnsupported')
    assert.equal(await only.answerToDeadband(item, DeadbandType.None), 'Good')
  })

  it('gives few references at a time', async () => {
    const folder = { nodeId: small.nodeId('Types'), referenceTypeId: 'Organizes' }
    let { references, continuationPoint } = await only.session.browse(folder)
    const sizes = [references?.length]
    while (continuationPoint?.length) {
      ;({ references, continuationPoint } = await only.session.browseNext(continuationPoint, false))
      sizes.push(references?.length)
    }
    assert.deepEqual(sizes, [8, 8, 4])
  })
})

describe('A filter with a deadband', () => {
  const unsupported = 'BadMonitoredItemFilterUnsupported'
  const notAllowed = 'BadFilterNotAllowed'
  const answers: { [support in FilterSupport]: { absolute?: string; percent?: string } } = {
    all: { absolute: undefined, percent: undefined },
    absolute: { absolute: undefined, percent: unsupported },
    'not-allowed': { absolute: notAllowed, percent: notAllowed },
    unsupported: { absolute: unsupported, percent: unsupported },
  }
  const answer = (support: FilterSupport, deadbandType: DeadbandType) =>
    refusalOf(new DataChangeFilter({ deadbandType, deadbandValue: 1 }), support)?.name
  for (const support of FILTER_SUPPORT) {
    it(`is answered by a device of the kind "${support}"`, () => {
      const [absolute, percent] = [answer(support, DeadbandType.Absolute), answer(support, DeadbandType.Percent)]
      assert.deepEqual({ absolute, percent }, answers[support])
      assert.equal(answer(support, DeadbandType.None), undefined)
      assert.equal(refusalOf(null, support), undefined)
    })
  }
})
