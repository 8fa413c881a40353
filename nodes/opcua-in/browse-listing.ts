// The references of one node, as far as they have been asked for. Where the server hands them out in parts it keeps a continuation point
// (OPC 10000-4, 7.9), of which it may have one only: a list may have to be begun anew at any time, and nothing of it comes twice.

import { Fault, toFault } from '../../lib/contract/fault'
import { REFERENCES_MAX } from './browse-question'
import type { BrowseService, BrowseWish, Reference, References } from './browse-service'
import { nodeAddressText } from './node-ids'
import { qualityOf } from './statuses'

/** Of one call: what fits into a message of a small server. */
const AT_ONCE = 500
/** Answers without any reference, one after the other: a server may need time (OPC 10000-4, 7.9), but not for ever. */
const EMPTY_MAX = 20
/** The list is begun anew so often without getting any further. */
const FRUITLESS_MAX = 2

export class Listing {
  readonly #service: BrowseService
  readonly #wish: BrowseWish
  readonly #references: Reference[] = []
  #point: Uint8Array | undefined
  #complete = false
  #incomplete: string | undefined
  #empty = 0
  #fruitless = 0
  /** Set while the list is gone through once more. */
  #known: Set<string> | undefined

  constructor(service: BrowseService, wish: BrowseWish) {
    this.#service = service
    this.#wish = wish
  }

  get references(): readonly Reference[] {
    return this.#references
  }
  /** There is nothing more to come. */
  get complete(): boolean {
    return this.#complete
  }
  /** Why there is nothing more to come, though the server has more. */
  get incomplete(): string | undefined {
    return this.#incomplete
  }
  /** The server keeps a place for it. */
  get holds(): boolean {
    return this.#point !== undefined
  }

  /**
   * Asks until there are so many or it is `late`, but for one more than there were. Rejects with a Fault when the server does not list
   * them at all, and when the connection fails.
   */
  async load(count: number, late: () => boolean, signal: AbortSignal): Promise<void> {
    const had = this.#references.length
    while (!this.#complete && this.#references.length < count && !(late() && this.#references.length > had)) {
      signal.throwIfAborted()
      await this.#loadSome()
    }
  }

  /** The server may forget it. Rejects only when the connection fails. */
  async release(): Promise<void> {
    const point = this.#point
    this.#point = undefined
    if (point) await this.#service.release([point]).catch(unlessRefused)
  }

  async #loadSome(): Promise<void> {
    const point = this.#point
    this.#point = undefined
    let answer: References
    try {
      if (point) answer = await this.#service.browseNext(point)
      else answer = await this.#begin()
    } catch (thrown) {
      const fault = toFault(thrown)
      if (fault.kind !== 'device') throw fault
      return this.#refused(point !== undefined, fault.code)
    }
    if (qualityOf(answer.code) === 'bad') return this.#refused(point !== undefined, answer.status)
    this.#take(answer)
  }

  async #begin(): Promise<References> {
    if (this.#references.length > 0) this.#known = new Set(this.#references.map(keyOf))
    const [answer] = await this.#service.browse([this.#wish], AT_ONCE)
    if (!answer) throw new Fault('protocol', 'answer-length', 'the server did not answer Browse')
    return answer
  }

  /** The place that the server kept is gone: from the beginning, once more. A list that cannot be had at all is an error. */
  #refused(wasKept: boolean, status: string): void {
    if (!wasKept && this.#references.length === 0) throw new Fault('device', status, wordsFor(status))
    if (wasKept && this.#fruitless++ < FRUITLESS_MAX) return
    this.#end(`the server does not go on with its list (${status})`)
  }

  #take({ references, next, status, code }: References): void {
    const fresh = this.#known ? references.filter((one) => !this.#known?.has(keyOf(one))) : references
    const room = REFERENCES_MAX - this.#references.length
    this.#references.push(...fresh.slice(0, room))
    if (fresh.length > 0) this.#fruitless = 0
    this.#empty = references.length === 0 ? this.#empty + 1 : 0
    this.#point = next
    if (fresh.length > room) this.#end(`only the first ${REFERENCES_MAX} are listed`)
    else if (!next) this.#end(qualityOf(code) === 'good' ? undefined : `the server says ${status}`)
    else if (this.#empty >= EMPTY_MAX) this.#end('the server does not get on with its list')
  }

  #end(incomplete: string | undefined): void {
    this.#complete = true
    this.#incomplete = incomplete
    this.#known = undefined
  }
}

function keyOf({ type, forward, node, server }: Reference): string {
  return `${type && nodeAddressText(type)} ${forward} ${server} ${JSON.stringify(node)}`
}

function unlessRefused(thrown: unknown): void {
  if (toFault(thrown).kind !== 'device') throw thrown
}

// biome-ignore format: a table, one line a status
const words = new Map([
  ['BadNodeIdUnknown', 'the server has no such node'],
  ['BadNodeIdInvalid', 'the server cannot read this NodeId'],
  ['BadReferenceTypeIdInvalid', 'the server has no such type of references'],
  ['BadNoContinuationPoints', 'the server has no room for a list in parts at the moment: close other clients, or try again'],
  ['BadUserAccessDenied', 'this user may not look at it: check the rights at the server'],
  ['BadSecurityModeInsufficient', 'the server shows it over an encrypted connection only: choose another security mode'],
  ['BadServiceUnsupported', 'the server cannot be browsed: type the NodeIds instead'],
])

function wordsFor(status: string): string {
  const text = words.get(status)
  return text === undefined ? `the server says ${status}` : `${text} (${status})`
}
