// Answers questions about the address space of one server, over one session. What a client makes of the answers, a tree say, is its own:
// here a question is about one node, so references that lead in a circle lead nowhere.

import { Fault } from '../../lib/contract/fault'
import { ANSWER_MAX_BYTES } from '../../lib/contract/limits'
import { Details } from './browse-details'
import { Listing } from './browse-listing'
import type { BrowseAnswer, BrowsedNode, BrowseQuestion } from './browse-question'
import type { BrowseService } from './browse-service'
import { type NodeAddress, type NodeRef, resolveAddress } from './node-ids'
import type { TypeSources } from './structures/types-at-once'

/** Lists that were begun and may be asked on. */
const LISTINGS_MAX = 8
/** A slow server gives a shorter page after this, ms: somebody waits for it. */
const PAGE_MS = 5000
/** For the page around its nodes. */
const FRAME_BYTES = 1024

export class Browser {
  readonly #service: BrowseService
  readonly #nowMs: () => number
  readonly #types: TypeSources
  readonly #listings = new Map<string, Listing>()
  #namespaces: readonly string[] = []
  #details: Details | undefined

  constructor(service: BrowseService, nowMs: () => number, types: TypeSources) {
    this.#types = types
    this.#service = service
    this.#nowMs = nowMs
  }

  /** Rejects with a Fault. */
  async answer(question: BrowseQuestion, signal: AbortSignal): Promise<BrowseAnswer> {
    const { from, size } = question
    const startedMs = this.#nowMs()
    this.#details ??= new Details(this.#service, await this.#service.limits(), this.#types)
    const listing = await this.#listing(question)
    await listing.load(from + size, () => this.#nowMs() - startedMs > PAGE_MS, signal)
    const references = listing.references.slice(from, from + size)
    const held = listing.holds ? 1 : 0
    const nodes = fitting(await this.#details.describe(references, this.#namespaces, question, held, signal))
    const next = from + nodes.length
    const isEnd = listing.complete && next >= listing.references.length
    const { incomplete } = listing
    return { nodes, ...(!isEnd && { next }), ...(isEnd && incomplete !== undefined && { incomplete }) }
  }

  /** The one that was begun, or a new one. Only one at a time is kept at the server. */
  async #listing(question: BrowseQuestion): Promise<Listing> {
    const wish = {
      node: await this.#resolve(question.node),
      type: await this.#resolve(question.references),
      direction: question.direction,
    }
    const key = JSON.stringify(wish)
    const known = question.from > 0 ? this.#listings.get(key) : undefined
    for (const listing of this.#listings.values()) if (listing !== known) await listing.release()
    const listing = known ?? new Listing(this.#service, wish)
    // The one that was asked for last is the last to go.
    this.#listings.delete(key)
    this.#listings.set(key, listing)
    const [oldest] = this.#listings.keys()
    if (this.#listings.size > LISTINGS_MAX && oldest !== undefined) this.#listings.delete(oldest)
    return listing
  }

  /** A server may have got a namespace since it was asked. */
  async #resolve(address: NodeAddress): Promise<NodeRef> {
    const known = resolveAddress(address, this.#namespaces)
    if (known && this.#namespaces.length > 0) return known
    this.#namespaces = await this.#service.namespaces()
    const found = resolveAddress(address, this.#namespaces)
    if (found) return found
    throw new Fault('device', 'namespace-unknown', `the server has no namespace ${address.namespace}`)
  }
}

/** As many as an answer may hold. */
function fitting(nodes: readonly BrowsedNode[]): BrowsedNode[] {
  let bytes = FRAME_BYTES
  const end = nodes.findIndex((node, index) => {
    bytes += Buffer.byteLength(JSON.stringify(node)) + 1
    return bytes > ANSWER_MAX_BYTES && index > 0
  })
  return nodes.slice(0, end === -1 ? undefined : end)
}
