// A request over as many connections as it takes: a device may close one between any two requests.

import { Fault } from '../contract/fault'
import { CLOSED_AT_ONCE, CONNECTION_CLOSED } from './faults'

/** For one request, where the device closes them. */
const CONNECTIONS_MAX = 3

export type Outcome<T> =
  | { readonly kind: 'answered'; readonly answer: T }
  /** Each connection was closed instead of an answer; `fault` is what ended the first. */
  | { readonly kind: 'closed'; readonly fault: Fault }

/**
 * `ask` opens a connection where there is none. A close of one that had answered before is forgiven; one that never did is given up with
 * the first close. Throws whatever else `ask` throws.
 */
export async function overConnections<T>(ask: () => Promise<T>): Promise<Outcome<T>> {
  let closed: Fault | undefined
  for (let connection = 0; connection < CONNECTIONS_MAX; connection++) {
    try {
      return { kind: 'answered', answer: await ask() }
    } catch (thrown) {
      const code = thrown instanceof Fault ? thrown.code : undefined
      const isForgiven = code === CONNECTION_CLOSED
      if (!(thrown instanceof Fault) || !(isForgiven || (closed && code === CLOSED_AT_ONCE))) throw thrown
      closed ??= thrown
      if (!isForgiven) break
    }
  }
  if (!closed) throw new Fault('bug', 'no-connection', 'a request was sent over no connection')
  return { kind: 'closed', fault: closed }
}
