import assert from 'node:assert/strict'
import { BinaryStream } from 'node-opcua-binary-stream'
import { DataValue } from 'node-opcua-client'
import { sampleOf } from '../../../../nodes/opcua-in/link/samples'
import { strictly } from '../../../../nodes/opcua-in/link/unfolding'
import { plainValue } from '../../../../nodes/opcua-in/values'
import * as binary from '../../../../simulators/opcua/raw/binary'
import { NO_TYPES } from '../no-types'

const NUMBERS = Buffer.concat([1, 2].map(binary.int32))
const int32s = (length: number, dimensions: readonly number[]) =>
  binary.arrayVariant('Int32', length, length < 0 ? Buffer.alloc(0) : NUMBERS.subarray(0, 4 * length), dimensions)

describe('An array with dimensions', () => {
  /** What follows it is there, too. */
  function decoded(variant: Buffer) {
    const value = new DataValue()
    const stream = new BinaryStream(Buffer.concat([binary.dataValue(variant), binary.uint32(42)]))
    strictly(() => value.decode(stream))
    assert.equal(stream.readUInt32(), 42)
    return plainValue(sampleOf(value).value, { scale: 1, offset: 0 }, NO_TYPES)
  }

  // biome-ignore format: a table, one line an array
  const arrays: [what: string, variant: Buffer, expected: unknown][] = [
    ['of rows', int32s(2, [2, 1]), { value: [[1], [2]] }],
    ['of one row', int32s(2, [1, 2]), { value: [[1, 2]] }],
    ['that has one dimension', int32s(2, [2]), { value: [1, 2] }],
    ['that has none after all', int32s(2, []), { value: [1, 2] }],
    ['without rows', int32s(0, [0, 3]), { value: [] }],
    ['of empty rows', int32s(0, [2, 0]), { value: [[], []] }],
    ['that is null', int32s(-1, [0, 0]), { problem: 'the server has no value' }],
    ['with too few elements', int32s(1, [2, 2]), { problem: 'the server sent 1 elements for an array of 2 x 2' }],
    ['with too many', int32s(2, [1, 1]), { problem: 'the server sent 2 elements for an array of 1 x 1' }],
    ['of dimensions below 0', int32s(2, [-1, -2]), { problem: 'the server sent 2 elements for an array of -1 x -2' }],
    ['of other ones below 0', int32s(2, [1, -1, -2]), { problem: 'the server sent 2 elements for an array of -1 x -2' }],
    ['of dimensions without end', int32s(0, [65_536, 65_536, 65_536]), { problem: 'the server sent 0 elements for an array of 65536 x 65536 x 65536' }],
  ]
  for (const [what, variant, expected] of arrays) {
    it(`${what} costs nothing but itself`, () => assert.deepEqual(decoded(variant), expected))
  }

  it('is no single value', () => {
    const single = Buffer.concat([binary.bytes(6 | 0x40), binary.int32(5), binary.array([binary.int32(1)])])
    assert.throws(() => decoded(single), { code: 'malformed-message', message: /a single value has dimensions/ })
  })
})
