// The readings of one reader on their way from the live queue to its node: names joined, losses counted, old processes
// fenced off, and kept while there is no node to give them to (a deploy re-creates it).

import { type Batch, decodeBatch, parseTagList, type TagColumn, type TagList } from '../../lib/contract/batch'
import { cleanText } from '../../lib/contract/clean-text'
import { TITLE_SAMPLES, TITLE_TAGS } from '../../lib/contract/limits'
import { parseJson } from '../../lib/contract/parse'
import type { Hide } from '../../lib/contract/secrets'
import type { Message } from '../../lib/queue/queue'

export type Delivery = { batch: Batch; tags: readonly TagColumn[] }
export type InboxListener = (delivery: Delivery) => void

/** Kept without a listener: five seconds of a very quick reader. */
export const KEPT_MAX = 5_000

export class Inbox {
  #listener: InboxListener | undefined
  #kept: Delivery[] = []
  /** Handed to Node-RED, but not yet passed on by it: it does that in the check phase of the event loop. */
  readonly #inFlight = new Set<Delivery>()
  #tagList: TagList | undefined
  #generation = 0
  #cycle = 0
  #lastCycle = 0
  #dropped = 0
  #malformed = 0
  #tags = NO_TAGS
  #badTag: string | undefined
  #badTagName: string | undefined
  #hide: Hide | undefined

  /** Number of the last cycle of this process that could be passed on, 0 before the first. */
  get lastCycle(): number {
    return this.#lastCycle
  }
  /** Samples that were lost on their way. */
  get dropped(): number {
    return this.#dropped
  }
  /** Messages that were no readings of this reader. */
  get malformed(): number {
    return this.#malformed
  }
  /** Good and bad tags of the last reading. */
  get tags(): { good: number; bad: number } {
    return this.#tags
  }

  /** One of the bad tags and what is wrong with it; undefined if none is. */
  get badTag(): string | undefined {
    return this.#badTag
  }

  /** Its name alone. */
  get badTagName(): string | undefined {
    return this.#badTagName
  }

  /** From now on only this spawn of the process counts, and what it gives as reasons is told without its secrets. */
  expect(generation: number, hide?: Hide): void {
    this.#hide = hide
    this.#generation = generation
    this.#cycle = 0
    this.#lastCycle = 0
    this.#tags = NO_TAGS
    this.#badTag = undefined
    this.#badTagName = undefined
  }

  attach(listener: InboxListener): void {
    this.#listener = listener
    for (const delivery of this.#kept.splice(0)) this.#hand(delivery)
  }

  /**
   * Settles when what is on its way to other nodes has arrived there, or not: a deploy that closes those as well loses it.
   * `received` tells, and then it is kept for the next node.
   */
  async detach(received: () => boolean): Promise<void> {
    this.#listener = undefined
    const inFlight = [...this.#inFlight]
    if (inFlight.length === 0) return
    await new Promise((resolve) => setImmediate(resolve))
    if (!received()) this.#kept.unshift(...inFlight)
  }

  /** So many readings of the process that ends now were thrown away on their way. */
  lose(readings: number): void {
    const { generation, tags } = this.#tagList ?? {}
    if (generation === this.#generation) this.#dropped += readings * (tags?.length ?? 0)
  }

  /** True if it was a reading that goes on to the node. */
  take(message: Message): boolean {
    if (message.title === TITLE_SAMPLES) return this.#takeSamples(message.data)
    if (message.title === TITLE_TAGS) this.#takeTags(message.data)
    else this.#malformed += 1
    return false
  }

  #takeTags(data: unknown): void {
    const list = parseTagList(data instanceof Uint8Array ? parseJson(data) : data)
    if (!list) this.#malformed += 1
    else if (list.generation === this.#generation) this.#tagList = list
  }

  #takeSamples(data: unknown): boolean {
    const batch = data instanceof Uint8Array ? this.#decoded(data) : undefined
    if (!batch) {
      this.#malformed += 1
      return false
    }
    // A process that was replaced may still be writing: nothing of it counts.
    if (batch.generation !== this.#generation) return false
    const lost = batch.cycle - this.#cycle - 1
    if (lost < 0) return false
    this.#dropped += lost * batch.values.length
    this.#cycle = batch.cycle
    const tags = this.#tagList
    if (
      tags?.generation !== batch.generation ||
      tags.revision !== batch.revision ||
      tags.tags.length !== batch.values.length
    ) {
      // Its names were lost; they come again, this reading does not.
      this.#dropped += batch.values.length
      return false
    }
    this.#lastCycle = batch.cycle
    this.#tags = { good: batch.values.length - batch.bad.size, bad: batch.bad.size }
    const [first] = batch.bad
    this.#badTagName = first && (tags.tags[first[0]]?.name ?? String(first[0]))
    this.#badTag = first && cleanText(`${this.#badTagName}: ${first[1]}`)
    this.#hand({ batch, tags: tags.tags })
    return true
  }

  #decoded(data: Uint8Array): Batch | undefined {
    const batch = decodeBatch(data)
    const hide = this.#hide
    if (!batch || !hide || batch.bad.size === 0) return batch
    return { ...batch, bad: new Map([...batch.bad].map(([column, reason]) => [column, hide(reason)])) }
  }

  #hand(delivery: Delivery): void {
    if (!this.#listener) {
      this.#kept.push(delivery)
      if (this.#kept.length > KEPT_MAX) this.#dropped += this.#kept.shift()?.batch.values.length ?? 0
      return
    }
    this.#inFlight.add(delivery)
    setImmediate(() => this.#inFlight.delete(delivery))
    this.#listener(delivery)
  }
}

const NO_TAGS = { good: 0, bad: 0 }
