// An ExtensionObject as it came (OPC 10000-6, 5.2.2.15): the name of its encoding, and bytes that only its type explains.

import type { NodeAddress } from '../node-ids'
import { type Bytes, Malformed } from './bytes'

let made = 0

/** The order of the last one that has come: see Body. */
export function lastBody(): number {
  return made
}

/** The class tells one from everything else that a value may be. */
export class Body {
  /** Private, so that bodies are equal whenever they came. */
  readonly #order = ++made
  /** NodeId of the encoding; some servers send that of the data type. */
  readonly typeId: NodeAddress
  readonly format: 'binary' | 'xml'
  readonly bytes: Uint8Array

  constructor(typeId: NodeAddress, format: 'binary' | 'xml', bytes: Uint8Array) {
    this.typeId = typeId
    this.format = format
    this.bytes = bytes
  }

  /** One that came later has a higher number. */
  get order(): number {
    return this.#order
  }
}

const NONE = 0
const BINARY = 1
const XML = 2

/** null = it has no body: the encoding says so, or the length is -1. */
export function readBody(bytes: Bytes): Body | null {
  const { server, ...typeId } = bytes.expandedNodeId()
  const encoding = bytes.uint8()
  if (encoding === NONE) return null
  if (encoding !== BINARY && encoding !== XML) throw new Malformed(`a structure cannot be encoded as ${encoding}`)
  const content = bytes.byteString()
  if (content === undefined || server !== 0) return null
  // A copy: a part of the message would keep all of it in memory.
  return new Body(typeId, encoding === BINARY ? 'binary' : 'xml', Uint8Array.from(content))
}
