// A value that goes out as bytes written by hand: what node-opcua's own encoder refuses, or corrects, a server may send all the same.

import { DataType, Variant, VariantArrayType } from 'node-opcua-client'

export class RawVariant extends Variant {
  readonly #bytes: Buffer

  /** @param bytes a Variant as OPC 10000-6, 5.2.2.16 encodes it */
  constructor(bytes: Buffer) {
    // By these the server sees whether it has changed.
    super({ dataType: DataType.ByteString, arrayType: VariantArrayType.Scalar, value: bytes })
    this.#bytes = bytes
  }

  override encode(stream: Parameters<Variant['encode']>[0]): void {
    const { buffer, byteOffset, length } = Buffer.from(this.#bytes)
    if (buffer instanceof ArrayBuffer) stream.writeArrayBuffer(buffer, byteOffset, length)
  }

  override clone(): RawVariant {
    return new RawVariant(this.#bytes)
  }
}
