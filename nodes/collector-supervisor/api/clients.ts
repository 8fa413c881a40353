// All monitors that are connected: how many there may be, looked after, sent away when Node-RED ends.

export type Client = {
  /** Every now and then: is it still there, and may it still be? */
  look(): void
  /** Node-RED ends. */
  end(): void
}

/** WebSockets and event streams together. */
export const CLIENTS_MAX = 200
/** Dead ones are gone after twice this time, ms, and proxies do not take a connection for idle. */
export const LOOK_EVERY_MS = 30_000

export class Clients {
  readonly #clients = new Set<Client>()
  readonly #max: number
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined
  readonly #end = (): void => {
    for (const client of this.#clients) client.end()
  }

  constructor(max = CLIENTS_MAX, everyMs = LOOK_EVERY_MS) {
    this.#max = max
    this.#everyMs = everyMs
  }

  get full(): boolean {
    return this.#clients.size >= this.#max
  }
  get size(): number {
    return this.#clients.size
  }

  add(client: Client): void {
    this.#clients.add(client)
    if (this.#timer) return
    this.#timer = setInterval(() => this.look(), this.#everyMs)
    this.#timer.unref()
    // What is written now still reaches a socket; until then monitors see how the processes end.
    process.on('exit', this.#end)
  }

  look(): void {
    for (const client of this.#clients) client.look()
  }

  remove(client: Client): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
    process.removeListener('exit', this.#end)
  }
}
