// What a server tells of nodes: their attributes and where their references lead, of many nodes in few calls, which are counted.

import { Batches } from '../batches'
import type { Attribute, BrowseLimits, BrowseService, BrowseWish } from '../browse-service'
import { type NodeRef, resolveAddress } from '../node-ids'
import type { Sample } from '../session'
import { batchSize } from '../source'
import { qualityOf } from '../statuses'

/** More of one node have no meaning here. */
const REFERENCES_MAX = 10
/** Definitions are long: so many go into one message, whatever the server says. */
const NODES_PER_READ_MAX = 100

export class NodeFacts {
  readonly #service: BrowseService
  readonly #namespaces: readonly string[]
  #limits: BrowseLimits | undefined
  #requests = 0

  constructor(service: BrowseService, namespaces: readonly string[]) {
    this.#service = service
    this.#namespaces = namespaces
  }

  /** So far. */
  get requests(): number {
    return this.#requests
  }

  /** The data of these attributes of each node; undefined for what is not good. Rejects with a Fault when the server does not answer. */
  async attributes(nodes: readonly NodeRef[], wanted: readonly Attribute[]): Promise<unknown[][]> {
    const { nodesPerRead } = await this.#knownLimits()
    return this.inBatches(
      nodes,
      Math.min(NODES_PER_READ_MAX, Math.ceil(batchSize(nodesPerRead) / wanted.length)),
      async (batch) => {
        const asked = batch.flatMap((node) => wanted.map((attribute) => ({ node, attribute })))
        const data = (await this.#service.readAttributes(asked)).map(goodData)
        return batch.map((_, index) => data.slice(index * wanted.length, (index + 1) * wanted.length))
      },
    ).then((found) => found.map((data) => data ?? []))
  }

  /** Where the first reference of this kind leads from each node. */
  async firstTargets(
    nodes: readonly NodeRef[],
    wish: Pick<BrowseWish, 'direction' | 'type'>,
  ): Promise<(NodeRef | undefined)[]> {
    const { nodesPerBrowse } = await this.#knownLimits()
    return this.inBatches(nodes, batchSize(nodesPerBrowse), async (batch) => {
      const answers = await this.#service.browse(
        batch.map((node) => ({ node, ...wish })),
        REFERENCES_MAX,
      )
      const points = answers.flatMap(({ next }) => next ?? [])
      if (points.length > 0) await this.#service.release(points)
      return answers.map(({ references }) => {
        const first = references.find(({ server }) => server === 0)
        const node = first && resolveAddress(first.node, this.#namespaces)
        return node && { ...node, range: '' }
      })
    })
  }

  /** One answer for each; undefined for what the server refuses. */
  async inBatches<T>(
    nodes: readonly NodeRef[],
    size: number,
    call: (batch: readonly NodeRef[]) => Promise<readonly T[]>,
  ): Promise<(T | undefined)[]> {
    const found = new Map<NodeRef, T | undefined>()
    const counted = async (batch: readonly NodeRef[]): Promise<void> => {
      this.#requests++
      const answers = await call(batch)
      for (const [index, node] of batch.entries()) found.set(node, answers[index])
    }
    await new Batches(size).each(nodes, counted, () => {})
    return nodes.map((node) => found.get(node))
  }

  async #knownLimits(): Promise<BrowseLimits> {
    if (!this.#limits) this.#requests++
    this.#limits ??= await this.#service.limits()
    return this.#limits
  }
}

export function goodData(sample: Sample | undefined): unknown {
  return sample && qualityOf(sample.code) !== 'bad' ? sample.value?.data : undefined
}

/** A node of namespace 0. */
export function standardNode(value: number): NodeRef {
  return { namespace: 0, id: { kind: 'numeric', value }, range: '' }
}
