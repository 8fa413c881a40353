// How many of everything a server holds: proves that clients leave nothing behind.

import type { OPCUAServer } from 'node-opcua-server'
import { serviceOf } from './unruly-server'

export type Census = {
  /** Held now, whether activated or not. */
  sessions: number
  /** The most there ever were at once, since the start of the device. */
  sessionsPeak: number
  /** Since the start of the device. */
  sessionsMade: number
  subscriptions: number
  monitoredItems: number
  /** Secure channels that are open. */
  channels: number
  /** Service -> how many requests of it came, since the start of the device: `Read`, `Publish`, `CreateSession` ... */
  requests: { readonly [service: string]: number }
}

/** And what came over the wire: connections since the start, and those that are open now. */
export type DeviceCensus = Census & { connections: number; clients: number }

/** Counts over all restarts of a server. */
export class Counter {
  readonly #requests: Record<string, number> = {}
  #made = 0
  #peak = 0

  follow(server: OPCUAServer): void {
    server.on('request', (request) => {
      const service = serviceOf(request)
      this.#requests[service] = (this.#requests[service] ?? 0) + 1
    })
    server.on('create_session', () => {
      this.#made++
      this.#peak = Math.max(this.#peak, server.engine.getSessions().length)
    })
  }

  count(server: OPCUAServer | undefined): Census {
    const sessions = server?.engine.getSessions() ?? []
    return {
      sessions: sessions.length,
      sessionsPeak: this.#peak,
      sessionsMade: this.#made,
      subscriptions: server?.currentSubscriptionCount ?? 0,
      monitoredItems: sessions.reduce((sum, session) => sum + session.currentMonitoredItemCount, 0),
      channels: server?.currentChannelCount ?? 0,
      requests: { ...this.#requests },
    }
  }
}
