// One life of the server of a simulated device, from its start to its end.

import { MessageSecurityMode, SecurityPolicy, UserTokenType } from 'node-opcua-client'
import { RegisterServerMethod } from 'node-opcua-server'
import { PlantNodes } from './address-space'
import { DEVICE_URI, type DeviceSettings, LOOPBACK } from './device-settings'
import type { Redefinitions } from './exhibits/types'
import { capabilitiesOf, refusalOf, revise } from './limits'
import { type PkiFolder, trustRejected } from './pki-folder'
import type { Plant } from './plant'
import { UnrulyServer } from './unruly-server'

export type Surroundings = { pki: PkiFolder; plant: Plant; announcedPort: number; redefined: Redefinitions }
type Managers = { applications: Awaited<ReturnType<PkiFolder['open']>>; users: Awaited<ReturnType<PkiFolder['open']>> }

export class RunningServer {
  readonly server: UnrulyServer
  readonly nodes: PlantNodes
  readonly #managers: Managers

  private constructor(server: UnrulyServer, nodes: PlantNodes, managers: Managers) {
    this.server = server
    this.nodes = nodes
    this.#managers = managers
  }

  /**
   * @param announcedPort in the endpoints' URLs
   * @param userPassword asked at each login
   */
  static async start(
    settings: DeviceSettings,
    { pki, plant, announcedPort, redefined }: Surroundings,
    userPassword: (name: string) => string | undefined,
  ): Promise<RunningServer> {
    const managers = {
      applications: await pki.open('applications', settings.acceptUnknownClients),
      users: await pki.open('users', settings.acceptUnknownUsers),
    }
    const { announcedHost, limits } = settings
    const server = new UnrulyServer({
      host: LOOPBACK,
      hostname: announcedHost,
      port: 0,
      certificateFile: pki.certificateFile,
      privateKeyFile: pki.privateKeyFile,
      serverCertificateManager: managers.applications,
      userCertificateManager: managers.users,
      registerServerMethod: RegisterServerMethod.HIDDEN,
      serverInfo: { applicationUri: DEVICE_URI, productUri: DEVICE_URI, applicationName: { text: 'Simulated device' } },
      securityModes: settings.modes.map((mode) => MessageSecurityMode[mode]),
      securityPolicies: settings.policies.map((policy) => SecurityPolicy[policy]),
      allowAnonymous: settings.anonymous,
      allowAnonymousSubscriptionTransferOnUnsecuredChannel: settings.anonymousTransfer,
      userManager: { isValidUser: (name: string, password: string) => userPassword(name) === password },
      serverCapabilities: capabilitiesOf(limits),
      defaultSecureTokenLifetime: settings.tokenLifetimeMs,
      maxConnectionsPerEndpoint: 1000,
      isAuditing: false,
    })
    revise(server, limits)
    try {
      await server.initialize()
      server.refuseItems((filter) => refusalOf(filter, limits.filters))
      const { addressSpace } = server.engine
      if (!addressSpace) throw new Error('node-opcua made no address space')
      const nodes = new PlantNodes(addressSpace, plant, settings, redefined)
      await server.start()
      nodes.bringStructures()
      if (settings.startMs > 0) server.engine.serverStatus.startTime = new Date(settings.startMs)
      if (settings.clearPasswords) askForClearPasswords(server)
      announce(server, `opc.tcp://${announcedHost}:${announcedPort}`)
      return new RunningServer(server, nodes, managers)
    } catch (error) {
      await server.shutdown(0)
      throw error
    }
  }

  /** Behind the wire. */
  get port(): number {
    const [endpoint] = this.server.endpoints
    if (!endpoint) throw new Error('node-opcua listens nowhere')
    return endpoint.port
  }

  /** @returns how many certificates of clients and users are trusted now that were not */
  async trustRejected(): Promise<number> {
    return (await trustRejected(this.#managers.applications)) + (await trustRejected(this.#managers.users))
  }

  async end(): Promise<void> {
    this.server.dropLateRequests()
    await this.server.shutdown(0)
    await this.#managers.applications.dispose()
    await this.#managers.users.dispose()
  }
}

/** Clients come through the wire, so its port is the one to be told. */
function announce(server: UnrulyServer, url: string): void {
  for (const endpoint of server.endpoints) {
    for (const description of endpoint.endpointDescriptions()) {
      Object.defineProperty(description, 'endpointUrl', { get: () => url, configurable: true })
    }
  }
}

function askForClearPasswords(server: UnrulyServer): void {
  for (const { userIdentityTokens } of server.endpoints.flatMap((endpoint) => endpoint.endpointDescriptions())) {
    for (const token of userIdentityTokens ?? []) {
      if (token.tokenType === UserTokenType.UserName) token.securityPolicyUri = SecurityPolicy.None
    }
  }
}
