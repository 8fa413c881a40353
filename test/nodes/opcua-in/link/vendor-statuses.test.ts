import assert from 'node:assert/strict'
import { BinaryStream } from 'node-opcua-binary-stream'
import { DataValue, StatusCodes } from 'node-opcua-client'
import { decodeStatusCode } from 'node-opcua-status-code'
import { sampleOf } from '../../../../nodes/opcua-in/link/samples'
import { nameVendorStatuses } from '../../../../nodes/opcua-in/link/vendor-statuses'
import * as binary from '../../../../simulators/opcua/raw/binary'
import { RawServer } from '../../../../simulators/opcua/raw/raw-server'
import { closeAll, never, readerOf } from '../reader-bench'

describe('A status code that the OPC UA library does not know', () => {
  let written: unknown[]
  const { warn } = console
  before(nameVendorStatuses)
  beforeEach(() => {
    written = []
    console.warn = (...texts: unknown[]) => written.push(texts)
  })
  afterEach(async () => {
    console.warn = warn
    await closeAll()
  })

  const table: [code: number, name: string][] = [
    [0x8f120000, '0x8F120000'],
    [0x4f120000, '0x4F120000'],
    [0x0f120000, '0x0F120000'],
    [0x8f120480, '0x8F120000#InfoTypeDataValue|Overflow'],
    [0x80320000, 'BadWaitingForInitialData'],
    [0x80000000, 'Bad'],
    [0, 'Good'],
  ]
  for (const [code, name] of table) {
    it(`keeps its number, and those that it knows their names: ${name}`, () => {
      const status = decodeStatusCode(new BinaryStream(binary.uint32(code)))
      assert.deepEqual([status.value, status.name, written], [code, name, []])
      const sample = sampleOf(new DataValue({ statusCode: status }))
      assert.deepEqual([sample.code, sample.status], [code, name])
    })
  }

  it('leaves what it knows as it is', () => {
    const { value } = StatusCodes.BadNoData
    assert.equal(decodeStatusCode(new BinaryStream(binary.uint32(value))), StatusCodes.BadNoData)
  })

  it('is told with the value that has it, and nothing is written by the library', async () => {
    const status = Buffer.concat([binary.bytes(2), binary.uint32(0x8f120000)])
    const server = await RawServer.start({ act: 'value', value: status })
    const { reader } = readerOf(server.endpoint, [['a', 'ns=1;s=a']], { mode: 'poll' })
    await reader.open(never)
    const { bad } = await reader.read(never)
    assert.deepEqual([...bad], [[0, "the server says 0x8F120000, a bad status of the vendor's own"]])
    assert.deepEqual(written, [])
    await reader.close()
    await server.close()
  })
})
