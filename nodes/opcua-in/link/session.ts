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
import { serviceFault } from './faults'
import { filterOf } from './filters'
import { keepAge } from './lasting-age'
import { numeric, readValueOf } from './nodes'
import { publicationOf, sampleOf } from './samples'
import type { Guard } from './transport'
import { briefly, unlessAborted } from './waiting'

/** What a small controller takes for one item of many. */
const ITEM_MS = 10
const SERVER_NAMESPACES = numeric(2255)
const MAX_NODES_PER_READ = numeric(11705)
const MAX_ITEMS_PER_CALL = numeric(11714)

const SESSION_GONE = /BadSession(IdInvalid|Closed|NotActivated)/

type Transaction = (request: unknown, callback: (error: Error | null, response?: unknown) => void) => void
type Services = ClientSession &
  ClientSessionRawSubscriptionService &
  ClientSessionPublishService & {
    performMessageTransaction: Transaction
    _performMessageTransaction: Transaction
    setPublishingMode(enabled: boolean, subscriptionId: number): Promise<StatusCode>
  }

/** The library documents them, but leaves them out of the type of its sessions. */
function hasServices(session: ClientSession): session is Services {
  return ['publish', 'createMonitoredItems', '_performMessageTransaction', 'setPublishingMode'].every(
    (name) => name in session,
  )
}

export class LinkSession implements OpcuaSession, Browsable {
  readonly #client: OPCUAClient
  readonly #session: Services
  readonly #guard: Guard
  readonly #timeoutMs: number
  readonly resumed: boolean
  #lost: Error | undefined
  #leftMs: number | undefined
  #closing: Promise<void> | undefined
  readonly #onClosed = (): void => this.#lose('the server closed the session')
  readonly #onFailure = (): void => this.#lose('the session is not answered any more')

  private constructor(client: OPCUAClient, session: Services, guard: Guard, timeoutMs: number, resumed: boolean) {
    this.#guard = guard
    this.#timeoutMs = timeoutMs
    this.#client = client
    this.#session = session
    this.resumed = resumed
    keepAge(session, 'lastResponseReceivedTime')
    // Where a server does not know the session any more, the library makes another one without a word, which has none of our
    // subscriptions.
    session.performMessageTransaction = (request, callback) =>
      session._performMessageTransaction(request, (error, response) => {
        if (error && SESSION_GONE.test(error.message)) this.#lose('the server does not know the session any more')
        callback(error, response)
      })
    client.on('connection_lost', () => this.#lose('the connection was lost'))
    client.on('close', () => this.#lose('the server closed the connection'))
    session.on('session_closed', this.#onClosed)
    session.on('keepalive_failure', this.#onFailure)
  }

  static of(client: OPCUAClient, session: ClientSession, guard: Guard, timeoutMs: number): LinkSession {
    if (!hasServices(session)) {
      throw new Fault('bug', 'library-changed', 'node-opcua has no subscription services any more')
    }
    // The library would ask every millisecond whether such a session lives.
    if (!Number.isFinite(session.timeout)) {
      throw new Fault('protocol', 'session-timeout', 'the server says no number for the timeout of the session')
    }
    return new LinkSession(client, session, guard, timeoutMs, false)
  }

  /** The same session over another connection (OPC 10000-4, 5.7.3); undefined when the server does not take it up. */
  async resumeOn(client: OPCUAClient, guard: Guard): Promise<LinkSession | undefined> {
    const gone = this.#leftMs === undefined || performance.now() - this.#leftMs > this.#session.timeout
    if (this.#closing || gone) return undefined
    try {
      await client.reactivateSession(this.#session)
    } catch {
      // Whatever the reason is: if it was the connection, a new session will not come about either.
      return undefined
    }
    this.#closing = Promise.resolve()
    void briefly(this.#client.disconnect())
    return new LinkSession(client, this.#session, guard, this.#timeoutMs, true)
  }

  get lost(): Error | undefined {
    return this.#lost && (this.#guard.fault ?? this.#lost)
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
    const values = await this.#ask('Read', ask, this.#patienceMs(nodes.length))
    if (values.length !== nodes.length) {
      throw new Fault('protocol', 'answer-length', `${nodes.length} values were asked for, ${values.length} answered`)
    }
    return values.map(sampleOf)
  }

  dataTypes(nodes: readonly NodeRef[]): Promise<(NodeRef | undefined)[]> {
    return this.#ask('Read', () => dataTypes(this.#session, nodes), this.#patienceMs(nodes.length))
  }

  enumerationTexts(types: readonly NodeRef[]): Promise<(EnumerationTexts | undefined)[]> {
    // three requests
    return this.#ask('Read', () => enumerationTexts(this.#session, types), 3 * this.#patienceMs(types.length))
  }

  async createSubscription(wish: SubscriptionWish): Promise<SubscriptionAnswer> {
    const answer = await this.#ask('CreateSubscription', () =>
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
    await this.#ask('ModifySubscription', () =>
      this.#session.modifySubscription({ subscriptionId: id, ...requested(wish) }),
    )
  }

  async deleteSubscription(id: number): Promise<void> {
    await this.#ask('DeleteSubscriptions', () =>
      called((done) => this.#session.deleteSubscriptions({ subscriptionIds: [id] }, done)),
    )
  }

  async enablePublishing(subscriptionId: number): Promise<void> {
    const status = await this.#ask('SetPublishingMode', () => this.#session.setPublishingMode(true, subscriptionId))
    refuseBad('SetPublishingMode', status)
  }

  async republish(subscriptionId: number, retransmitSequenceNumber: number): Promise<Publication> {
    const request = new RepublishRequest({ subscriptionId, retransmitSequenceNumber })
    const response = await this.#ask('Republish', () =>
      called<RepublishResponse>((done) => this.#session.republish(request, done)),
    )
    return publicationOf({ subscriptionId, notificationMessage: response.notificationMessage })
  }

  async transferSubscription(id: number): Promise<void> {
    const request = { subscriptionIds: [id], sendInitialValues: true }
    const { results } = await this.#ask('TransferSubscriptions', () =>
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
    const answer = await this.#ask('CreateMonitoredItems', ask, this.#patienceMs(items.length))
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
    await this.#ask('DeleteMonitoredItems', () =>
      this.#session.deleteMonitoredItems({ subscriptionId, monitoredItemIds: [...monitoredItemIds] }),
    )
  }

  async publish(acknowledgements: readonly Acknowledgement[], patienceMs: number): Promise<Publication> {
    const request = new PublishRequest({
      requestHeader: { timeoutHint: patienceMs },
      subscriptionAcknowledgements: [...acknowledgements],
    })
    const ask = () => called<PublishResponse>((done) => this.#session.publish(request, done))
    const response = await this.#ask('Publish', ask, patienceMs)
    return { ...publicationOf(response), available: [...(response.availableSequenceNumbers ?? [])] }
  }

  leave(): void {
    if (this.#leftMs !== undefined || this.#closing) return
    this.#lose('the connection was given up')
    this.#leftMs = performance.now()
    this.#session.off('session_closed', this.#onClosed)
    this.#session.off('keepalive_failure', this.#onFailure)
    // A goodbye of the library's would end the session.
    this.#guard.hangUp(new Fault('link', 'connection-lost', 'the connection was given up'))
  }

  browsing(): BrowseService {
    return new LinkBrowsing(this.#session, (service, operation, items) => {
      return this.#ask(service, operation, this.#patienceMs(items))
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#lose('closed')
    // It closes the session, and that its subscriptions.
    await briefly(this.#client.disconnect())
    this.#guard.cut()
  }

  #patienceMs(items: number): number {
    return this.#timeoutMs + items * ITEM_MS
  }

  /** node-opcua waits at least 5 s for an answer, whatever it is told. */
  async #ask<T>(service: string, operation: () => Promise<T>, limitMs = this.#timeoutMs): Promise<T> {
    if (this.#lost && !this.#closing)
      throw this.#guard.fault ?? new Fault('link', 'connection-lost', this.#lost.message)
    const limit = new AbortController()
    const overdue = new Fault('link', 'no-answer', `${service}: the server did not answer within ${limitMs} ms`)
    const timer = setTimeout(() => limit.abort(overdue), limitMs)
    try {
      return await unlessAborted(limit.signal, operation())
    } catch (thrown) {
      throw this.#guard.fault ?? serviceFault(thrown, service)
    } finally {
      clearTimeout(timer)
    }
  }

  #lose(reason: string): void {
    this.#lost ??= new Error(reason)
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
