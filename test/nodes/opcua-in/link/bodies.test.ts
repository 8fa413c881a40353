import assert from 'node:assert/strict'
import { BinaryStream } from 'node-opcua-binary-stream'
import { DataValue } from 'node-opcua-client'
import { sampleOf } from '../../../../nodes/opcua-in/link/samples'
import { strictly } from '../../../../nodes/opcua-in/link/unfolding'
import { Body } from '../../../../nodes/opcua-in/structures/body'
import * as binary from '../../../../simulators/opcua/raw/binary'
import { extension, node } from '../structures/encoding'

/** Argument_Encoding_DefaultBinary, which the library would decode by itself. */
const ARGUMENT = binary.nodeId(298)
const known = Buffer.concat([ARGUMENT, binary.bytes(1), binary.string(Buffer.from([1, 2]))])
const nothing = Buffer.concat([binary.nodeId(300, 1), binary.bytes(1), binary.int32(-1)])
const xml = Buffer.concat([binary.nodeId(300, 1), binary.bytes(2), binary.string('<a/>')])

describe('A structure that comes in a value', () => {
  /** What follows it is there, too. */
  function decoded(variant: Buffer) {
    const value = new DataValue()
    const stream = new BinaryStream(Buffer.concat([binary.dataValue(variant), binary.uint32(42)]))
    strictly(() => value.decode(stream))
    assert.equal(stream.readUInt32(), 42)
    return sampleOf(value).value
  }
  const argument = new Body(node(298, 0), 'binary', Uint8Array.from([1, 2]))

  it('stays bytes, whoever knows its type', () => {
    assert.deepEqual(decoded(binary.scalar('ExtensionObject', known))?.data, argument)
    const own = decoded(binary.scalar('ExtensionObject', extension(300, binary.bytes(7))))?.data
    assert.deepEqual(own, new Body(node(300), 'binary', Uint8Array.from([7])))
  })

  it('may be null, or XML, and costs nothing else', () => {
    assert.equal(decoded(binary.scalar('ExtensionObject', nothing))?.data, null)
    assert.equal(decoded(binary.scalar('ExtensionObject', binary.noExtension))?.data, null)
    const list = decoded(binary.arrayVariant('ExtensionObject', 3, Buffer.concat([nothing, xml, known])))
    assert.deepEqual(list?.data, [null, new Body(node(300), 'xml', Uint8Array.from(Buffer.from('<a/>'))), argument])
  })

  it('has its place in an array, a null array and a matrix', () => {
    const matrix = decoded(binary.arrayVariant('ExtensionObject', 2, Buffer.concat([known, known]), [2, 1]))
    assert.deepEqual([matrix?.isArray, matrix?.dimensions, matrix?.data], [true, [2, 1], [argument, argument]])
    assert.deepEqual(decoded(binary.arrayVariant('ExtensionObject', -1, Buffer.alloc(0)))?.data, null)
    assert.deepEqual(decoded(binary.arrayVariant('ExtensionObject', 1, known, [2, 2]))?.data, [argument])
  })

  it('stays bytes in a Variant and in a DataValue, too', () => {
    const inner = binary.scalar('ExtensionObject', known)
    const variants = decoded(
      binary.arrayVariant('Variant', 2, Buffer.concat([inner, binary.scalar('Int32', binary.int32(7))])),
    )
    assert.deepEqual(variants?.data, [
      { type: 22, isArray: false, dimensions: undefined, data: argument },
      { type: 6, isArray: false, dimensions: undefined, data: 7 },
    ])
    const values = decoded(binary.arrayVariant('DataValue', 1, binary.dataValue(inner)))
    assert.ok(Array.isArray(values?.data))
    assert.deepEqual(values.data[0]?.value?.data, argument)
  })
})
