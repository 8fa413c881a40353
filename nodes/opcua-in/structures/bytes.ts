// Reads the binary encoding (OPC 10000-6, 5.2.2) from bytes, and never beyond their end.

import { Allowance } from '../limits'
import type { Identifier, NodeAddress } from '../node-ids'

/** The bytes are not what they should be. */
export class Malformed extends Error {}

/** Flags of an ExpandedNodeId (OPC 10000-6, 5.2.2.10). */
const HAS_NAMESPACE_URI = 0x80
const HAS_SERVER_INDEX = 0x40

/** The node may be at another server than this one, which is 0. */
export type ExpandedNode = NodeAddress & { server: number }

export class Bytes {
  readonly #view: DataView
  readonly #allowance: Allowance
  #at = 0

  /** @param allowance of the value that all of these bytes belong to */
  constructor(bytes: Uint8Array, allowance = new Allowance()) {
    this.#allowance = allowance
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** How many have been read. */
  get at(): number {
    return this.#at
  }
  get left(): number {
    return this.#view.byteLength - this.#at
  }

  boolean(): boolean {
    return this.uint8() !== 0
  }
  int8(): number {
    return this.#view.getInt8(this.#take(1))
  }
  uint8(): number {
    return this.#view.getUint8(this.#take(1))
  }
  int16(): number {
    return this.#view.getInt16(this.#take(2), true)
  }
  uint16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }
  int32(): number {
    return this.#view.getInt32(this.#take(4), true)
  }
  uint32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }
  int64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true)
  }
  uint64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true)
  }
  float(): number {
    return this.#view.getFloat32(this.#take(4), true)
  }
  double(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  /** Number of elements that follow; undefined = a null array (5.2.5). Throws a Refusal for more than a value may have. */
  arrayLength(): number | undefined {
    const length = this.int32()
    if (length < 0) return undefined
    this.spend(length)
    return length
  }

  /** So many parts are about to be read. */
  spend(parts: number): void {
    this.#allowance.spend(parts)
  }

  /** A ByteString (5.2.2.7): a part of the same memory; undefined = null. */
  byteString(): Uint8Array | undefined {
    const length = this.int32()
    if (length < 0) return undefined
    const at = this.#take(length)
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length)
  }

  string(): string | undefined {
    const bytes = this.byteString()
    return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  }

  /** In capitals (5.2.2.6). */
  guid(): string {
    const parts = [this.uint32(), this.uint16(), this.uint16()].map((part, index) => hex(part, index === 0 ? 8 : 4))
    const rest = Array.from({ length: 8 }, () => hex(this.uint8(), 2)).join('')
    return [...parts, rest.slice(0, 4), rest.slice(4)].join('-')
  }

  nodeId(): NodeAddress {
    const encoding = this.uint8()
    if (encoding > 5) throw new Malformed(`a NodeId cannot be encoded as ${encoding}`)
    return this.#nodeOf(encoding)
  }

  expandedNodeId(): ExpandedNode {
    const encoding = this.uint8()
    const node = this.#nodeOf(encoding & ~(HAS_NAMESPACE_URI | HAS_SERVER_INDEX))
    const uri = (encoding & HAS_NAMESPACE_URI) === 0 ? undefined : this.string()
    const server = (encoding & HAS_SERVER_INDEX) === 0 ? 0 : this.uint32()
    return { ...node, namespace: uri || node.namespace, server }
  }

  /** 5.2.2.9 */
  #nodeOf(encoding: number): NodeAddress {
    const namespace = encoding === 0 ? 0 : encoding === 1 ? this.uint8() : this.uint16()
    return { namespace, id: this.#identifier(encoding), range: '' }
  }

  #identifier(encoding: number): Identifier {
    switch (encoding) {
      case 0:
        return { kind: 'numeric', value: this.uint8() }
      case 1:
        return { kind: 'numeric', value: this.uint16() }
      case 2:
        return { kind: 'numeric', value: this.uint32() }
      case 3:
        return { kind: 'string', value: this.string() ?? '' }
      case 4:
        return { kind: 'guid', value: this.guid() }
      case 5:
        return { kind: 'opaque', value: Buffer.from(this.byteString() ?? []).toString('base64') }
      default:
        throw new Malformed(`a NodeId cannot be encoded as ${encoding}`)
    }
  }

  #take(length: number): number {
    const at = this.#at
    if (length > this.left) throw new Malformed('the value ends too soon')
    this.#at += length
    return at
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}
