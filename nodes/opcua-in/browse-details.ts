// What is told of listed nodes besides their references, asked for in batches: names of types, rights, whether there is more below.

import type { Value } from '../../lib/contract/batch'
import { toFault } from '../../lib/contract/fault'
import { Batches } from './batches'
import { type BrowsedNode, nodeClassOf, REFERENCE_TYPES } from './browse-question'
import type { Attribute, BrowseLimits, BrowseService, Reference } from './browse-service'
import { type NodeAddress, type NodeRef, nodeAddressText, parseNodeAddress, resolveAddress } from './node-ids'
import type { Sample } from './session'
import { batchSize } from './source'
import { qualityOf, reasonOf } from './statuses'
import { type TypeSources, TypesAtOnce } from './structures/types-at-once'
import type { Plain } from './values'

export type Wish = { details: boolean; values: boolean }

const VARIABLE = 2
/** What has nothing below it is not looked into: methods, and kinds that the server does not tell. */
const BARREN = new Set([0, 4])
const DETAILS = ['dataType', 'valueRank', 'accessLevel', 'userAccessLevel', 'description'] as const
/** Bits of an access level (OPC 10000-3, 8.57). */
const READABLE = 1
const WRITABLE = 2
/** Values may be long: so many are asked for at once. */
const VALUES_AT_ONCE = 20
/** Of a server that does not tell its own number. */
const POINTS_UNKNOWN = 5
/** Calls to find out which nodes have others below them: beyond, it is not cheap any more. */
const PROBES_MAX = 10
/** Names of types that are remembered. */
const NAMES_MAX = 10_000
const TEXT_MAX = 500
/** Characters of JSON. */
const VALUE_MAX = 4000
const HIERARCHICAL: NodeRef = { namespace: 0, id: { kind: 'numeric', value: REFERENCE_TYPES.hierarchical }, range: '' }

type Listed = { reference: Reference; node: NodeRef | undefined }
type Asked = { index: number; node: NodeRef; attribute: Attribute }

export class Details {
  readonly #service: BrowseService
  readonly #limits: BrowseLimits
  readonly #types: TypeSources
  readonly #reads: Batches
  readonly #values: Batches
  /** NodeId of a type -> its name. */
  readonly #names = new Map<string, string>()
  #probes = true

  constructor(service: BrowseService, limits: BrowseLimits, types: TypeSources) {
    this.#types = types
    this.#service = service
    this.#limits = limits
    this.#reads = new Batches(batchSize(limits.nodesPerRead))
    this.#values = new Batches(Math.min(batchSize(limits.nodesPerRead), VALUES_AT_ONCE))
  }

  /** `held`: continuation points that the server keeps for us. */
  async describe(
    references: readonly Reference[],
    namespaces: readonly string[],
    wish: Wish,
    held: number,
    signal: AbortSignal,
  ): Promise<BrowsedNode[]> {
    const listed = references.map(
      (reference): Listed => ({
        reference,
        node: reference.server === 0 ? resolveAddress(reference.node, namespaces) : undefined,
      }),
    )
    const attributes = wish.details ? await this.#attributes(listed, DETAILS, this.#reads, signal) : []
    const values = wish.values ? await this.#attributes(listed, ['value'], this.#values, signal) : []
    const plain = await this.#plainValues(values, namespaces)
    const types = attributes.map((known) => typeIn(known?.get('dataType')))
    await this.#learnNames([...references.flatMap(typesOf), ...types], namespaces, signal)
    const parents = wish.details ? await this.#parents(listed, held, signal) : new Map<number, boolean>()
    return listed.map(({ reference, node }, index) => ({
      ...this.#told(reference, node, namespaces),
      ...this.#variable(attributes[index], types[index]),
      ...shownValue(values[index]?.get('value'), plain[index]),
      ...(parents.has(index) && { hasChildren: parents.get(index) === true }),
    }))
  }

  #told(reference: Reference, node: NodeRef | undefined, namespaces: readonly string[]): BrowsedNode {
    const { browseName, displayName, nodeClass, forward, type, typeDefinition, server } = reference
    const lasting = node && nodeAddressText(lastingOf(node, namespaces))
    const indexed = node && nodeAddressText(node)
    return {
      ...(lasting !== undefined && { address: lasting }),
      ...(indexed !== undefined && { indexed }),
      browseName: browseName.slice(0, TEXT_MAX),
      displayName: displayName.slice(0, TEXT_MAX),
      nodeClass: nodeClassOf(nodeClass),
      reference: this.#nameOf(type),
      ...(!forward && { inverse: true }),
      ...(typeDefinition && { typeDefinition: this.#nameOf(typeDefinition) }),
      ...(server !== 0 && { elsewhere: true }),
    }
  }

  #variable(known: Known | undefined, type: NodeAddress | undefined): Partial<BrowsedNode> {
    const rank = numberIn(known?.get('valueRank'))
    const access = numberIn(known?.get('userAccessLevel')) ?? numberIn(known?.get('accessLevel'))
    const description = textIn(known?.get('description'))
    return {
      ...(type && { dataType: this.#nameOf(type) }),
      ...(rank !== undefined && { valueRank: rank }),
      ...(access !== undefined && { readable: (access & READABLE) !== 0, writable: (access & WRITABLE) !== 0 }),
      ...(description && { description }),
    }
  }

  /** Those of variables. What the server refuses is missing. */
  async #attributes(
    listed: readonly Listed[],
    wanted: readonly Attribute[],
    batches: Batches,
    signal: AbortSignal,
  ): Promise<(Known | undefined)[]> {
    const asked = listed.flatMap(({ reference, node }, index) =>
      node && reference.nodeClass === VARIABLE ? wanted.map((attribute) => ({ index, node, attribute })) : [],
    )
    const known: (Known | undefined)[] = listed.map(() => undefined)
    await this.#read(asked, batches, signal, ({ index, attribute }, sample) => {
      const of = known[index] ?? new Map<Attribute, Sample>()
      known[index] = of.set(attribute, sample)
    })
    return known
  }

  async #plainValues(values: readonly (Known | undefined)[], namespaces: readonly string[]): Promise<Plain[]> {
    // A server may have changed its types since it was asked for other values.
    const structures = new TypesAtOnce(this.#service, namespaces, this.#types)
    return structures.plainValues(values.map((known) => known?.get('value')?.value))
  }

  /** Every type is asked for once in the life of a session. */
  async #learnNames(
    types: readonly (NodeAddress | undefined)[],
    namespaces: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const unknown = new Map<string, NodeRef>()
    for (const type of types) {
      const node = type && resolveAddress(type, namespaces)
      if (node && !this.#names.has(keyOf(type))) unknown.set(keyOf(type), node)
    }
    if (this.#names.size + unknown.size > NAMES_MAX) this.#names.clear()
    const keys = [...unknown.keys()]
    const asked = [...unknown.values()].map((node, index) => ({ index, node, attribute: 'browseName' as const }))
    await this.#read(asked, this.#reads, signal, ({ index }, sample) => {
      const name = nameIn(sample)
      if (name !== undefined) this.#names.set(keys[index] ?? '', name)
    })
  }

  /** The NodeId of one that has no name. */
  #nameOf(type: NodeAddress | undefined): string {
    if (!type) return ''
    return this.#names.get(keyOf(type)) ?? nodeAddressText(type)?.slice(0, TEXT_MAX) ?? ''
  }

  async #read(
    asked: readonly Asked[],
    batches: Batches,
    signal: AbortSignal,
    take: (asked: Asked, sample: Sample) => void,
  ): Promise<void> {
    const call = async (batch: readonly Asked[]): Promise<void> => {
      signal.throwIfAborted()
      const samples = await this.#service.readAttributes(batch)
      batch.forEach((one, index) => {
        const sample = samples[index]
        if (sample) take(one, sample)
      })
    }
    await batches.each(asked, call, () => {})
  }

  /**
   * One reference of each node is asked for: a server that has more keeps a continuation point, which is given back at once. Where it
   * has few of them that takes many calls, and is left.
   */
  async #parents(listed: readonly Listed[], held: number, signal: AbortSignal): Promise<Map<number, boolean>> {
    const found = new Map<number, boolean>()
    const points = (this.#limits.continuationPoints ?? POINTS_UNKNOWN) - held
    const size = Math.min(points, batchSize(this.#limits.nodesPerBrowse))
    const asked = listed.flatMap(({ reference, node }, index) =>
      node && !BARREN.has(reference.nodeClass) ? [{ index, node }] : [],
    )
    if (!this.#probes || size < 1 || asked.length > size * PROBES_MAX) return found
    try {
      for (let at = 0; at < asked.length; at += size) {
        signal.throwIfAborted()
        await this.#probe(asked.slice(at, at + size), found)
      }
    } catch (thrown) {
      const fault = toFault(thrown)
      if (fault.kind !== 'device') throw fault
      // It is nothing that a list has to fail for.
      this.#probes = false
    }
    return found
  }

  async #probe(batch: readonly { index: number; node: NodeRef }[], found: Map<number, boolean>): Promise<void> {
    const wishes = batch.map(({ node }) => ({ node, direction: 'forward' as const, type: HIERARCHICAL }))
    const answers = await this.#service.browse(wishes, 1)
    const points = answers.flatMap(({ next }) => next ?? [])
    answers.forEach(({ references, next, code, status }, at) => {
      const index = batch[at]?.index ?? -1
      if (next || references.length > 0 || status === 'BadNoContinuationPoints') found.set(index, true)
      else if (qualityOf(code) !== 'bad') found.set(index, false)
    })
    if (points.length > 0) await this.#service.release(points)
  }
}

type Known = Map<Attribute, Sample>

function typesOf({ type, typeDefinition }: Reference): (NodeAddress | undefined)[] {
  return [type, typeDefinition]
}

function keyOf(address: NodeAddress): string {
  return JSON.stringify([address.namespace, address.id.kind, address.id.value])
}

/** That of OPC UA itself has index 0 at every server. */
function lastingOf(node: NodeRef, namespaces: readonly string[]): NodeAddress {
  const uri = node.namespace === 0 ? undefined : namespaces[node.namespace]
  return uri === undefined ? node : { ...node, namespace: uri }
}

function dataOf(sample: Sample | undefined): unknown {
  return sample && qualityOf(sample.code) !== 'bad' ? sample.value?.data : undefined
}

function numberIn(sample: Sample | undefined): number | undefined {
  const data = dataOf(sample)
  return typeof data === 'number' ? data : undefined
}

/** Localized. */
function textIn(sample: Sample | undefined): string | undefined {
  const data = dataOf(sample)
  if (typeof data !== 'object' || data === null || !('text' in data)) return undefined
  return typeof data.text === 'string' ? data.text.slice(0, TEXT_MAX) : undefined
}

function nameIn(sample: Sample): string | undefined {
  const data = dataOf(sample)
  if (typeof data !== 'object' || data === null || !('name' in data)) return undefined
  return typeof data.name === 'string' ? data.name.slice(0, TEXT_MAX) : undefined
}

/** Of a type. */
function typeIn(sample: Sample | undefined): NodeAddress | undefined {
  const data = dataOf(sample)
  if (typeof data !== 'string') return undefined
  const address = parseNodeAddress(data)
  return 'problem' in address ? undefined : address
}

function shownValue(sample: Sample | undefined, plain: Plain | undefined): { value?: Value; problem?: string } {
  if (!sample || !plain) return {}
  if (qualityOf(sample.code) === 'bad') return { problem: reasonOf(sample.status) }
  if ('problem' in plain) return { problem: plain.problem }
  const isLong = JSON.stringify(plain.value).length > VALUE_MAX
  return isLong ? { problem: 'the value is too long to be shown here' } : { value: plain.value }
}
