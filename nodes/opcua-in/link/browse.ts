// The services of browse-service.ts, spoken by the library's session.

import {
  BrowseDescription,
  BrowseDirection,
  BrowseNextRequest,
  BrowseNextResponse,
  BrowseRequest,
  BrowseResponse,
  type BrowseResult,
  type ClientSession,
  type ExpandedNodeId,
  NodeId,
  ReadValueId,
  type ReferenceDescription,
  type Request,
  type Response,
  ViewDescription,
} from 'node-opcua-client'
import { Fault } from '../../../lib/contract/fault'
import {
  ATTRIBUTES,
  type Attribute,
  type BrowseLimits,
  type BrowseService,
  type BrowseWish,
  type Reference,
  type References,
} from '../browse-service'
import type { Identifier, NodeAddress, NodeRef } from '../node-ids'
import type { Sample } from '../session'
import { nodeIdOf, numeric } from './nodes'
import { sampleOf } from './samples'

/** Asks within the time that so many items take; rejects with a Fault. */
export type Ask = <T>(service: string, operation: () => Promise<T>, items: number) => Promise<T>

/** The library's own `browseNext` stumbles over the empty answer to a release (OPC 10000-4, 5.9.3.2). */
type Transactions = ClientSession & {
  performMessageTransaction(request: Request, done: (error: Error | null, response?: Response) => void): void
}

function hasTransactions(session: ClientSession): session is Transactions {
  return 'performMessageTransaction' in session
}

const SERVER_NAMESPACES = numeric(2255)
const LIMITS = [11705, 11710, 2735].map(numeric)
/** All of a ReferenceDescription. */
const ALL_FIELDS = 63
const DIRECTIONS = { forward: BrowseDirection.Forward, inverse: BrowseDirection.Inverse, both: BrowseDirection.Both }

export class LinkBrowsing implements BrowseService {
  readonly #session: Transactions
  readonly #ask: Ask

  constructor(session: ClientSession, ask: Ask) {
    if (!hasTransactions(session)) {
      throw new Fault('bug', 'library-changed', 'node-opcua sends no requests of ours any more')
    }
    this.#session = session
    this.#ask = ask
  }

  async namespaces(): Promise<readonly string[]> {
    const [sample] = await this.readAttributes([{ node: SERVER_NAMESPACES, attribute: 'value' }])
    const list: unknown = sample?.value?.data
    if (!Array.isArray(list)) throw new Fault('protocol', 'no-namespaces', 'the server does not list its namespaces')
    return list.map(String)
  }

  async limits(): Promise<BrowseLimits> {
    // Not every server has these nodes: a refusal says that there is no limit to be known.
    const samples = await this.readAttributes(LIMITS.map((node) => ({ node, attribute: 'value' })))
    const [nodesPerRead, nodesPerBrowse, continuationPoints] = samples.map(({ value }) => {
      const data: unknown = value?.data
      return typeof data === 'number' && data > 0 ? data : undefined
    })
    return { nodesPerRead, nodesPerBrowse, continuationPoints }
  }

  async browse(wishes: readonly BrowseWish[], mostReferences: number): Promise<References[]> {
    const request = new BrowseRequest({
      view: new ViewDescription(),
      requestedMaxReferencesPerNode: mostReferences,
      nodesToBrowse: wishes.map(
        ({ node, direction, type }) =>
          new BrowseDescription({
            nodeId: nodeIdOf(node),
            browseDirection: DIRECTIONS[direction],
            referenceTypeId: nodeIdOf(type),
            includeSubtypes: true,
            nodeClassMask: 0,
            resultMask: ALL_FIELDS,
          }),
      ),
    })
    const response = await this.#ask('Browse', () => this.#send(request), wishes.length)
    const results = response instanceof BrowseResponse ? (response.results ?? []) : []
    if (results.length !== wishes.length) {
      throw new Fault('protocol', 'answer-length', `${wishes.length} nodes were browsed, ${results.length} answered`)
    }
    return results.map(referencesOf)
  }

  async browseNext(point: Uint8Array): Promise<References> {
    const [result] = await this.#next([point], false)
    if (!result) throw new Fault('protocol', 'answer-length', 'the server did not answer BrowseNext')
    return referencesOf(result)
  }

  async release(points: readonly Uint8Array[]): Promise<void> {
    if (points.length > 0) await this.#next(points, true)
  }

  async readAttributes(wanted: readonly { node: NodeRef; attribute: Attribute }[]): Promise<Sample[]> {
    const nodes = wanted.map(
      ({ node, attribute }) => new ReadValueId({ nodeId: nodeIdOf(node), attributeId: ATTRIBUTES[attribute] }),
    )
    const values = await this.#ask('Read', () => this.#session.read(nodes), nodes.length)
    if (values.length !== nodes.length) {
      throw new Fault('protocol', 'answer-length', `${nodes.length} values were asked for, ${values.length} answered`)
    }
    return values.map(sampleOf)
  }

  async #next(points: readonly Uint8Array[], releaseContinuationPoints: boolean): Promise<BrowseResult[]> {
    const continuationPoints = points.map((point) => Buffer.from(point))
    const request = new BrowseNextRequest({ continuationPoints, releaseContinuationPoints })
    const response = await this.#ask('BrowseNext', () => this.#send(request), points.length)
    return response instanceof BrowseNextResponse ? (response.results ?? []) : []
  }

  #send(request: Request): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.#session.performMessageTransaction(request, (error, response) => {
        if (response && !error) resolve(response)
        else reject(error ?? new Error('no answer'))
      })
    })
  }
}

function referencesOf({ statusCode, references, continuationPoint }: BrowseResult): References {
  const next = continuationPoint && continuationPoint.length > 0 ? new Uint8Array(continuationPoint) : undefined
  return { code: statusCode.value, status: statusCode.name, references: (references ?? []).flatMap(referenceOf), next }
}

function referenceOf(described: ReferenceDescription): Reference[] {
  const node = addressOf(described.nodeId)
  if (!node) return []
  const { name, namespaceIndex } = described.browseName
  return [
    {
      type: addressOf(described.referenceTypeId),
      forward: described.isForward,
      node,
      server: described.nodeId.serverIndex ?? 0,
      browseName: namespaceIndex === 0 ? (name ?? '') : `${namespaceIndex}:${name ?? ''}`,
      displayName: described.displayName.text ?? '',
      nodeClass: described.nodeClass,
      typeDefinition: described.typeDefinition.isEmpty() ? undefined : addressOf(described.typeDefinition),
    },
  ]
}

/** An expanded NodeId brings the URI of its namespace instead of the index, or none (OPC 10000-6, 5.2.2.10). */
function addressOf(nodeId: NodeId | ExpandedNodeId): NodeAddress | undefined {
  const id = identifierOf(nodeId)
  const uri = 'namespaceUri' in nodeId ? nodeId.namespaceUri : undefined
  return id && { namespace: uri || nodeId.namespace, id, range: '' }
}

function identifierOf({ identifierType, value }: NodeId): Identifier | undefined {
  switch (identifierType) {
    case NodeId.NodeIdType.NUMERIC:
      return typeof value === 'number' ? { kind: 'numeric', value } : undefined
    case NodeId.NodeIdType.STRING:
      return typeof value === 'string' ? { kind: 'string', value } : undefined
    case NodeId.NodeIdType.GUID:
      return typeof value === 'string' ? { kind: 'guid', value: value.toUpperCase() } : undefined
    default:
      return Buffer.isBuffer(value) ? { kind: 'opaque', value: value.toString('base64') } : undefined
  }
}
