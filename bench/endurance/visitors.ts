// Monitors that come and go through a proxy: WebSockets that stay for a while and leave with or without a goodbye, pages and questions
// on connections that are kept. What is not answered as it should be is counted by its kind.

import { setTimeout as delay } from 'node:timers/promises'
import { Monitor } from '../../test/support/monitor'

const SOCKETS = ['/collectors/ws/processes', '/collectors/ws/processor-status']
const PAUSE_MS = 600
const STAY_MAX_MS = 20_000
const ANSWER_MS = 15_000

export type Visits = {
  sockets: number
  messages: number
  requests: number
  streams: number
  refused: Map<string, number>
}

export class Visitors {
  readonly visits: Visits = { sockets: 0, messages: 0, requests: 0, streams: 0, refused: new Map() }
  readonly #url: string
  readonly #random: () => number
  readonly #paths: readonly string[]

  /** `paths`: what is asked for in turns. */
  constructor(url: string, paths: readonly string[], random: () => number) {
    this.#url = url
    this.#paths = paths
    this.#random = random
  }

  /** Until the signal; all have left when it settles. */
  async come(signal: AbortSignal): Promise<void> {
    const here = new Set<Promise<void>>()
    for (let turn = 0; !signal.aborted; turn++) {
      for (const visit of [this.#watch(signal), this.#ask(turn), ...(turn % 5 === 0 ? [this.#listen(signal)] : [])]) {
        const counted: Promise<void> = visit
          .catch((error: unknown) => this.#refused(String(error)))
          .finally(() => here.delete(counted))
        here.add(counted)
      }
      await delay(PAUSE_MS, undefined, { signal }).catch(() => {})
    }
    await Promise.all(here)
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const path = SOCKETS[this.visits.sockets++ % SOCKETS.length]
    const monitor = await Monitor.open(`${this.#url}${path}`, [], { handshakeTimeout: ANSWER_MS })
    await delay(this.#random() * STAY_MAX_MS, undefined, { signal }).catch(() => {})
    if (monitor.messages.length === 0) this.#refused('a monitor that was told nothing')
    this.visits.messages += monitor.messages.length
    if (this.#random() < 0.3) monitor.socket.terminate()
    else await monitor.close()
  }

  async #ask(turn: number): Promise<void> {
    const path = this.#paths[turn % this.#paths.length]
    const response = await fetch(`${this.#url}${path}`, { signal: AbortSignal.timeout(ANSWER_MS) })
    await response.text()
    this.visits.requests++
    if (response.status !== 200) this.#refused(`${response.status} of ${path}`)
  }

  /** Server-sent events, left in the middle of the stream. */
  async #listen(signal: AbortSignal): Promise<void> {
    const leave = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(this.#random() * STAY_MAX_MS))])
    const response = await fetch(`${this.#url}/collectors/events`, { signal: leave }).catch(() => undefined)
    // Gone before the answer came.
    if (!response) return
    this.visits.streams++
    if (response.status !== 200) this.#refused(`${response.status} of /collectors/events`)
    await response.text().catch(() => {})
  }

  #refused(what: string): void {
    const { refused } = this.visits
    refused.set(what, (refused.get(what) ?? 0) + 1)
  }
}
