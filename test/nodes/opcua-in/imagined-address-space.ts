// The address space of a server that exists in the mind of a test only: it hands lists out in parts, and forgets them as it is told.

import { Fault } from '../../../lib/contract/fault'
import {
  ATTRIBUTES,
  type Attribute,
  type BrowseLimits,
  type BrowseService,
  type BrowseWish,
  type Reference,
  type References,
} from '../../../nodes/opcua-in/browse-service'
import { type NodeRef, nodeAddressText } from '../../../nodes/opcua-in/node-ids'
import type { Sample } from '../../../nodes/opcua-in/session'

export const PLANT = 'urn:plant'
const ORGANIZES: NodeRef = { namespace: 0, id: { kind: 'numeric', value: 35 }, range: '' }

export function nodeOf(name: string, namespace = 2): NodeRef {
  return { namespace, id: { kind: 'string', value: name }, range: '' }
}

export function referenceTo(name: string, change: Partial<Reference> = {}): Reference {
  const browseName = `2:${name}`
  const told = { browseName, displayName: name, nodeClass: 2, typeDefinition: undefined }
  return { type: ORGANIZES, forward: true, node: nodeOf(name), server: 0, ...told, ...change }
}

export class ImaginedAddressSpace implements BrowseService {
  uris: readonly string[] = ['http://opcfoundation.org/UA/', 'urn:server', PLANT]
  told: BrowseLimits = { nodesPerRead: undefined, nodesPerBrowse: undefined, continuationPoints: undefined }
  /** Text of a NodeId -> what it leads to. */
  readonly references = new Map<string, Reference[]>()
  /** `attribute of NodeId` -> its data, or the name of a status that is bad. */
  readonly attributes = new Map<string, { data: unknown } | { status: string }>()
  /** References of one answer. */
  perCall = Infinity
  /** It keeps so many continuation points: a further one takes the place of the oldest. */
  pointsMax = Infinity
  /** Continuation points, by their number from 1, that it forgets at once. */
  forgets: (point: number) => boolean = () => false
  /** A bad list: what it says of a node, by its text. */
  readonly statuses = new Map<string, string>()
  /** Answers to questions for attributes are on their way as long as this is not done. */
  answering: Promise<void> = Promise.resolve()
  /** Something happens before each call. */
  before: (call: string) => void = () => {}
  readonly calls: string[] = []
  readonly #points = new Map<string, { left: Reference[]; most: number }>()
  #lastPoint = 0

  get held(): number {
    return this.#points.size
  }

  fill(node: string, count: number): void {
    const list = Array.from({ length: count }, (_, index) => referenceTo(`${node}.${index}`))
    this.references.set(`ns=2;s=${node}`, list)
  }

  async namespaces(): Promise<readonly string[]> {
    this.#called('namespaces')
    return this.uris
  }
  async limits(): Promise<BrowseLimits> {
    return this.told
  }

  async browse(wishes: readonly BrowseWish[], most: number): Promise<References[]> {
    this.#called(`browse ${wishes.length}`)
    return wishes.map(({ node }) => {
      const text = nodeAddressText(node) ?? ''
      const status = this.statuses.get(text)
      if (status !== undefined) return refused(status)
      return this.#part([...(this.references.get(text) ?? [])], most)
    })
  }

  async browseNext(point: Uint8Array): Promise<References> {
    this.#called('next')
    const key = Buffer.from(point).toString()
    const kept = this.#points.get(key)
    this.#points.delete(key)
    return kept ? this.#part(kept.left, kept.most) : refused('BadContinuationPointInvalid')
  }

  async release(points: readonly Uint8Array[]): Promise<void> {
    this.#called(`release ${points.length}`)
    for (const point of points) this.#points.delete(Buffer.from(point).toString())
  }

  async readAttributes(wanted: readonly { node: NodeRef; attribute: Attribute }[]): Promise<Sample[]> {
    this.#called(`read ${wanted.length}`)
    await this.answering
    return wanted.map(({ node, attribute }) => {
      const found = this.attributes.get(`${attribute} of ${nodeAddressText(node)}`)
      if (!found) return { code: 0x80350000, status: 'BadAttributeIdInvalid', value: undefined, sourceTime: undefined }
      if ('status' in found) return { code: 0x80000000, status: found.status, value: undefined, sourceTime: undefined }
      const type = ATTRIBUTES[attribute]
      const value = { type, isArray: Array.isArray(found.data), dimensions: undefined, data: found.data }
      return { code: 0, status: 'Good', value, sourceTime: undefined }
    })
  }

  #part(all: Reference[], wish: number): References {
    const most = Math.min(wish || Infinity, this.perCall)
    const references = all.slice(0, most)
    const left = all.slice(most)
    if (left.length === 0) return { code: 0, status: 'Good', references, next: undefined }
    const key = `${++this.#lastPoint}`
    this.#points.set(key, { left, most: wish })
    for (const old of [...this.#points.keys()].slice(0, Math.max(0, this.#points.size - this.pointsMax))) {
      this.#points.delete(old)
    }
    if (this.forgets(this.#lastPoint)) this.#points.clear()
    return { code: 0, status: 'Good', references, next: Buffer.from(key) }
  }

  #called(call: string): void {
    this.calls.push(call)
    this.before(call)
  }
}

function refused(status: string): References {
  return { code: 0x80000000, status, references: [], next: undefined }
}

export function connectionLost(): never {
  throw new Fault('link', 'connection-lost', 'the connection was lost')
}
