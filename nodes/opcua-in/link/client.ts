// A client of the library's: who we are, what may be sent to us, and what it must not do by itself.

import {
  coerceSecurityPolicy,
  crypto_utils,
  MessageSecurityMode,
  OPCUAClient,
  type OPCUAClientOptions,
  SecurityPolicy,
} from 'node-opcua-client'
import type { Endpoint } from '../endpoints'
import type { Identity } from '../identity'
import { onlyOne } from './certificate-store'
import { modes } from './library-endpoints'
import type { Guard } from './transport'

export type ClientSettings = {
  /** For each answer, ms. */
  timeoutMs: number
  /** A session that is not heard of ends after this, ms: what a killed process leaves behind. */
  sessionTimeoutMs: number
  identity: Identity
  /** Languages of texts, the preferred one first. */
  locales: readonly string[]
}

export const APPLICATION_NAME = 'Node-RED collectors'

/** A secure channel is renewed after three quarters of its lifetime, or after this, ms. */
const RENEWAL_MAX_MS = 2_700_000

export function clientOf(settings: ClientSettings, endpoint: Endpoint | undefined, guard: Guard): OPCUAClient {
  const { identity, timeoutMs, sessionTimeoutMs, locales } = settings
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
    // A lifetime longer than timers can be would be over at once.
    tokenRenewalInterval: RENEWAL_MAX_MS,
    localeIds: [...locales],
    requestedSessionTimeout: sessionTimeoutMs,
    defaultTransactionTimeout: timeoutMs,
    // of a connection on which nothing is heard, keep-alives included
    transportTimeout: sessionTimeoutMs,
    transportFactory: guard,
  }
  return OPCUAClient.create(options)
}
