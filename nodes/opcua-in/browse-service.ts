// What browsing asks of a server, as services of OPC 10000-4: all that its logic knows of the protocol's library. Rejections are
// Faults as those of session.ts.

import type { NodeAddress, NodeRef } from './node-ids'
import type { Sample } from './session'

/** Of one node, as a server tells it in an answer to Browse (OPC 10000-4, 7.30). */
export type Reference = {
  /** Undefined where the server did not say. */
  type: NodeAddress | undefined
  forward: boolean
  node: NodeAddress
  /** 0 = this server; the nodes of others cannot be asked here. */
  server: number
  /** With the index of its namespace, if that is not 0: `2:Motor`. */
  browseName: string
  displayName: string
  /** A bit of its own for each (OPC 10000-3, 8.30). */
  nodeClass: number
  typeDefinition: NodeAddress | undefined
}
export type References = {
  code: number
  /** Name of the status code. */
  status: string
  references: Reference[]
  /** The continuation point: where the list goes on. */
  next: Uint8Array | undefined
}

export type BrowseWish = { node: NodeRef; direction: 'forward' | 'inverse' | 'both'; type: NodeRef }

/** OPC 10000-6, A.1. */
export const ATTRIBUTES = {
  browseName: 3,
  description: 5,
  isAbstract: 8,
  value: 13,
  dataType: 14,
  valueRank: 15,
  accessLevel: 17,
  userAccessLevel: 18,
  dataTypeDefinition: 23,
} as const
export type Attribute = keyof typeof ATTRIBUTES

/** Undefined where the server tells none. */
export type BrowseLimits = {
  nodesPerRead: number | undefined
  nodesPerBrowse: number | undefined
  continuationPoints: number | undefined
}

export interface BrowseService {
  namespaces(): Promise<readonly string[]>
  limits(): Promise<BrowseLimits>
  /** One answer for each, in their order; of each node at most so many references. */
  browse(wishes: readonly BrowseWish[], mostReferences: number): Promise<References[]>
  browseNext(point: Uint8Array): Promise<References>
  release(points: readonly Uint8Array[]): Promise<void>
  /** One answer for each, in their order. */
  readAttributes(wanted: readonly { node: NodeRef; attribute: Attribute }[]): Promise<Sample[]>
}

/** A session that can be browsed. */
export interface Browsable {
  browsing(): BrowseService
}
