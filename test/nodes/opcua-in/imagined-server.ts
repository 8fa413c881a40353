// An OPC UA server that exists in the mind of a test only: it does what the test says, at once.

import { Fault } from '../../../lib/contract/fault'
import type { EnumerationTexts } from '../../../nodes/opcua-in/enumeration-texts'
import type { NodeRef } from '../../../nodes/opcua-in/node-ids'
import type {
  Acknowledgement,
  ItemAnswer,
  ItemWish,
  OpcuaSession,
  OperationLimits,
  Publication,
  Sample,
  SubscriptionAnswer,
  SubscriptionWish,
} from '../../../nodes/opcua-in/session'

export const BAD = 0x80000000

export function sampleOf(data: unknown, { code = 0, status = 'Good', sourceTime }: Partial<Sample> = {}): Sample {
  return { code, status, value: { type: 11, isArray: false, dimensions: undefined, data }, sourceTime }
}

type Waiting = { resolve(publication: Publication): void; reject(fault: Fault): void }

export class ImaginedServer implements OpcuaSession {
  lost: Error | undefined
  uris: string[] = ['http://opcfoundation.org/UA/', 'urn:server', 'urn:plant']
  limits: OperationLimits = { nodesPerRead: undefined, itemsPerCall: undefined }
  /** Name of a node (its string id) -> its value; the others are unknown. */
  readonly nodes = new Map<string, Sample>()
  /** Says no to a filter with this status. */
  refusesFilters: string | undefined
  /** Whether it shows its clock. */
  ticks = true
  /** Calls with more items than this are refused as a whole. */
  mostAtOnce = Infinity
  /** A node that makes it refuse the whole call. */
  poison: string | undefined
  readonly calls: string[] = []
  readonly wishes: ItemWish[] = []
  readonly acknowledged: Acknowledgement[] = []
  /** Names of the nodes that are watched. */
  readonly watched = new Map<number, string>()
  subscription = 0
  #sequence = 0
  readonly #waiting: Waiting[] = []

  async namespaces(): Promise<readonly string[]> {
    return this.uris
  }
  async operationLimits(): Promise<OperationLimits> {
    return this.limits
  }

  async read(nodes: readonly NodeRef[]): Promise<Sample[]> {
    this.calls.push(`read ${nodes.length}`)
    this.#refuse(nodes.map(nameOf))
    return nodes.map((node) => this.#sampleOf(nameOf(node)))
  }

  async createSubscription(wish: SubscriptionWish): Promise<SubscriptionAnswer> {
    this.calls.push('subscribe')
    this.watched.clear()
    return { ...wish, id: ++this.subscription }
  }
  async deleteSubscription(id: number): Promise<void> {
    this.calls.push(`unsubscribe ${id}`)
  }

  async createItems(_: number, items: readonly ItemWish[]): Promise<ItemAnswer[]> {
    const names = items.map(({ node }) => nameOf(node))
    if (names[0] === '2258') return [this.ticks ? this.#answer(1000, items[0]) : refused('BadUserAccessDenied')]
    this.calls.push(`create ${items.length}`)
    this.#refuse(names)
    this.wishes.push(...items)
    return items.map((item, index) => {
      const name = names[index] ?? ''
      if (!this.nodes.has(name)) return refused('BadNodeIdUnknown')
      if (item.deadband && this.refusesFilters) return refused(this.refusesFilters)
      this.watched.set(item.handle, name)
      return this.#answer(item.handle + 1, item)
    })
  }
  async deleteItems(_: number, itemIds: readonly number[]): Promise<void> {
    this.calls.push(`delete ${itemIds.join(' ')}`)
  }

  publish(acknowledgements: readonly Acknowledgement[]): Promise<Publication> {
    this.acknowledged.push(...acknowledgements)
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  /** Tells these values of nodes, or, without any, that it lives. */
  tell(values: { [name: string]: Sample } = {}, others: Partial<Publication> = {}): void {
    const handles = new Map([...this.watched].map(([handle, name]) => [name, handle]))
    const samples = Object.entries(values).map(([name, sample]) => ({ handle: handles.get(name) ?? -1, sample }))
    const publication = {
      subscriptionId: this.subscription,
      sequenceNumber: ++this.#sequence,
      samples,
      ended: undefined,
    }
    this.#waiting.shift()?.resolve({ ...publication, ...others })
  }
  tellAll(): void {
    this.tell(Object.fromEntries([...this.watched.values()].map((name) => [name, this.#sampleOf(name)])))
  }
  /** Answers a Publish with this. */
  refusePublish(fault: Fault): void {
    this.#waiting.shift()?.reject(fault)
  }
  get waiting(): number {
    return this.#waiting.length
  }

  /** Name of a node -> name of its DataType -> texts. */
  readonly types = new Map<string, string>()
  readonly texts = new Map<string, EnumerationTexts>()
  /** Answers no question for types as long as this is not done. */
  thinking: Promise<void> = Promise.resolve()

  async dataTypes(nodes: readonly NodeRef[]): Promise<(NodeRef | undefined)[]> {
    this.calls.push(`dataTypes ${nodes.length}`)
    await this.thinking
    this.#refuse(nodes.map(nameOf))
    return nodes.map((node) => {
      const value = this.types.get(nameOf(node))
      return value === undefined ? undefined : { namespace: 2, id: { kind: 'string', value }, range: '' }
    })
  }
  async enumerationTexts(types: readonly NodeRef[]): Promise<(EnumerationTexts | undefined)[]> {
    this.calls.push(`enumerationTexts ${types.map(nameOf).join(' ')}`)
    this.#refuse(types.map(nameOf))
    return types.map((type) => this.texts.get(nameOf(type)))
  }

  async close(): Promise<void> {
    this.lost = new Error('closed')
    for (const { reject } of this.#waiting.splice(0)) reject(new Fault('link', 'connection-lost', 'closed'))
  }

  #refuse(names: readonly string[]): void {
    if (names.length > this.mostAtOnce) throw new Fault('device', 'BadTooManyOperations', 'too many')
    if (this.poison !== undefined && names.includes(this.poison))
      throw new Fault('device', 'BadInternalError', 'poisoned')
  }

  #sampleOf(name: string): Sample {
    return this.nodes.get(name) ?? { code: BAD, status: 'BadNodeIdUnknown', value: undefined, sourceTime: undefined }
  }

  #answer(itemId: number, wish?: ItemWish): ItemAnswer {
    return { code: 0, status: 'Good', itemId, samplingMs: wish?.samplingMs ?? 0, queueSize: wish?.queueSize ?? 1 }
  }
}

function nameOf({ id }: NodeRef): string {
  return String(id.value)
}

function refused(status: string): ItemAnswer {
  return { code: BAD, status, itemId: 0, samplingMs: 0, queueSize: 0 }
}
