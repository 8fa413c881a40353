// What a server tells of nodes: their attributes and where their references lead, of many nodes in few calls, which are counted. What
// was told is kept as facts.

import { Batches } from '../batches'
import type { Attribute, BrowseLimits, BrowseService, BrowseWish } from '../browse-service'
import type { EnumerationTexts } from '../enumeration-texts'
import { type NodeRef, nodeText, resolveAddress } from '../node-ids'
import type { Sample } from '../session'
import { BATCH_UNKNOWN, batchSize } from '../source'
import { qualityOf } from '../statuses'
import { type Direction, digestOf, digestOfTexts, type Fact, type Facts, type Subject, subjectKey } from './facts'

/** Of an enumeration each; undefined for one that has no texts. */
export type AskTexts = (types: readonly NodeRef[]) => Promise<(EnumerationTexts | undefined)[]>

/** More of one node have no meaning here. */
const REFERENCES_MAX = 10
/** Definitions are long: so many go into one message, whatever the server says. */
const NODES_PER_READ_MAX = 100

type AttributeWish = { node: NodeRef; attribute: Attribute }
type TargetWish = Pick<BrowseWish, 'node' | 'type'> & { direction: Direction }

export class NodeFacts {
  readonly #service: BrowseService
  readonly #namespaces: readonly string[]
  readonly #facts = new Map<string, Fact>()
  #limits: BrowseLimits | undefined
  #requests = 0

  /** @param limits the server is asked for them where they are not given */
  constructor(service: BrowseService, namespaces: readonly string[], limits?: BrowseLimits) {
    this.#service = service
    this.#namespaces = namespaces
    this.#limits = limits
  }

  /** So far. */
  get requests(): number {
    return this.#requests
  }
  /** All that was told so far. */
  get facts(): Facts {
    return this.#facts
  }

  /** The data of these attributes of each node; undefined for what is not good. Rejects with a Fault when the server does not answer. */
  async attributes(nodes: readonly NodeRef[], wanted: readonly Attribute[]): Promise<unknown[][]> {
    const wishes = nodes.flatMap((node) => wanted.map((attribute) => ({ node, attribute })))
    const data = await this.read(wishes, wanted.length)
    return nodes.map((_, index) => data.slice(index * wanted.length, (index + 1) * wanted.length))
  }

  /** @param each so many of them go together */
  async read(wishes: readonly AttributeWish[], each = 1): Promise<unknown[]> {
    if (wishes.length === 0) return []
    const { nodesPerRead } = await this.#knownLimits()
    const nodes = Math.max(1, Math.floor(batchSize(nodesPerRead) / each))
    const found = await this.#inBatches(wishes, each * Math.min(NODES_PER_READ_MAX, nodes), async (batch) =>
      (await this.#service.readAttributes(batch)).map(goodData),
    )
    for (const [index, wish] of wishes.entries()) this.#keep({ kind: 'attribute', ...wish }, digestOf(found[index]))
    return found
  }

  /** Where the first reference of this kind leads from each node. */
  firstTargets(nodes: readonly NodeRef[], wish: Omit<TargetWish, 'node'>): Promise<(NodeRef | undefined)[]> {
    return this.targets(nodes.map((node) => ({ node, ...wish })))
  }

  async targets(wishes: readonly TargetWish[]): Promise<(NodeRef | undefined)[]> {
    if (wishes.length === 0) return []
    const { nodesPerBrowse } = await this.#knownLimits()
    const found = await this.#inBatches(wishes, batchSize(nodesPerBrowse), (batch) => this.#browse(batch))
    for (const [index, { node, direction, type }] of wishes.entries()) {
      const target = found[index]
      this.#keep({ kind: 'target', node, direction, type }, digestOf(target && nodeText(target)))
    }
    return found
  }

  async #browse(wishes: readonly TargetWish[]): Promise<(NodeRef | undefined)[]> {
    const answers = await this.#service.browse(wishes, REFERENCES_MAX)
    const points = answers.flatMap(({ next }) => next ?? [])
    if (points.length > 0) await this.#service.release(points)
    return answers.map(({ references }) => {
      const first = references.find(({ server }) => server === 0)
      const node = first && resolveAddress(first.node, this.#namespaces)
      // the null NodeId is no node
      return node && nodeText(node) !== undefined ? { ...node, range: '' } : undefined
    })
  }

  async texts(nodes: readonly NodeRef[], ask: AskTexts): Promise<(EnumerationTexts | undefined)[]> {
    const texts = await this.#inBatches(nodes, BATCH_UNKNOWN, ask)
    for (const [index, node] of nodes.entries()) this.#keep({ kind: 'texts', node }, digestOfTexts(texts[index]))
    return texts
  }

  /** One answer for each; undefined for what the server refuses. */
  async #inBatches<W, T>(
    wishes: readonly W[],
    size: number,
    call: (batch: readonly W[]) => Promise<readonly T[]>,
  ): Promise<(T | undefined)[]> {
    const found = new Map<W, T | undefined>()
    const counted = async (batch: readonly W[]): Promise<void> => {
      this.#requests++
      const answers = await call(batch)
      for (const [index, wish] of batch.entries()) found.set(wish, answers[index])
    }
    await new Batches(size).each(wishes, counted, () => {})
    return wishes.map((wish) => found.get(wish))
  }

  async #knownLimits(): Promise<BrowseLimits> {
    if (!this.#limits) this.#requests++
    this.#limits ??= await this.#service.limits()
    return this.#limits
  }

  #keep(subject: Subject, digest: string): void {
    this.#facts.set(subjectKey(subject), { subject, digest })
  }
}

export function goodData(sample: Sample | undefined): unknown {
  return sample && qualityOf(sample.code) !== 'bad' ? sample.value?.data : undefined
}

/** A node of namespace 0. */
export function standardNode(value: number): NodeRef {
  return { namespace: 0, id: { kind: 'numeric', value }, range: '' }
}
