// The services of session.ts, spoken by the library's session.

import {
  type ClientSession,
  type ClientSessionPublishService,
  type ClientSessionRawSubscriptionService,
  MonitoringMode,
  type OPCUAClient,
  PublishRequest,
  type PublishResponse,
  RepublishRequest,
  type RepublishResponse,
  type StatusCode,
  TimestampsToReturn,
  type TransferSubscriptionsResponse,
} from 'node-opcua-client'
import { Fault } from '../../../lib/contract/fault'
import type { Browsable, BrowseService } from '../browse-service'
import type { EnumerationTexts } from '../enumeration-texts'
import type { NodeRef } from '../node-ids'
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
} from '../session'
import { LinkBrowsing } from './browse'
import { dataTypes, enumerationTexts } from './enumerations'
import { filterOf } from './filters'
import { numeric, readValueOf } from './nodes'
import { publicationOf, sampleOf } from './samples'
import { SessionLife, type Transactions } from './session-life'
import type { Guard } from './transport'

const SERVER_NAMESPACES = numeric(2255)
const MAX_NODES_PER_READ = numeric(11705)
const MAX_ITEMS_PER_CALL = numeric(11714)

type Services = ClientSession &
  ClientSessionRawSubscriptionService &
  ClientSessionPublishService &
  Transactions & {
    setPublishingMode(enabled: boolean, subscriptionId: number): Promise<StatusCode>
  }

/** The library documents them, but leaves them out of the type of its sessions. */
function hasServices(session: ClientSession): session is Services {
  return ['publish', 'createMonitoredItems', '_performMessageTransaction', 'setPublishingMode'].every(
    (name) => name in session,
  )
}

export class LinkSession implements OpcuaSession, Browsable {
  readonly #session: Services
  readonly #life: SessionLife
  readonly resumed: boolean

  private constructor(session: Services, life: SessionLife, resumed: boolean) {
    this.#session = session
    this.#life = life
    this.resumed = resumed
  }

  static of(client: OPCUAClient, session: ClientSession, guard: Guard, timeoutMs: number): LinkSession {
    if (!hasServices(session)) {
      throw new Fault('bug', 'library-changed', 'node-opcua has no subscription services any more')
    }
    // The library would ask every millisecond whether such a session lives.
    if (!Number.isFinite(session.timeout)) {
      throw new Fault('protocol', 'session-timeout', 'the server says no number for the timeout of the session')
    }
    return new LinkSession(session, new SessionLife(client, session, guard, timeoutMs), false)
  }

  /** The same session over another connection (OPC 10000-4, 5.7.3); undefined when the server does not take it up. */
  async resumeOn(client: OPCUAClient, guard: Guard): Promise<LinkSession | undefined> {
    const life = await this.#life.resumeOn(client, guard)
    return life && new LinkSession(this.#session, life, true)
  }

  get lost(): Error | undefined {
    return this.#life.lost
  }

  async namespaces(): Promise<readonly string[]> {
    const [sample] = await this.read([SERVER_NAMESPACES])
    const list: unknown = sample?.value?.data
    if (!Array.isArray(list)) throw new Fault('protocol', 'no-namespaces', 'the server does not list its namespaces')
    return list.map(String)
  }

  async operationLimits(): Promise<OperationLimits> {
    // Not every server has these nodes: a refusal says that there is no limit to be known.
    const samples = await this.read([MAX_NODES_PER_READ, MAX_ITEMS_PER_CALL])
    const [nodesPerRead, itemsPerCall] = samples.map(({ value }) => {
      const data: unknown = value?.data
      return typeof data === 'number' && data > 0 ? data : undefined
    })
    return { nodesPerRead, itemsPerCall }
  }

  async read(nodes: readonly NodeRef[]): Promise<Sample[]> {
    const ask = () => this.#session.read(nodes.map(readValueOf))
    const values = await this.#life.ask('Read', ask, this.#life.patienceMs(nodes.length))
    if (values.length !== nodes.length) {
      throw new Fault('protocol', 'answer-length', `${nodes.length} values were asked for, ${values.length} answered`)
    }
    return values.map(sampleOf)
  }

  dataTypes(nodes: readonly NodeRef[]): Promise<(NodeRef | undefined)[]> {
    return this.#life.ask('Read', () => dataTypes(this.#session, nodes), this.#life.patienceMs(nodes.length))
  }

  enumerationTexts(types: readonly NodeRef[]): Promise<(EnumerationTexts | undefined)[]> {
    // three requests
    return this.#life.ask('Read', () => enumerationTexts(this.#session, types), 3 * this.#life.patienceMs(types.length))
  }

  async createSubscription(wish: SubscriptionWish): Promise<SubscriptionAnswer> {
    const answer = await this.#life.ask('CreateSubscription', () =>
      this.#session.createSubscription({ ...requested(wish), publishingEnabled: true }),
    )
    if (!Number.isFinite(answer.revisedPublishingInterval)) {
      throw new Fault('protocol', 'publishing-interval', 'the server says no number for the publishing interval')
    }
    return {
      id: answer.subscriptionId,
      publishingMs: answer.revisedPublishingInterval,
      lifetimeCount: answer.revisedLifetimeCount,
      keepAliveCount: answer.revisedMaxKeepAliveCount,
      notificationsMax: wish.notificationsMax,
    }
  }

  async modifySubscription(id: number, wish: SubscriptionWish): Promise<void> {
    await this.#life.ask('ModifySubscription', () =>
      this.#session.modifySubscription({ subscriptionId: id, ...requested(wish) }),
    )
  }

  async deleteSubscription(id: number): Promise<void> {
    await this.#life.ask('DeleteSubscriptions', () =>
      called((done) => this.#session.deleteSubscriptions({ subscriptionIds: [id] }, done)),
    )
  }

  async enablePublishing(subscriptionId: number): Promise<void> {
    const status = await this.#life.ask('SetPublishingMode', () =>
      this.#session.setPublishingMode(true, subscriptionId),
    )
    refuseBad('SetPublishingMode', status)
  }

  async republish(subscriptionId: number, retransmitSequenceNumber: number): Promise<Publication> {
    const request = new RepublishRequest({ subscriptionId, retransmitSequenceNumber })
    const response = await this.#life.ask('Republish', () =>
      called<RepublishResponse>((done) => this.#session.republish(request, done)),
    )
    return publicationOf({ subscriptionId, notificationMessage: response.notificationMessage })
  }

  async transferSubscription(id: number): Promise<void> {
    const request = { subscriptionIds: [id], sendInitialValues: true }
    const { results } = await this.#life.ask('TransferSubscriptions', () =>
      called<TransferSubscriptionsResponse>((done) => this.#session.transferSubscriptions(request, done)),
    )
    refuseBad('TransferSubscriptions', results?.[0]?.statusCode)
  }

  async createItems(subscriptionId: number, items: readonly ItemWish[]): Promise<ItemAnswer[]> {
    const itemsToCreate = items.map(({ node, handle, samplingMs, queueSize, deadband }) => ({
      itemToMonitor: readValueOf(node),
      monitoringMode: MonitoringMode.Reporting,
      requestedParameters: {
        clientHandle: handle,
        samplingInterval: samplingMs,
        queueSize,
        discardOldest: true,
        ...(deadband && { filter: filterOf(deadband) }),
      },
    }))
    const request = { subscriptionId, timestampsToReturn: TimestampsToReturn.Both, itemsToCreate }
    const ask = () => this.#session.createMonitoredItems(request)
    const answer = await this.#life.ask('CreateMonitoredItems', ask, this.#life.patienceMs(items.length))
    const results = answer.results ?? []
    if (results.length !== items.length) {
      throw new Fault('protocol', 'answer-length', `${items.length} items were asked for, ${results.length} answered`)
    }
    return results.map((result) => ({
      code: result.statusCode.value,
      status: result.statusCode.name,
      itemId: result.monitoredItemId,
      samplingMs: result.revisedSamplingInterval,
      queueSize: result.revisedQueueSize,
    }))
  }

  async deleteItems(subscriptionId: number, monitoredItemIds: readonly number[]): Promise<void> {
    await this.#life.ask('DeleteMonitoredItems', () =>
      this.#session.deleteMonitoredItems({ subscriptionId, monitoredItemIds: [...monitoredItemIds] }),
    )
  }

  async publish(acknowledgements: readonly Acknowledgement[], patienceMs: number): Promise<Publication> {
    const request = new PublishRequest({
      requestHeader: { timeoutHint: patienceMs },
      subscriptionAcknowledgements: [...acknowledgements],
    })
    const ask = () => called<PublishResponse>((done) => this.#session.publish(request, done))
    const response = await this.#life.ask('Publish', ask, patienceMs)
    return { ...publicationOf(response), available: [...(response.availableSequenceNumbers ?? [])] }
  }

  leave(): void {
    this.#life.leave()
  }

  browsing(): BrowseService {
    return new LinkBrowsing(this.#session, (service, operation, items) => {
      return this.#life.ask(service, operation, this.#life.patienceMs(items))
    })
  }

  close(): Promise<void> {
    return this.#life.close()
  }
}

function requested(wish: SubscriptionWish) {
  return {
    requestedPublishingInterval: wish.publishingMs,
    requestedLifetimeCount: wish.lifetimeCount,
    requestedMaxKeepAliveCount: wish.keepAliveCount,
    maxNotificationsPerPublish: wish.notificationsMax,
    priority: 0,
  }
}

/** Of an operation on one thing alone. */
function refuseBad(service: string, status: StatusCode | undefined): void {
  const name = status?.name ?? 'BadUnexpectedError'
  if (status?.isGoodish()) return
  throw new Fault('device', name, `${service}: the server says ${name}`)
}

function called<T>(operation: (done: (error: Error | null, answer?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    operation((error, answer) => (answer && !error ? resolve(answer) : reject(error ?? new Error('no answer'))))
  })
}
