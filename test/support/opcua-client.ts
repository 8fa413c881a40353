// A plain OPC UA client, to see what a simulated device does: node-opcua's, without any of our code, and strict.

import {
  type ClientSession,
  type ClientSubscription,
  type ClientSubscriptionOptions,
  DataChangeFilter,
  DataChangeTrigger,
  type DataValue,
  type DeadbandType,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
  type UserIdentityInfo,
} from 'node-opcua-client'
import { type CertificateFlaw, identityOf } from '../../simulators/opcua/certificates'
import type { ModeName, PolicyName } from '../../simulators/opcua/device-settings'
import { PkiFolder } from '../../simulators/opcua/pki-folder'

export const CLIENT_URI = 'urn:collectors:plain-client'

export type ClientOptions = {
  mode?: ModeName
  policy?: PolicyName
  /** The certificate of the server that it trusts; absent = any, as node-opcua does: it does not even look at its dates. */
  trusts?: Buffer | 'nobody'
  /** What is wrong with its own certificate. */
  flaw?: CertificateFlaw
  sessionTimeoutMs?: number
}

const TRANSACTION_LIMIT_MS = 5000

export class PlainClient {
  readonly #client: OPCUAClient
  readonly #pki: PkiFolder
  readonly #known: Awaited<ReturnType<PkiFolder['open']>>
  /** How often the secure channel was renewed. */
  renewals = 0
  #session: ClientSession | undefined

  private constructor(client: OPCUAClient, pki: PkiFolder, known: Awaited<ReturnType<PkiFolder['open']>>) {
    this.#client = client
    this.#pki = pki
    this.#known = known
    client.on('security_token_renewed', () => this.renewals++)
  }

  /** A secure channel, no session yet. It connects once and never again. */
  static async connect(endpoint: string, options: ClientOptions = {}): Promise<PlainClient> {
    const { mode = 'None', policy, trusts, flaw, sessionTimeoutMs } = options
    const pki = new PkiFolder()
    pki.write(await identityOf({ commonName: 'Plain client', applicationUri: CLIENT_URI, flaw, keyName: 'client' }))
    const known = await pki.open('applications', trusts === undefined)
    if (trusts instanceof Buffer) await known.trustCertificate(trusts)
    const plain = new PlainClient(
      OPCUAClient.create({
        applicationUri: CLIENT_URI,
        endpointMustExist: false,
        securityMode: MessageSecurityMode[mode],
        securityPolicy: policy ? SecurityPolicy[policy] : SecurityPolicy.None,
        certificateFile: pki.certificateFile,
        privateKeyFile: pki.privateKeyFile,
        clientCertificateManager: known,
        connectionStrategy: { maxRetry: 0, initialDelay: 1, maxDelay: 1 },
        requestedSessionTimeout: sessionTimeoutMs,
        defaultTransactionTimeout: TRANSACTION_LIMIT_MS,
        keepSessionAlive: false,
      }),
      pki,
      known,
    )
    try {
      await plain.#client.connect(endpoint)
      return plain
    } catch (error) {
      await plain.close()
      throw error
    }
  }

  /** With a session. */
  static async open(endpoint: string, options: ClientOptions & { user?: UserIdentityInfo } = {}): Promise<PlainClient> {
    const client = await PlainClient.connect(endpoint, options)
    try {
      await client.login(options.user)
      return client
    } catch (error) {
      await client.close()
      throw error
    }
  }

  async login(user?: UserIdentityInfo): Promise<ClientSession> {
    this.#session = await this.#client.createSession(user)
    return this.#session
  }

  get session(): ClientSession {
    if (!this.#session) throw new Error('not logged in')
    return this.#session
  }

  /** As its endpoints show it. */
  async serverCertificate(): Promise<Buffer> {
    const [endpoint] = await this.#client.getEndpoints()
    if (!endpoint?.serverCertificate) throw new Error('the server shows no certificate')
    return endpoint.serverCertificate
  }

  async endpointUrls(): Promise<string[]> {
    const urls = (await this.#client.getEndpoints()).map(({ endpointUrl }) => endpointUrl ?? '')
    return [...new Set(urls)]
  }

  read(nodeId: string): Promise<DataValue> {
    return this.session.read({ nodeId })
  }

  subscribe(options: Partial<ClientSubscriptionOptions> = {}): Promise<ClientSubscription> {
    return this.session.createSubscription2({
      requestedPublishingInterval: 50,
      requestedMaxKeepAliveCount: 3,
      requestedLifetimeCount: 100,
      publishingEnabled: true,
      ...options,
    })
  }

  /** Status of a new monitored item with a filter. */
  async answerToDeadband(nodeId: string, deadbandType: DeadbandType): Promise<string | undefined> {
    const subscription = await this.subscribe()
    const filter = new DataChangeFilter({ deadbandType, deadbandValue: 1, trigger: DataChangeTrigger.StatusValue })
    const parameters = { samplingInterval: 100, queueSize: 1, filter }
    const { monitoredItems } = await subscription.monitorItems([{ nodeId }], parameters, TimestampsToReturn.Both)
    await subscription.terminate()
    return monitoredItems[0]?.statusCode.name
  }

  async close(): Promise<void> {
    try {
      // Of a server that is gone, none of this can be expected to work.
      await this.#session?.close().catch(() => {})
      await this.#client.disconnect().catch(() => {})
      await this.#known.dispose()
    } finally {
      this.#pki.remove()
    }
  }
}
