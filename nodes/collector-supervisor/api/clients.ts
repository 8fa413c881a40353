// All monitors that are connected: how many there may be, looked after, sent away when Node-RED ends.

import { asRecord, asText } from '../../../lib/contract/parse'
import type { Request } from './guard'

export type Client = {
  /** Who has it, see ownerOf. */
  readonly owner: string
  /** Every now and then: is it still there, and may it still be? */
  look(): void
  /** Node-RED ends. */
  end(): void
}

/** WebSockets and event streams together: all, and those of one owner. */
export const CLIENTS_MAX = 200
export const OWNER_CLIENTS_MAX = 100
/** Dead ones are gone after twice this time, ms, and proxies do not take a connection for idle. */
export const LOOK_EVERY_MS = 30_000
/** Those sent away get so long to hear of it, ms. */
const GOODBYE_MS = 500

export class Clients {
  readonly #clients = new Set<Client>()
  readonly #max: number
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined
  readonly #gone = new Set<() => void>()
  readonly #endAll = (): void => {
    for (const client of this.#clients) client.end()
  }

  constructor(max = CLIENTS_MAX, everyMs = LOOK_EVERY_MS) {
    this.#max = max
    this.#everyMs = everyMs
  }

  /** Why this one may have no more; undefined if he may. */
  refusal(owner: string): string | undefined {
    if (this.#clients.size >= this.#max) return 'too many monitors are connected'
    const own = [...this.#clients].filter((client) => client.owner === owner).length
    if (own >= OWNER_CLIENTS_MAX)
      return `too many monitors of this client are connected: it may have ${OWNER_CLIENTS_MAX}`
    return undefined
  }
  get size(): number {
    return this.#clients.size
  }

  add(client: Client): void {
    this.#clients.add(client)
    if (this.#timer) return
    this.#timer = setInterval(() => this.look(), this.#everyMs)
    this.#timer.unref()
    // For those that come back while Node-RED ends.
    process.on('exit', this.#endAll)
  }

  look(): void {
    for (const client of this.#clients) client.look()
  }

  /** Sends all away, and settles when they are gone, or after a moment. */
  async end(): Promise<void> {
    if (this.#clients.size === 0) return
    this.#endAll()
    await new Promise<void>((done) => {
      const settle = (): void => {
        clearTimeout(deadline)
        this.#gone.delete(settle)
        done()
      }
      const deadline = setTimeout(settle, GOODBYE_MS)
      this.#gone.add(settle)
    })
  }

  remove(client: Client): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
    process.removeListener('exit', this.#endAll)
    for (const call of this.#gone) call()
  }
}

/** Whose connection it is: a user, where there are users, from an address. Behind a proxy all have the address of that. */
export function ownerOf(req: Request): string {
  const user = 'user' in req ? asRecord(req.user) : undefined
  return JSON.stringify([asText(user?.username, 1000) ?? '', req.socket.remoteAddress ?? ''])
}
