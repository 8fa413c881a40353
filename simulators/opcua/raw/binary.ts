// OPC UA binary encoding (Part 6, 5.2), by hand: apart from node-opcua's, so that its mistakes are not shared, and without
// its care, so that what no server should send can be sent.

const NULL = -1

export function bytes(...values: number[]): Buffer {
  return Buffer.from(values)
}
export function boolean(value: boolean): Buffer {
  return bytes(value ? 1 : 0)
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
export function uint64(value: bigint): Buffer {
  return written(8, (buffer) => buffer.writeBigUInt64LE(value))
}
export function float(value: number): Buffer {
  return written(4, (buffer) => buffer.writeFloatLE(value))
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
/** 5.2.2.9, with a text, a GUID or bytes for an identifier. */
export function stringNodeId(text: string, namespace: number): Buffer {
  return Buffer.concat([bytes(3), uint16(namespace), string(text)])
}
export function guidNodeId(guid: Buffer, namespace: number): Buffer {
  return Buffer.concat([bytes(4), uint16(namespace), guid])
}
export function opaqueNodeId(content: Buffer, namespace: number): Buffer {
  return Buffer.concat([bytes(5), uint16(namespace), string(content)])
}
/** 5.2.2.6: the first three groups of digits are numbers, the low byte first. */
export function guid(text: string): Buffer {
  const digits = Buffer.from(text.replaceAll('-', ''), 'hex')
  const numbers = [digits.subarray(0, 4), digits.subarray(4, 6), digits.subarray(6, 8)]
  return Buffer.concat([...numbers.map((number) => Buffer.from(number).reverse()), digits.subarray(8)])
}
/** 5.2.2.13. */
export function qualifiedName(name: string, namespace = 0): Buffer {
  return Buffer.concat([uint16(namespace), string(name)])
}
/** 5.2.2.14, without a locale. */
export function localizedText(text: string): Buffer {
  return Buffer.concat([bytes(2), string(text)])
}
/** 5.2.2.15: none. */
export const noExtension = bytes(0, 0, 0)
/** 5.2.2.15. @param content encoded; null = its length is -1 */
export function extension(typeId: Buffer, content: Buffer | null): Buffer {
  return Buffer.concat([typeId, bytes(1), string(content)])
}
export function xmlExtension(typeId: Buffer, xml: string): Buffer {
  return Buffer.concat([typeId, bytes(2), string(xml)])
}
/** 5.2.2.12: none. */
export const noDiagnostics = bytes(0)

/** 5.2.2.16. */
export const VARIANT_TYPES = {
  Null: 0,
  Boolean: 1,
  Byte: 3,
  UInt16: 5,
  Int32: 6,
  UInt32: 7,
  Int64: 8,
  UInt64: 9,
  Float: 10,
  Double: 11,
  String: 12,
  DateTime: 13,
  ByteString: 15,
  NodeId: 17,
  QualifiedName: 20,
  LocalizedText: 21,
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
/** 5.2.2.17: a value, a status where it is not good, and the time of its source where it is known. */
export function dataValue(variant: Buffer, status?: number, sourceTime?: Buffer): Buffer {
  const mask = 1 | (status === undefined ? 0 : 2) | (sourceTime ? 4 : 0)
  return Buffer.concat([
    bytes(mask),
    variant,
    status === undefined ? Buffer.alloc(0) : uint32(status),
    sourceTime ?? Buffer.alloc(0),
  ])
}
/** A status without a value. */
export function dataStatus(status: number): Buffer {
  return Buffer.concat([bytes(2), uint32(status)])
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
  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8))
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

  /** As it is written: `i=85`, `ns=2;s=Motor`. */
  nodeIdText(): string {
    const form = this.uint8() & 0x3f
    if (form === 0) return `i=${this.uint8()}`
    const namespace = form === 1 ? this.uint8() : this.uint16()
    const prefix = namespace === 0 ? '' : `ns=${namespace};`
    if (form === 1) return `${prefix}i=${this.uint16()}`
    if (form === 2) return `${prefix}i=${this.uint32()}`
    const length = form === 4 ? 16 : Math.max(0, this.int32())
    const content = this.#bytes.subarray(this.#take(length), this.#at)
    return form === 3 ? `${prefix}s=${content}` : `${prefix}b=${content.toString('base64')}`
  }
  /** As many as it says there are. */
  array<T>(read: () => T): T[] {
    const items: T[] = []
    for (let left = this.int32(); left > 0; left--) items.push(read())
    return items
  }
  skipExtension(): void {
    this.nodeId()
    if (this.uint8() !== 0) this.skipString()
  }

  #take(length: number): number {
    const at = this.#at
    this.#at += length
    return at
  }
}
