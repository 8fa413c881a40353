import assert from 'node:assert/strict'
import { DataType, DataValue, StatusCodes, Variant, VariantArrayType } from 'node-opcua-client'
import { sampleOf } from '../../../../nodes/opcua-in/link/samples'

const MESSAGE = new ArrayBuffer(65_536)
const dataOf = (dataType: DataType, value: unknown, arrayType = VariantArrayType.Scalar): unknown =>
  sampleOf(new DataValue({ value: new Variant({ dataType, arrayType, value }) })).value?.data

describe('A sample of an OPC UA server', () => {
  it('keeps its own bytes only, and not the message that it came in', () => {
    const bytes = dataOf(DataType.ByteString, Buffer.from(MESSAGE, 8, 100))
    assert.ok(Buffer.isBuffer(bytes) && bytes.length === 100 && bytes.buffer !== MESSAGE)
    const numbers = dataOf(DataType.Double, new Float64Array(MESSAGE, 8, 100), VariantArrayType.Array)
    assert.ok(numbers instanceof Float64Array)
    assert.deepEqual([numbers.length, numbers.buffer.byteLength], [100, 800])
  })

  it('has its status with all bits, its time, and no value where there is none', () => {
    const sourceTimestamp = new Date(1000)
    const { code, status, sourceTime, value } = sampleOf(
      new DataValue({ statusCode: StatusCodes.BadNoData, sourceTimestamp }),
    )
    assert.deepEqual({ code, status, sourceTime }, { code: 0x809b0000, status: 'BadNoData', sourceTime: 1000 })
    assert.equal(value?.data ?? undefined, undefined)
  })
})
