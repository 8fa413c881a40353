// What is asked of a server before any tag: a subscription, and in it the clock and the state of the server itself.

import type { LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { CURRENT_TIME, SERVER_STATE } from './server-status'
import type { ItemAnswer, OpcuaSession, SubscriptionAnswer } from './session'
import { qualityOf } from './statuses'
import type { WatchdogLimits } from './watchdog'

/**
 * A server that has nothing to tell says so after about this time, ms, or after its publishing interval where that is longer: the
 * watchdog waits for two of them, so with an interval of 1 s nobody sees a value that is older than 5 s as good.
 */
const KEEP_ALIVE_MS = 2000
/** Beyond what is due twice: for the network, and for timers of small controllers, ms. */
export const MARGIN_MS = 1000
/** A subscription outlives the session, so that the next one can take it over; at least 3 keep-alives (OPC 10000-4, 5.14.2.2). */
const LIFETIME_MS = 60_000
const LIFETIME_KEEP_ALIVES = 3
/** The clock need not be looked at more often. */
const CLOCK_MIN_MS = 1000

export async function subscribe(
  session: OpcuaSession,
  publishingMs: number,
  notificationsMax: number,
  log: (level: LogLevel, text: string) => void,
): Promise<SubscriptionAnswer> {
  const keepAliveCount = Math.ceil(KEEP_ALIVE_MS / publishingMs)
  const lifetimeCount = Math.max(keepAliveCount * LIFETIME_KEEP_ALIVES, Math.ceil(LIFETIME_MS / publishingMs))
  const wish = { publishingMs, keepAliveCount, lifetimeCount, notificationsMax }
  const current = await session.createSubscription(wish).catch(withAdvice)
  if (current.publishingMs > publishingMs) {
    log('warn', `the server publishes every ${current.publishingMs} ms, not every ${publishingMs} ms as it should`)
  }
  return current
}

/** Small servers can only be read. */
function withAdvice(thrown: unknown): never {
  if (!(thrown instanceof Fault) || thrown.code !== 'BadServiceUnsupported') throw thrown
  throw new Fault('link', 'no-subscriptions', 'the server has no subscriptions: choose poll for this reader', {
    cause: thrown,
  })
}

export function keepAliveMsOf({ publishingMs, keepAliveCount }: SubscriptionAnswer): number {
  return publishingMs * keepAliveCount
}

/** How long it may be silent, by what the server made of the wishes; where it tells its clock, data are due far more often. */
export function limitsOf(current: SubscriptionAnswer, clockMs: number | undefined): WatchdogLimits {
  const silentMs = 2 * keepAliveMsOf(current) + MARGIN_MS
  return { silentMs, starvedMs: clockMs === undefined ? silentMs : 2 * (current.publishingMs + clockMs) + MARGIN_MS }
}

/** Makes items of the clock and, with the next handle, of the state. How often the clock is told, ms; undefined = not at all. */
export async function watchServer(
  session: OpcuaSession,
  { id, publishingMs }: SubscriptionAnswer,
  clockHandle: number,
): Promise<number | undefined> {
  const common = { queueSize: 1, deadband: undefined }
  const clock = { ...common, node: CURRENT_TIME, handle: clockHandle, samplingMs: Math.max(publishingMs, CLOCK_MIN_MS) }
  const state = { ...common, node: SERVER_STATE, handle: clockHandle + 1, samplingMs: publishingMs }
  const [answer] = await session.createItems(id, [clock, state]).catch((thrown: unknown): ItemAnswer[] => {
    // A server without these is none the worse.
    if (thrown instanceof Fault && thrown.kind === 'device') return []
    throw thrown
  })
  const isTold = answer !== undefined && qualityOf(answer.code) !== 'bad'
  return isTold ? Math.max(clock.samplingMs, answer.samplingMs) : undefined
}
