import assert from 'node:assert/strict'
import { Body, readBody } from '../../../../nodes/opcua-in/structures/body'
import { Bytes } from '../../../../nodes/opcua-in/structures/bytes'
import * as binary from '../../../../simulators/opcua/raw/binary'
import { node } from './encoding'

const BINARY = binary.bytes(1)
const XML = binary.bytes(2)
const content = Buffer.from([1, 2, 3])

describe('An ExtensionObject', () => {
  function read(...parts: Buffer[]): { body: Body | null; left: number } {
    const bytes = new Bytes(Buffer.concat([...parts, binary.bytes(9)]))
    return { body: readBody(bytes), left: bytes.left }
  }

  it('has the bytes of its length, which are its own, and nothing of what follows', () => {
    const { body, left } = read(binary.nodeId(300, 1), BINARY, binary.string(content))
    assert.deepEqual(body, new Body(node(300), 'binary', Uint8Array.from(content)))
    assert.deepEqual([left, body?.bytes.buffer.byteLength], [1, 3])
  })

  it('may be XML, or empty', () => {
    assert.equal(read(binary.nodeId(300, 1), XML, binary.string('<a/>')).body?.format, 'xml')
    assert.equal(read(binary.nodeId(300, 1), BINARY, binary.string('')).body?.bytes.length, 0)
  })

  // biome-ignore format: a table, one line an encoding
  const nulls: [what: string, parts: Buffer[]][] = [
    ['it says so', [binary.noExtension]],
    ['it says so though it has a type', [binary.nodeId(300, 1), binary.bytes(0)]],
    ['its length is -1', [binary.nodeId(300, 1), BINARY, binary.int32(-1)]],
    ['the length of its XML is -1', [binary.nodeId(300, 1), XML, binary.int32(-1)]],
  ]
  for (const [what, parts] of nulls) {
    it(`is null where ${what}, and what follows is read`, () =>
      assert.deepEqual(read(...parts), { body: null, left: 1 }))
  }

  it('is nothing that can be read where it ends too soon, or has an encoding that there is not', () => {
    assert.throws(() => read(binary.nodeId(300, 1), BINARY, binary.int32(100)), /ends too soon/)
    assert.throws(() => read(binary.nodeId(300, 1), binary.bytes(3)), /encoded as 3/)
    assert.throws(() => read(binary.bytes(0x3f, 0, 0, 0)), /encoded as 63/)
  })
})
