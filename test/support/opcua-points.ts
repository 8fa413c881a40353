// The points of a scripted server whose values count up, and all that was said of each.

import { structureDefinition } from '../../simulators/opcua/exhibits/definitions'
import * as binary from '../../simulators/opcua/raw/binary'
import { dataValue, extension, int32, scalar, string } from '../../simulators/opcua/raw/binary'
import { encoded, type NodeNumber, type Space, textOf } from '../../simulators/opcua/scripted/space'

/**
 * `count`  a number
 * `known`  a structure; the server says what it looks like
 * `slow`   and so of this one, but late
 * `flaky`  a structure of which some are broken
 * `never`  a structure of which the server does not say what it looks like
 */
export const POINT_KINDS = ['count', 'known', 'slow', 'flaky', 'never'] as const
export type PointKind = (typeof POINT_KINDS)[number]

/** What is wrong with a broken structure: it ends too early, has no body, is XML, or claims to be huge. */
export const FLAWS = ['short', 'null', 'xml', 'huge'] as const
export type Flaw = (typeof FLAWS)[number]

const NAMESPACE = 1
const FIRST_NODE = 1000
const FIRST_TYPE = 5000
const FIRST_ENCODING = 6000
const STRUCTURE: NodeNumber = { id: 22 }
const DOUBLE: NodeNumber = { id: 11 }
const FIELDS = [
  { name: 'Version', type: 'Int32' },
  { name: 'Text', type: 'String' },
] as const

export class VersionedPoint {
  readonly name: string
  readonly kind: PointKind
  readonly node: NodeNumber
  readonly #typeId: NodeNumber
  readonly #encoding: NodeNumber
  readonly #flaws = new Map<number, Flaw>()
  readonly #startedMs: number
  handle: number | undefined
  /** Of its value at the server; versions begin with 1. */
  version = 1

  constructor(kind: PointKind, index: number, startedMs: number) {
    this.name = `${kind} ${index}`
    this.kind = kind
    this.node = { id: FIRST_NODE + index, namespace: NAMESPACE }
    this.#typeId = { id: FIRST_TYPE + index, namespace: NAMESPACE }
    this.#encoding = { id: FIRST_ENCODING + index, namespace: NAMESPACE }
    this.#startedMs = startedMs
  }

  get address(): string {
    return textOf(this.node)
  }

  addTo(space: Space): void {
    space.addVariable(this.node, this.kind === 'count' ? DOUBLE : this.#typeId, () => this.value())
    if (this.kind === 'count' || this.kind === 'never') return
    const definition = structureDefinition({ kind: 'structure', fields: FIELDS }, encoded(this.#encoding), NAMESPACE)
    space.addType(this.#typeId, STRUCTURE, definition, this.#encoding)
  }

  /** Of a slow one: whether this is what its type is asked by. */
  isDescribedBy(node: string): boolean {
    return node === textOf(this.#typeId) || node === textOf(this.#encoding)
  }

  change(flaw: Flaw | undefined): void {
    this.version++
    if (flaw) this.#flaws.set(this.version, flaw)
  }

  isShown(version: number): boolean {
    return this.kind !== 'never' && !this.#flaws.has(version)
  }

  /** A DataValue of its present version. */
  value(): Buffer {
    return dataValue(this.#variant(), undefined, binary.dateTime(this.#startedMs + this.version))
  }

  #variant(): Buffer {
    const { version } = this
    if (this.kind === 'count') return scalar('Double', binary.double(version))
    return scalar('ExtensionObject', this.#body(this.#flaws.get(version)))
  }

  #body(flaw: Flaw | undefined): Buffer {
    const typeId = encoded(this.#encoding)
    switch (flaw) {
      case 'short':
        return extension(typeId, int32(this.version))
      case 'null':
        return extension(typeId, null)
      case 'xml':
        return binary.xmlExtension(typeId, `<Version>${this.version}</Version>`)
      case 'huge':
        return extension(typeId, Buffer.concat([int32(this.version), int32(0x7fffffff)]))
      default:
        return extension(typeId, Buffer.concat([int32(this.version), string(this.#text(this.version))]))
    }
  }

  /** The version that is shown; undefined for a value that the server cannot have meant. */
  versionOf(shown: unknown): number | undefined {
    if (this.kind === 'count') return typeof shown === 'number' ? shown : undefined
    if (typeof shown !== 'object' || shown === null || !('Version' in shown) || !('Text' in shown)) return undefined
    const { Version: version, Text: text } = shown
    return typeof version === 'number' && text === this.#text(version) && Object.keys(shown).length === 2
      ? version
      : undefined
  }

  #text(version: number): string {
    return `${this.name} at ${version}`
  }
}
