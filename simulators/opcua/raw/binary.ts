// OPC UA binary encoding (Part 6, 5.2), by hand: apart from node-opcua's, so that its mistakes are not shared, and without
// its care, so that what no server should send can be sent.

const NULL = -1

export function bytes(...values: number[]): Buffer {
  return Buffer.from(values)
}
export function uint16(value: number): Buffer {
  return written(2, (buffer) => buffer.writeUInt16LE(value))
}
export function uint32(value: number): Buffer {
  return written(4, (buffer) => buffer.writeUInt32LE(value))
}
export function int32(value: number): Buffer {
  return written(4, (buffer) => buffer.writeInt32LE(value))
}
export function int64(value: bigint): Buffer {
  return written(8, (buffer) => buffer.writeBigInt64LE(value))
}
export function double(value: number): Buffer {
  return written(8, (buffer) => buffer.writeDoubleLE(value))
}
function written(length: number, write: (buffer: Buffer) => number): Buffer {
  const buffer = Buffer.alloc(length)
  write(buffer)
  return buffer
}
/** 5.2.2.4; also a ByteString (5.2.2.7). */
export function string(value: string | Buffer | null): Buffer {
  if (value === null) return int32(NULL)
  const content = Buffer.from(value)
  return Buffer.concat([int32(content.length), content])
}
/** 5.2.5. */
export function array(items: readonly Buffer[]): Buffer {
  return Buffer.concat([int32(items.length), ...items])
}
/** 5.2.2.5: 100 ns since 1601. */
export function dateTime(unixMs: number): Buffer {
  return int64((BigInt(unixMs) + 11_644_473_600_000n) * 10_000n)
}
/** 5.2.2.9, four bytes. */
export function nodeId(id: number, namespace = 0): Buffer {
  return Buffer.concat([bytes(1, namespace), uint16(id)])
}
/** 5.2.2.14, without a locale. */
export function localizedText(text: string): Buffer {
  return Buffer.concat([bytes(2), string(text)])
}
/** 5.2.2.15: none. */
export const noExtension = bytes(0, 0, 0)
/** 5.2.2.12: none. */
export const noDiagnostics = bytes(0)

/** 5.2.2.16. */
export const VARIANT_TYPES = {
  Null: 0,
  Int32: 6,
  Double: 11,
  String: 12,
  ByteString: 15,
  ExtensionObject: 22,
  DataValue: 23,
  Variant: 24,
} as const
type VariantType = keyof typeof VARIANT_TYPES
const IS_ARRAY = 0x80
const HAS_DIMENSIONS = 0x40

/** @param content encoded */
export function scalar(type: VariantType, content: Buffer): Buffer {
  return Buffer.concat([bytes(VARIANT_TYPES[type]), content])
}
/** @param length what it claims to have */
export function arrayVariant(
  type: VariantType,
  length: number,
  content: Buffer,
  dimensions?: readonly number[],
): Buffer {
  const flags = VARIANT_TYPES[type] | IS_ARRAY | (dimensions ? HAS_DIMENSIONS : 0)
  const shape = dimensions ? array(dimensions.map(int32)) : Buffer.alloc(0)
  return Buffer.concat([bytes(flags), int32(length), content, shape])
}
/** 5.2.2.17: a value, and a status where it is not good. */
export function dataValue(variant: Buffer, status?: number): Buffer {
  return Buffer.concat([
    bytes(status === undefined ? 1 : 3),
    variant,
    status === undefined ? Buffer.alloc(0) : uint32(status),
  ])
}

/** Reads what a client sends, as far as it has to be understood. Throws a RangeError at the end of the bytes. */
export class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(content: Buffer) {
    this.#bytes = content
  }

  skip(length: number): void {
    this.#at += length
  }
  uint8(): number {
    return this.#bytes.readUInt8(this.#take(1))
  }
  uint16(): number {
    return this.#bytes.readUInt16LE(this.#take(2))
  }
  uint32(): number {
    return this.#bytes.readUInt32LE(this.#take(4))
  }
  int32(): number {
    return this.#bytes.readInt32LE(this.#take(4))
  }
  skipString(): void {
    this.skip(Math.max(0, this.int32()))
  }
  /** Its number, if it has one. */
  nodeId(): number | undefined {
    switch (this.uint8() & 0x3f) {
      case 0:
        return this.uint8()
      case 1:
        this.skip(1)
        return this.uint16()
      case 2:
        this.skip(2)
        return this.uint32()
      case 4:
        this.skip(2 + 16)
        return undefined
      default:
        this.skip(2)
        this.skipString()
        return undefined
    }
  }

  #take(length: number): number {
    const at = this.#at
    this.#at += length
    return at
  }
}
