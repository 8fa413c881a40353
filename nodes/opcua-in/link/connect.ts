// The way to a session: endpoints are asked for, one is chosen and judged, the user logs in.

import type { OPCUAClient } from 'node-opcua-client'
import { Fault } from '../../../lib/contract/fault'
import { chooseEndpoint, type Endpoint, type Policy, type SecurityMode } from '../endpoints'
import type { OpcuaSession } from '../session'
import { type ClientSettings, clientOf } from './client'
import { connectFault } from './faults'
import { endpointOf } from './library-endpoints'
import { LinkSession } from './session'
import { type User, userOf } from './user'
import { briefly, unlessAborted } from './waiting'

export type ConnectSettings = ClientSettings & {
  endpoint: string
  securityMode: SecurityMode
  securityPolicy: 'auto' | Policy
  user: User
  /** Throws a Fault for a server that shows this certificate. */
  admit(endpoint: Endpoint): void
}

/** A lost first SYN is sent again after 1 s. */
const CONNECT_TIMEOUT_MIN_MS = 3000

/**
 * Throws a Fault of kind `link`, also when the signal aborts.
 * @param left a session whose connection was lost: it is resumed if the server still has it
 */
export async function connect(
  settings: ConnectSettings,
  signal: AbortSignal,
  left?: OpcuaSession,
): Promise<OpcuaSession> {
  const { endpoint: url, securityMode } = settings
  try {
    if (securityMode === 'none') return await logIn(settings, signal, undefined, left)
    const endpoint = await discover(settings, signal)
    settings.admit(endpoint)
    return await logIn(settings, signal, endpoint, left)
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

async function logIn(
  settings: ConnectSettings,
  signal: AbortSignal,
  endpoint: Endpoint | undefined,
  left: OpcuaSession | undefined,
): Promise<OpcuaSession> {
  const client = clientOf(settings, endpoint)
  let cut = (): void => {}
  client.on('secure_channel_created', (channel) => {
    cut = () => channel.forceConnectionBreak()
  })
  return withClient(client, settings, signal, async () => {
    const line = { client, cut: () => cut() }
    const resumed = left instanceof LinkSession ? await left.resumeOn(line) : undefined
    if (resumed) return resumed
    const session = await client.createSession(userOf(settings.user, settings.identity))
    return LinkSession.of(line, session, settings.timeoutMs)
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
