// The way to a session: endpoints are asked for, one is chosen and judged, the user logs in.

import type { OPCUAClient } from 'node-opcua-client'
import { Fault } from '../../../lib/contract/fault'
import type { Browsable } from '../browse-service'
import { chooseEndpoint, type Endpoint } from '../endpoints'
import type { Policy, SecurityMode } from '../security'
import type { OpcuaSession } from '../session'
import { type ClientSettings, clientOf } from './client'
import { connectFault } from './faults'
import { endpointOf, type OfferedEndpoint } from './library-endpoints'
import { checkPasswordWay, guardPassword } from './password'
import { LinkSession } from './session'
import { Guard } from './transport'
import { type User, userOf } from './user'
import { briefly, unlessAborted } from './waiting'

export type ConnectSettings = ClientSettings & {
  endpoint: string
  securityMode: SecurityMode
  securityPolicy: 'auto' | Policy
  user: User
  /** Throws a Fault for a server that shows this certificate. */
  admit(endpoint: Endpoint): Promise<void>
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
): Promise<OpcuaSession & Browsable> {
  const { endpoint: url, securityMode } = settings
  try {
    if (securityMode === 'none') return await logIn(settings, signal, undefined, left)
    const endpoint = await discover(settings, signal)
    await settings.admit(endpoint)
    return await logIn(settings, signal, endpoint, left)
  } catch (thrown) {
    if (signal.aborted) throw new Fault('link', 'stopped', `connecting to ${url} was stopped`)
    throw connectFault(thrown, url, settings.user.kind)
  }
}

/** The endpoints are asked for without security, as OPC 10000-4, 5.5.4 has it. */
async function discover(settings: ConnectSettings, signal: AbortSignal): Promise<OfferedEndpoint> {
  return withClient(settings, undefined, signal, async (client) => {
    const endpoints = (await client.getEndpoints()).map(endpointOf)
    await briefly(client.disconnect())
    return chooseEndpoint(endpoints, settings)
  })
}

async function logIn(
  settings: ConnectSettings,
  signal: AbortSignal,
  endpoint: OfferedEndpoint | undefined,
  left: OpcuaSession | undefined,
): Promise<OpcuaSession & Browsable> {
  const { user, securityMode } = settings
  const isCareful = user.kind === 'username' && !user.insists
  if (isCareful) checkPasswordWay(securityMode, endpoint)
  return withClient(settings, endpoint, signal, async (client, guard) => {
    if (isCareful) guardPassword(client, { mode: securityMode, policy: endpoint?.policy ?? 'None' }, guard)
    const resumed = left instanceof LinkSession ? await left.resumeOn(client, guard) : undefined
    if (resumed) return resumed
    const session = await client.createSession(userOf(user, settings.identity))
    return LinkSession.of(client, session, guard, settings.timeoutMs)
  })
}

/** Connects, and lets nothing of the client be left when that or `work` fails. */
async function withClient<T>(
  settings: ConnectSettings,
  endpoint: OfferedEndpoint | undefined,
  signal: AbortSignal,
  work: (client: OPCUAClient, guard: Guard) => Promise<T>,
): Promise<T> {
  const guard = new Guard()
  const client = clientOf(settings, endpoint, guard)
  const limitMs = Math.max(settings.timeoutMs, CONNECT_TIMEOUT_MIN_MS)
  const within = (ms: number): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(ms)])
  try {
    await unlessAborted(within(limitMs), client.connect(settings.endpoint))
    // A session takes two answers.
    return await unlessAborted(within(2 * limitMs), work(client, guard))
  } catch (thrown) {
    await briefly(client.disconnect())
    guard.cut()
    throw guard.fault ?? thrown
  }
}
