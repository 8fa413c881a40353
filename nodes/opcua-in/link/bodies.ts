// The bodies of ExtensionObjects in a Variant stay bytes: the library would decode some of them by itself, and not always rightly.

import type { BinaryStream } from 'node-opcua-binary-stream'
import { type DataType, type Variant, VariantArrayType } from 'node-opcua-client'
import { type Body, readBody } from '../structures/body'
import { Bytes } from '../structures/bytes'

/** Encoding of a Variant (OPC 10000-6, 5.2.2.16). */
const EXTENSION_OBJECT: DataType = 22
const TYPE = 0x3f
const IS_ARRAY = 0x80

/** Decodes a Variant of ExtensionObjects without dimensions; false for any other, of which nothing is read. */
export function decodeBodies(variant: Variant, stream: BinaryStream): boolean {
  const encoding = stream.buffer[stream.length] ?? 0
  if ((encoding & TYPE) !== EXTENSION_OBJECT) return false
  const bytes = new Bytes(stream.buffer.subarray(stream.length))
  bytes.uint8()
  variant.dataType = EXTENSION_OBJECT
  variant.arrayType = VariantArrayType.Scalar
  if ((encoding & IS_ARRAY) === 0) variant.value = readBody(bytes)
  else decodeArray(variant, bytes)
  stream.length += bytes.at
  return true
}

function decodeArray(variant: Variant, bytes: Bytes): void {
  const length = bytes.int32()
  const bodies: (Body | null)[] = []
  for (let index = 0; index < length; index++) bodies.push(readBody(bytes))
  variant.arrayType = VariantArrayType.Array
  variant.value = length < 0 ? null : bodies
}
