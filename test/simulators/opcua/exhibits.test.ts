import assert from 'node:assert/strict'
import { BrowseDirection, DataType, StatusCodes } from 'node-opcua-client'
import { exhibitsIn, LONG_NAME } from '../../../simulators/opcua/exhibits/exhibits'
import { OpcuaDevice } from '../../../simulators/opcua/opcua-device'
import { PlainClient } from '../../support/opcua-client'

/** What node-opcua's own decoder makes of some of them: its names of fields begin with a small letter. */
const KNOWN: { readonly [name: string]: unknown } = {
  Flat: { x: 1.5, y: -2.5 },
  Nested: { from: { x: 3, y: 0 }, to: { x: 3, y: 1 }, label: 'edge' },
  Arrays: {
    points: [
      { x: 1, y: 2 },
      { x: 3, y: 4 },
    ],
    segments: [{ from: { x: 5, y: 0 }, to: { x: 5, y: 1 }, label: 's' }],
    closed: 1,
  },
  'Some optional fields': { id: 6, limit: 2.5, marks: ['a', 'b'] },
  'Union of a text': { words: 'yes' },
  'Union of a structure': { place: { x: 8, y: 9 } },
  'Subtype within': { load: { x: 1, y: 2, z: 3 } },
}

/** Without those that are not there, and without the selector of a union. */
function fieldsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fieldsOf)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([name, field]) => name !== 'switchField' && field !== undefined)
  return Object.fromEntries(fields.map(([name, field]) => [name, fieldsOf(field)]))
}

describe('The exhibits of a simulated OPC UA device', function () {
  this.timeout(30_000)
  let device: OpcuaDevice
  let client: PlainClient
  before(async () => {
    device = await OpcuaDevice.start({ exhibits: true, unusedTypes: 3 })
    client = await PlainClient.open(device.endpoint)
  })
  after(async () => {
    await client?.close()
    await device?.close()
  })

  const read = (name: string) => client.read(device.nodeId(`Exhibits.${name}`))

  for (const [name, means] of Object.entries(KNOWN)) {
    it(`are structures as node-opcua itself reads them (${name})`, async () => {
      const { value } = await read(name)
      assert.equal(value.dataType, DataType.ExtensionObject)
      assert.deepEqual(fieldsOf(value.value), means)
    })
  }

  it('have each a name of its own, however long', async () => {
    const names = exhibitsIn(device.namespaceIndex).map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
    assert.ok(`ns=${device.namespaceIndex};s=Exhibits.${LONG_NAME}`.length > 4080)
    assert.equal((await read(LONG_NAME)).value.value, 4096)
  })

  it('go out byte for byte', async () => {
    const { value } = await read('Null texts in an array')
    assert.deepEqual(value.value, ['a', null, ''])
    assert.equal((await read('A time')).value.value.toISOString(), '2024-02-29T12:34:56.789Z')
  })

  it('include bodies that are none, which this client cannot read', async () => {
    await assert.rejects(read('Body of length -1'))
  })

  it('come with types that no value has', async () => {
    const types = await client.session.browse({
      nodeId: 'i=22',
      referenceTypeId: 'HasSubtype',
      browseDirection: BrowseDirection.Forward,
      resultMask: 63,
    })
    assert.equal(types.statusCode, StatusCodes.Good)
    const names = (types.references ?? []).map(({ browseName }) => browseName.name)
    assert.deepEqual(
      names.filter((name) => name?.startsWith('Unused')),
      ['Unused0', 'Unused1', 'Unused2'],
    )
  })
})
