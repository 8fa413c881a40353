// The only file that knows node-opcua: connects, logs in, and speaks the services of session.ts.

import {
  AttributeIds,
  type ClientSession,
  type ClientSessionPublishService,
  type ClientSessionRawSubscriptionService,
  coerceSecurityPolicy,
  crypto_utils,
  DataChangeFilter,
  DataChangeNotification,
  DataChangeTrigger,
  type DataValue,
  DeadbandType,
  type EndpointDescription,
  LogLevel,
  MessageSecurityMode,
  MonitoringMode,
  NodeId,
  OPCUAClient,
  type OPCUAClientOptions,
  PublishRequest,
  type PublishResponse,
  promoteOpaqueStructureInNotificationData,
  ReadValueId,
  SecurityPolicy,
  StatusChangeNotification,
  StatusCodes,
  setDebugLogger,
  setErrorLogger,
  setLogLevel,
  setWarningLogger,
  TimestampsToReturn,
  type UserIdentityInfo,
  UserTokenType,
  VariantArrayType,
} from 'node-opcua-client'
import { NumericRange } from 'node-opcua-numeric-range'
import { Fault } from '../../lib/contract/fault'
import { chooseEndpoint, type Endpoint } from './endpoints'
import { connectFault, serviceFault } from './faults'
import type { NodeRef } from './node-ids'
import type { Identity, MakeIdentity } from './pki'
import type { Policy, SecurityMode } from './security'
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
} from './session'

export type ConnectSettings = {
  endpoint: string
  securityMode: SecurityMode
  securityPolicy: 'auto' | Policy
  user: { kind: 'anonymous' } | { kind: 'username'; name: string; password: string } | { kind: 'certificate' }
  /** For each answer, ms. */
  timeoutMs: number
  /** A session that is not heard of ends after this, ms: what a killed process leaves behind. */
  sessionTimeoutMs: number
  identity: Identity
  /** Throws a Fault for a server that shows this certificate. */
  admit(endpoint: Endpoint): void
}

const APPLICATION_NAME = 'Node-RED collectors'
/** A lost first SYN is sent again after 1 s. */
const CONNECT_TIMEOUT_MIN_MS = 3000
/** What a small controller takes for one item of many. */
const ITEM_MS = 10
/** To end a session and a connection; the collector waits 2 s. */
const GOODBYE_MS = 1500
/** What a server may send at most: a hostile one must not fill the memory. */
const MESSAGE_MAX_BYTES = 16 * 1024 * 1024
const CHUNKS_MAX = 1024
const BUFFER_BYTES = 65_536
const SERVER_NAMESPACES = numeric(2255)
const MAX_NODES_PER_READ = numeric(11705)
const MAX_ITEMS_PER_CALL = numeric(11714)

/** node-opcua writes to the console by itself, passwords included if it is asked to: nothing of that leaves this process. */
export function quietenLibrary(): void {
  setLogLevel(LogLevel.Emergency)
  for (const set of [setDebugLogger, setWarningLogger, setErrorLogger]) set(() => {})
}

export const makeIdentity: MakeIdentity = async (applicationUri) => {
  const { privateKey } = await crypto_utils.generateKeyPair(2048)
  const { cert } = await crypto_utils.createSelfSignedCertificate({
    privateKey,
    subject: `/CN=${APPLICATION_NAME}`,
    applicationUri,
    dns: [applicationUri.split(':')[1] ?? 'localhost'],
    notBefore: new Date(Date.now() - 86_400_000),
    validity: 3650,
    purpose: crypto_utils.CertificatePurpose.ForApplication,
  })
  const { privPem } = await crypto_utils.privateKeyToPEM(privateKey)
  return { certificatePem: cert, privateKeyPem: privPem }
}

/** Throws a Fault of kind `link`, also when the signal aborts. */
export async function connect(settings: ConnectSettings, signal: AbortSignal): Promise<OpcuaSession> {
  const { endpoint: url, securityMode } = settings
  try {
    if (securityMode === 'none') return await logIn(settings, signal, undefined)
    const endpoint = await discover(settings, signal)
    settings.admit(endpoint)
    return await logIn(settings, signal, endpoint)
  } catch (thrown) {
    if (signal.aborted) throw new Fault('link', 'stopped', `connecting to ${url} was stopped`)
    throw connectFault(thrown, url)
  }
}

/** The endpoints are asked for without security, as OPC 10000-4, 5.5.4 has it. */
async function discover(settings: ConnectSettings, signal: AbortSignal): Promise<Endpoint> {
  const client = clientOf(settings, undefined)
  return withClient(client, settings, signal, async () => {
    const endpoints = (await client.getEndpoints()).map(endpointOf)
    await briefly(client.disconnect())
    return chooseEndpoint(endpoints, settings)
  })
}

async function logIn(settings: ConnectSettings, signal: AbortSignal, endpoint: Endpoint | undefined): Promise<Session> {
  const client = clientOf(settings, endpoint)
  return withClient(client, settings, signal, async () => {
    const session = await client.createSession(userOf(settings))
    if (!hasServices(session))
      throw new Fault('bug', 'library-changed', 'node-opcua has no subscription services any more')
    return new Session(client, session, settings.timeoutMs)
  })
}

/** Connects, and lets nothing of the client be left when that or `work` fails. */
async function withClient<T>(
  client: OPCUAClient,
  { endpoint, timeoutMs }: ConnectSettings,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const limitMs = Math.max(timeoutMs, CONNECT_TIMEOUT_MIN_MS)
  const connecting = AbortSignal.any([signal, AbortSignal.timeout(limitMs)])
  try {
    await unlessAborted(connecting, client.connect(endpoint))
    return await unlessAborted(signal, work())
  } catch (thrown) {
    await briefly(client.disconnect())
    throw thrown
  }
}

/** A server that is gone lets goodbyes wait for long: they go on behind, and nobody waits for them. */
function briefly(goodbye: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GOODBYE_MS)
    const done = (): void => {
      clearTimeout(timer)
      resolve()
    }
    goodbye.then(done, done)
  })
}

/** The operation goes on behind, but nobody waits for it: who started it ends its client. */
function unlessAborted<T>(signal: AbortSignal, operation: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    operation.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function clientOf(settings: ConnectSettings, endpoint: Endpoint | undefined): OPCUAClient {
  const { identity, timeoutMs, sessionTimeoutMs } = settings
  const chain = [Buffer.from(crypto_utils.convertPEMtoDER(identity.certificatePem))]
  const key = crypto_utils.makePrivateKeyFromPem(identity.privateKeyPem)
  const options: OPCUAClientOptions = {
    applicationName: APPLICATION_NAME,
    applicationUri: identity.applicationUri,
    clientName: APPLICATION_NAME,
    certificateKeyPairProvider: {
      getCertificate: () => chain[0] ?? Buffer.alloc(0),
      getCertificateChain: () => chain,
      getPrivateKey: () => key,
    },
    clientCertificateManager: onlyOne(endpoint?.certificate),
    securityMode: endpoint ? modes[endpoint.mode] : MessageSecurityMode.None,
    securityPolicy: endpoint ? coerceSecurityPolicy(endpoint.policy) : SecurityPolicy.None,
    ...(endpoint?.certificate && { serverCertificate: endpoint.certificate }),
    // Servers give names of their own, which often do not resolve: the address that the user typed is the one to use.
    endpointMustExist: false,
    // Connecting again is the collector's: it tells the flow, counts, waits longer each time and can be stopped.
    connectionStrategy: { maxRetry: 0, initialDelay: 1, maxDelay: 1 },
    // two thirds of the timeout that the server agreed to, at most 20 s
    keepSessionAlive: true,
    requestedSessionTimeout: sessionTimeoutMs,
    defaultTransactionTimeout: timeoutMs,
    // of a connection on which nothing is heard, keep-alives included
    transportTimeout: sessionTimeoutMs,
    transportSettings: {
      maxMessageSize: MESSAGE_MAX_BYTES,
      maxChunkCount: CHUNKS_MAX,
      receiveBufferSize: BUFFER_BYTES,
    },
  }
  return OPCUAClient.create(options)
}

type CertificateStore = Extract<NonNullable<OPCUAClientOptions['clientCertificateManager']>, { addIssuer: unknown }>

/** The server's certificate was judged before: this one and no other. */
function onlyOne(certificate: Buffer | undefined): CertificateStore {
  const isIt = (shown: Buffer | Buffer[]): boolean =>
    certificate !== undefined && Buffer.concat(Array.isArray(shown) ? shown : [shown]).equals(certificate)
  const statusOf = (shown: Buffer | Buffer[]) => (isIt(shown) ? StatusCodes.Good : StatusCodes.BadCertificateUntrusted)
  return {
    referenceCounter: 0,
    initialize: async () => {},
    dispose: async () => {},
    checkCertificate: async (shown: Buffer | Buffer[]) => statusOf(shown),
    // asked of our own one only, which nobody has to trust here
    verifyCertificate: async () => 'Good',
    trustCertificate: async () => {},
    rejectCertificate: async () => {},
    getTrustStatus: async (shown: Buffer) => statusOf(shown),
    addIssuer: async () => {},
    addRevocationList: async () => {},
  }
}

function userOf({ user, identity }: ConnectSettings): UserIdentityInfo {
  switch (user.kind) {
    case 'username':
      return { type: UserTokenType.UserName, userName: user.name, password: user.password }
    case 'certificate':
      return {
        type: UserTokenType.Certificate,
        certificateData: Buffer.from(crypto_utils.convertPEMtoDER(identity.certificatePem)),
        privateKey: identity.privateKeyPem,
      }
    default:
      return { type: UserTokenType.Anonymous }
  }
}

const modes = {
  none: MessageSecurityMode.None,
  sign: MessageSecurityMode.Sign,
  signAndEncrypt: MessageSecurityMode.SignAndEncrypt,
} as const satisfies Record<SecurityMode, MessageSecurityMode>

function endpointOf({ securityMode, securityPolicyUri, serverCertificate, server }: EndpointDescription): Endpoint {
  const mode =
    securityMode === MessageSecurityMode.SignAndEncrypt
      ? 'signAndEncrypt'
      : securityMode === MessageSecurityMode.Sign
        ? 'sign'
        : 'none'
  return {
    mode,
    policy: (securityPolicyUri ?? '').split('#').at(-1) ?? '',
    certificate: serverCertificate ?? undefined,
    applicationUri: server.applicationUri ?? '',
  }
}

type Services = ClientSession & ClientSessionRawSubscriptionService & ClientSessionPublishService

/** The library documents them, but leaves them out of the type of its sessions. */
function hasServices(session: ClientSession): session is Services {
  return 'publish' in session && 'createMonitoredItems' in session
}

class Session implements OpcuaSession {
  readonly #client: OPCUAClient
  readonly #session: Services
  readonly #timeoutMs: number
  #lost: Error | undefined
  #closing: Promise<void> | undefined

  constructor(client: OPCUAClient, session: Services, timeoutMs: number) {
    this.#timeoutMs = timeoutMs
    this.#client = client
    this.#session = session
    client.on('connection_lost', () => this.#lose('the connection was lost'))
    client.on('close', () => this.#lose('the server closed the connection'))
    session.on('session_closed', () => this.#lose('the server closed the session'))
    session.on('keepalive_failure', () => this.#lose('the session is not answered any more'))
  }

  get lost(): Error | undefined {
    return this.#lost
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

  async createSubscription(wish: SubscriptionWish): Promise<SubscriptionAnswer> {
    const answer = await this.#ask('CreateSubscription', () =>
      this.#session.createSubscription({
        requestedPublishingInterval: wish.publishingMs,
        requestedLifetimeCount: wish.lifetimeCount,
        requestedMaxKeepAliveCount: wish.keepAliveCount,
        maxNotificationsPerPublish: 0,
        publishingEnabled: true,
        priority: 0,
      }),
    )
    return {
      id: answer.subscriptionId,
      publishingMs: answer.revisedPublishingInterval,
      lifetimeCount: answer.revisedLifetimeCount,
      keepAliveCount: answer.revisedMaxKeepAliveCount,
    }
  }

  async deleteSubscription(id: number): Promise<void> {
    await this.#ask('DeleteSubscriptions', () =>
      called((done) => this.#session.deleteSubscriptions({ subscriptionIds: [id] }, done)),
    )
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
    await this.#openStructures(response)
    return publicationOf(response)
  }

  /** What structures look like only the server knows: it is asked when the first of a kind comes. Without, they stay bytes. */
  async #openStructures({ notificationMessage }: PublishResponse): Promise<void> {
    const notifications = (notificationMessage.notificationData ?? []).filter((one) => one !== null)
    await promoteOpaqueStructureInNotificationData(this.#session, notifications).catch(() => {})
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#lose('closed')
    // It closes the session, and that its subscriptions.
    await briefly(this.#client.disconnect())
  }

  #patienceMs(items: number): number {
    return this.#timeoutMs + items * ITEM_MS
  }

  /** node-opcua waits at least 5 s for an answer, whatever it is told. */
  async #ask<T>(service: string, operation: () => Promise<T>, limitMs = this.#timeoutMs): Promise<T> {
    if (this.#lost && !this.#closing) throw new Fault('link', 'connection-lost', this.#lost.message)
    const limit = new AbortController()
    const overdue = new Fault('link', 'no-answer', `${service}: the server did not answer within ${limitMs} ms`)
    const timer = setTimeout(() => limit.abort(overdue), limitMs)
    try {
      return await unlessAborted(limit.signal, operation())
    } catch (thrown) {
      throw serviceFault(thrown, service)
    } finally {
      clearTimeout(timer)
    }
  }

  #lose(reason: string): void {
    this.#lost ??= new Error(reason)
  }
}

function called<T>(operation: (done: (error: Error | null, answer?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    operation((error, answer) => (answer && !error ? resolve(answer) : reject(error ?? new Error('no answer'))))
  })
}

function publicationOf({ subscriptionId, notificationMessage }: PublishResponse): Publication {
  const samples: Publication['samples'] = []
  let ended: string | undefined
  for (const notification of notificationMessage.notificationData ?? []) {
    if (notification instanceof DataChangeNotification) {
      for (const { clientHandle, value } of notification.monitoredItems ?? []) {
        samples.push({ handle: clientHandle, sample: sampleOf(value) })
      }
    } else if (notification instanceof StatusChangeNotification) ended = notification.status.name
  }
  return { subscriptionId, sequenceNumber: notificationMessage.sequenceNumber, samples, ended }
}

function sampleOf({ statusCode, value, sourceTimestamp }: DataValue): Sample {
  const data: unknown = value?.value
  return {
    code: statusCode.value,
    status: statusCode.name,
    value: value && {
      type: value.dataType,
      isArray: value.arrayType !== VariantArrayType.Scalar,
      dimensions: value.arrayType === VariantArrayType.Matrix ? (value.dimensions ?? undefined) : undefined,
      data,
    },
    sourceTime: sourceTimestamp?.getTime(),
  }
}

function filterOf({ type, value }: { type: 'absolute' | 'percent'; value: number }): DataChangeFilter {
  return new DataChangeFilter({
    trigger: DataChangeTrigger.StatusValue,
    deadbandType: type === 'absolute' ? DeadbandType.Absolute : DeadbandType.Percent,
    deadbandValue: value,
  })
}

function nodeIdOf({ namespace, id }: NodeRef): NodeId {
  switch (id.kind) {
    case 'numeric':
      return new NodeId(NodeId.NodeIdType.NUMERIC, id.value, namespace)
    case 'string':
      return new NodeId(NodeId.NodeIdType.STRING, id.value, namespace)
    case 'guid':
      return new NodeId(NodeId.NodeIdType.GUID, id.value, namespace)
    default:
      return new NodeId(NodeId.NodeIdType.BYTESTRING, Buffer.from(id.value, 'base64'), namespace)
  }
}

function readValueOf(node: NodeRef): ReadValueId {
  const nodeId = nodeIdOf(node)
  const indexRange = new NumericRange(node.range === '' ? null : node.range)
  return new ReadValueId({ nodeId, attributeId: AttributeIds.Value, indexRange })
}

function numeric(value: number): NodeRef {
  return { namespace: 0, id: { kind: 'numeric', value }, range: '' }
}
