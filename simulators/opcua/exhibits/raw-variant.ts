// A value that goes out as bytes written by hand: what node-opcua's own encoder refuses, or corrects, a server may send all the same.

import { DataType, Variant, VariantArrayType } from 'node-opcua-client'

/** node-opcua copies a Variant on its way, but not what is in one of this type: by that it is known again where it is encoded. */
class RawBytes {
  readonly bytes: Buffer
  constructor(bytes: Buffer) {
    this.bytes = bytes
  }
}

let isInstalled = false

/** @param bytes a Variant as OPC 10000-6, 5.2.2.16 encodes it */
export function rawVariant(bytes: Buffer): Variant {
  install()
  const variant = new Variant({ dataType: DataType.String, arrayType: VariantArrayType.Scalar, value: '' })
  variant.value = new RawBytes(bytes)
  return variant
}

function install(): void {
  if (isInstalled) return
  isInstalled = true
  const { encode } = Variant.prototype
  Variant.prototype.encode = function (stream) {
    const value: unknown = this.value
    if (!(value instanceof RawBytes)) {
      encode.call(this, stream)
      return
    }
    for (const byte of value.bytes) stream.writeUInt8(byte)
  }
}
