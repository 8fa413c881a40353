// Arrays that come with dimensions. The library throws whole messages away where they do not fit the number of elements, or where a null
// array has some; here that costs the value alone, by whoever makes rows of it.

import type { BinaryStream } from 'node-opcua-binary-stream'
import { type Variant, VariantArrayType } from 'node-opcua-client'
import { readDimensions } from '../structures/builtin'
import { Bytes, Malformed } from '../structures/bytes'

/** Encoding of a Variant (OPC 10000-6, 5.2.2.16). */
const HAS_DIMENSIONS = 0x40
const IS_ARRAY = 0x80

/** @param decode of a Variant without. Returns false for one that has none, of which nothing is read. */
export function decodeMatrix(variant: Variant, stream: BinaryStream, decode: (stream: BinaryStream) => void): boolean {
  const { buffer, length: at } = stream
  const encoding = buffer[at] ?? 0
  if ((encoding & HAS_DIMENSIONS) === 0) return false
  if ((encoding & IS_ARRAY) === 0) throw new Malformed('a single value has dimensions')
  buffer[at] = encoding & ~HAS_DIMENSIONS
  try {
    decode(stream)
  } finally {
    buffer[at] = encoding
  }
  const bytes = new Bytes(buffer.subarray(stream.length))
  const dimensions = readDimensions(bytes) ?? []
  stream.length += bytes.at
  if (dimensions.length > 0) Object.assign(variant, { arrayType: VariantArrayType.Matrix, dimensions })
  return true
}
