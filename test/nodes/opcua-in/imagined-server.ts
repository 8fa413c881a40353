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
/** Their string ids, as those of all nodes here. */
export const CLOCK = '2258'
export const STATE = '2259'

export function sampleOf(data: unknown, { code = 0, status = 'Good', sourceTime }: Partial<Sample> = {}): Sample {
  return { code, status, value: { type: 11, isArray: false, dimensions: undefined, data }, sourceTime }
}

type Waiting = { session: ImaginedSession; resolve(publication: Publication): void; reject(fault: Fault): void }

export class ImaginedServer {
  uris: string[] = ['http://opcfoundation.org/UA/', 'urn:server', 'urn:plant']
  limits: OperationLimits = { nodesPerRead: undefined, itemsPerCall: undefined }
  /** Name of a node (its string id) -> its value; the others are unknown. */
  readonly nodes = new Map<string, Sample>()
  /** Says no to a filter with this status. */
  refusesFilters: string | undefined
  /** Calls with more items than this are refused as a whole. */
  mostAtOnce = Infinity
  /** A node that makes it refuse the whole call. */
  poison: string | undefined
  /** Nodes whose values nobody can read: neither can any message that they are in. */
  readonly unreadable = new Set<string>()
  /** More values in one message than this cannot be read either. */
  mostReadable = Infinity
  /** Of the last subscription. */
  notificationsMax = Infinity
  /** Service -> the status with which it is refused as a whole, or `mute`: it is not answered. */
  readonly refuses = new Map<string, string>()
  listsNamespaces = true
  readonly calls: string[] = []
  readonly wishes: ItemWish[] = []
  readonly acknowledged: Acknowledgement[] = []
  /** Names of the nodes that are watched; the clock and the state are not counted among them. */
  readonly watched = new Map<number, string>()
  /** Of the last subscription made; 0 = it has none. */
  subscription = 0
  revisedPublishingMs: number | undefined
  /** Of items; as they are wished if absent. */
  revised: Partial<Pick<ItemAnswer, 'samplingMs' | 'queueSize'>> = {}
  /** Messages that were sent and got lost. */
  readonly missed = new Map<number, Publication['samples']>()
  #made = 0
  #sequence = 0
  #own = new Map<string, number>()
  #waiting: Waiting[] = []

  /** A client logs in, or comes back to the session that it had. */
  session(resumed = false): ImaginedSession {
    return new ImaginedSession(this, resumed)
  }

  /** Tells these values of nodes, or, without any, that it lives. */
  tell(values: { [name: string]: Sample } = {}, others: Partial<Publication> = {}): void {
    const message = this.#message(values)
    if (others.samples && message.samples.length === 0) this.#sequence++
    const waiting = this.#waiting.shift()
    if (this.#isReadable(Object.keys(values), message.samples.length)) waiting?.resolve({ ...message, ...others })
    else waiting?.reject(new Fault('device', 'BadDecodingError', 'the server sent a message that cannot be read'))
  }
  /** A message that was sent comes once more, or late. */
  tellAgain(sequenceNumber: number, values: { [name: string]: Sample }): void {
    const { samples } = this.#message(values)
    this.#sequence--
    this.#waiting.shift()?.resolve({ subscriptionId: this.subscription, sequenceNumber, samples, ended: undefined })
  }
  tellAll(): void {
    const names = [...this.watched.values(), ...this.#own.keys()]
    this.tell(Object.fromEntries(names.map((name) => [name, this.sampleOf(name)])))
  }
  /** Sent, and lost on the way. */
  tellInVain(values: { [name: string]: Sample }): void {
    const { sequenceNumber, samples } = this.#message(values)
    this.missed.set(sequenceNumber, samples)
  }
  /** Answers a Publish with this. */
  refusePublish(fault: Fault): void {
    this.#waiting.shift()?.reject(fault)
  }
  /** Publish requests. */
  get waiting(): number {
    return this.#waiting.length
  }
  /** It is switched off and on: of its sessions and subscriptions nothing is left. */
  restart(): void {
    this.subscription = 0
    this.watched.clear()
    this.missed.clear()
    this.#own.clear()
    this.drop()
  }
  /** The connection is lost. */
  drop(): void {
    for (const { session, reject } of this.#waiting.splice(0)) {
      session.lost ??= new Error('the connection was lost')
      reject(new Fault('link', 'connection-lost', 'the connection was lost'))
    }
  }

  /** Name of a node -> name of its DataType -> texts. */
  readonly types = new Map<string, string>()
  readonly texts = new Map<string, EnumerationTexts>()
  /** Answers no question for types as long as this is not done. */
  thinking: Promise<void> = Promise.resolve()

  /** Its answers to Read, and to Republish, are on their way as long as this is not done. */
  answering: Promise<void> = Promise.resolve()

  // What follows is for its sessions.

  refuseUnreadable(names: readonly string[]): void {
    if (this.#isReadable(names, 0)) return
    throw new Fault('device', 'BadDecodingError', 'the server sent a message that cannot be read')
  }
  #isReadable(names: readonly string[], values: number): boolean {
    return values <= this.mostReadable && !names.some((name) => this.unreadable.has(name))
  }

  wait(waiting: Waiting): void {
    this.#waiting.push(waiting)
  }
  leave(session: ImaginedSession): void {
    for (const { reject } of this.#waiting.filter((one) => one.session === session)) {
      reject(new Fault('link', 'connection-lost', 'left'))
    }
    this.#waiting = this.#waiting.filter((one) => one.session !== session)
  }
  subscribe(wish: SubscriptionWish): SubscriptionAnswer {
    this.watched.clear()
    this.missed.clear()
    this.#own.clear()
    this.#sequence = 0
    this.subscription = ++this.#made
    this.notificationsMax = wish.notificationsMax
    return { ...wish, publishingMs: this.revisedPublishingMs ?? wish.publishingMs, id: this.subscription }
  }
  createOwn(wishes: readonly ItemWish[]): ItemAnswer[] {
    return wishes.map((wish) => {
      if (!this.nodes.has(nameOf(wish.node))) return refused('BadNodeIdUnknown')
      this.#own.set(nameOf(wish.node), wish.handle)
      return answerTo(wish)
    })
  }
  create(wish: ItemWish): ItemAnswer {
    const name = nameOf(wish.node)
    if (!this.nodes.has(name)) return refused('BadNodeIdUnknown')
    if (wish.deadband && this.refusesFilters) return refused(this.refusesFilters)
    this.watched.set(wish.handle, name)
    return { ...answerTo(wish), ...this.revised }
  }
  sampleOf(name: string): Sample {
    return this.nodes.get(name) ?? { code: BAD, status: 'BadNodeIdUnknown', value: undefined, sourceTime: undefined }
  }

  #message(values: { [name: string]: Sample }): Publication {
    const handles = new Map([...[...this.watched].map(([handle, name]) => [name, handle] as const), ...this.#own])
    const samples = Object.entries(values).flatMap(([name, sample]) => {
      const handle = handles.get(name)
      return handle === undefined ? [] : [{ handle, sample }]
    })
    // A keep-alive bears the number of the next message.
    const sequenceNumber = samples.length > 0 ? ++this.#sequence : this.#sequence + 1
    return { subscriptionId: this.subscription, sequenceNumber, samples, ended: undefined }
  }
}

export class ImaginedSession implements OpcuaSession {
  readonly resumed: boolean
  lost: Error | undefined
  readonly #server: ImaginedServer

  constructor(server: ImaginedServer, resumed: boolean) {
    this.#server = server
    this.resumed = resumed
  }

  async namespaces(): Promise<readonly string[]> {
    await this.#may('namespaces')
    if (!this.#server.listsNamespaces) throw new Fault('protocol', 'no-namespaces', 'the server does not list them')
    return this.#server.uris
  }
  async operationLimits(): Promise<OperationLimits> {
    await this.#may('operationLimits')
    return this.#server.limits
  }

  async read(nodes: readonly NodeRef[]): Promise<Sample[]> {
    this.#server.calls.push(`read ${nodes.length}`)
    await this.#may('read')
    this.#refuse(nodes.map(nameOf))
    this.#server.refuseUnreadable(nodes.map(nameOf))
    const samples = nodes.map((node) => this.#server.sampleOf(nameOf(node)))
    await this.#server.answering
    return samples
  }

  async createSubscription(wish: SubscriptionWish): Promise<SubscriptionAnswer> {
    this.#server.calls.push('subscribe')
    await this.#may('subscribe')
    return this.#server.subscribe(wish)
  }
  async modifySubscription(id: number, { notificationsMax }: SubscriptionWish): Promise<void> {
    this.#server.calls.push(`modify ${id}: ${notificationsMax}`)
    await this.#may('modify')
    this.#server.notificationsMax = notificationsMax
  }
  async deleteSubscription(id: number): Promise<void> {
    this.#server.calls.push(`unsubscribe ${id}`)
    await this.#may('unsubscribe')
  }
  async enablePublishing(id: number): Promise<void> {
    this.#server.calls.push(`enable ${id}`)
    await this.#may('enable')
  }
  async republish(id: number, sequenceNumber: number): Promise<Publication> {
    this.#server.calls.push(`republish ${sequenceNumber}`)
    await this.#may('republish')
    this.#mustBe(id)
    const samples = this.#server.missed.get(sequenceNumber)
    await this.#server.answering
    if (!samples) throw new Fault('device', 'BadMessageNotAvailable', 'none')
    return { subscriptionId: id, sequenceNumber, samples, ended: undefined }
  }
  async transferSubscription(id: number): Promise<void> {
    this.#server.calls.push(`transfer ${id}`)
    await this.#may('transfer')
    this.#mustBe(id)
  }

  async createItems(_: number, items: readonly ItemWish[]): Promise<ItemAnswer[]> {
    const names = items.map(({ node }) => nameOf(node))
    // a server that has a clock lets it be watched
    if (names[0] === CLOCK) return this.#server.createOwn(items)
    this.#server.calls.push(`create ${items.length}`)
    await this.#may('create')
    this.#refuse(names)
    this.#server.wishes.push(...items)
    return items.map((item) => this.#server.create(item))
  }
  async deleteItems(_: number, itemIds: readonly number[]): Promise<void> {
    this.#server.calls.push(`delete ${itemIds.join(' ')}`)
    await this.#may('delete')
    for (const itemId of itemIds) this.#server.watched.delete(itemId - 1)
  }

  async publish(acknowledgements: readonly Acknowledgement[]): Promise<Publication> {
    if (this.lost) throw new Fault('link', 'connection-lost', 'lost')
    this.#server.acknowledged.push(...acknowledgements)
    return new Promise((resolve, reject) => this.#server.wait({ session: this, resolve, reject }))
  }

  async dataTypes(nodes: readonly NodeRef[]): Promise<(NodeRef | undefined)[]> {
    this.#server.calls.push(`dataTypes ${nodes.length}`)
    await this.#server.thinking
    await this.#may('dataTypes')
    this.#refuse(nodes.map(nameOf))
    return nodes.map((node) => {
      const value = this.#server.types.get(nameOf(node))
      return value === undefined ? undefined : { namespace: 2, id: { kind: 'string', value }, range: '' }
    })
  }
  async enumerationTexts(types: readonly NodeRef[]): Promise<(EnumerationTexts | undefined)[]> {
    this.#server.calls.push(`enumerationTexts ${types.map(nameOf).join(' ')}`)
    this.#refuse(types.map(nameOf))
    return types.map((type) => this.#server.texts.get(nameOf(type)))
  }

  leave(): void {
    this.lost ??= new Error('left')
    this.#server.leave(this)
  }
  async close(): Promise<void> {
    this.#server.calls.push('close')
    this.lost ??= new Error('closed')
    this.#server.leave(this)
  }

  async #may(service: string): Promise<void> {
    if (this.lost) throw new Fault('link', 'connection-lost', this.lost.message)
    const status = this.#server.refuses.get(service)
    if (status === 'mute') throw new Fault('link', 'no-answer', `${service} is not answered`)
    if (status !== undefined) throw new Fault('device', status, `${service} is refused`)
  }
  #mustBe(id: number): void {
    if (id !== this.#server.subscription) throw new Fault('device', 'BadSubscriptionIdInvalid', 'gone')
  }
  #refuse(names: readonly string[]): void {
    if (names.length > this.#server.mostAtOnce) throw new Fault('device', 'BadTooManyOperations', 'too many')
    if (this.#server.poison !== undefined && names.includes(this.#server.poison))
      throw new Fault('device', 'BadInternalError', 'poisoned')
  }
}

function nameOf({ id }: NodeRef): string {
  return String(id.value)
}

function answerTo({ handle, samplingMs, queueSize }: ItemWish): ItemAnswer {
  return { code: 0, status: 'Good', itemId: handle + 1, samplingMs, queueSize }
}

function refused(status: string): ItemAnswer {
  return { code: BAD, status, itemId: 0, samplingMs: 0, queueSize: 0 }
}
