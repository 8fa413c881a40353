// Stands at the door of a device, or of a simulated one, and lets it misbehave. It counts clients and requests and does to
// the replies what the fault list says.

import { setTimeout as sleep } from 'node:timers/promises'
import { together, type WholeCharacter } from './character'
import type { Client, Door, Guest, Welcome } from './doors/door'
import { FaultList } from './fault-list'
import type { Manners, TurnAway } from './manners'
import { type Backend, Passage, type RequestCutter } from './passage'
import type { Corruptions } from './reply-script'

export type ProxyOptions = {
  door(welcome: Welcome): Door
  /** A new one for each client. */
  requests(): RequestCutter
  backend(): Backend
  unitOf(request: Buffer): number | undefined
  corruptions: Corruptions
  /** What it does to everybody, from the client that comes next on. */
  character?: () => WholeCharacter
  /** How it treats its clients at first; in no way if absent. */
  manners?: Manners
  /** Monotonic clock, ms; the process's own if absent. */
  now?: () => number
  /** Sees every request, before any fault strikes. */
  onRequest?: (frame: Buffer) => void
}

/** How long it tries to get a port back that somebody else has taken meanwhile, ms. */
const REBIND_LIMIT_MS = 5000
const REBIND_PAUSE_MS = 50

const HARMLESS = together([])
const DEAF: Guest = { receive: () => {}, gone: () => {} }

export class FaultProxy {
  readonly faults: FaultList
  /** Complete requests since the start. */
  requests = 0
  /** Clients since the start, those that were turned away included. */
  connections = 0
  readonly #options: ProxyOptions
  readonly #door: Door
  readonly #passages = new Set<Passage>()
  /** Places of clients that have gone, which are still taken. */
  readonly #held = new Set<NodeJS.Timeout>()
  #manners: Manners = {}
  #isOpen = false
  #closed = false

  private constructor(options: ProxyOptions) {
    this.#options = options
    this.#manners = options.manners ?? {}
    this.faults = new FaultList(Object.keys(options.corruptions))
    this.#door = options.door((client) => this.#welcome(client))
  }

  static async start(options: ProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options)
    await proxy.#open()
    return proxy
  }

  /** Stays the same while the device is off and on again; 0 without ports. */
  get port(): number {
    return this.#door.port
  }

  get manners(): Manners {
    return this.#manners
  }

  set manners(manners: Manners) {
    this.#manners = manners
    this.#admit()
  }

  /** Those that are here now. */
  get clients(): number {
    return this.#passages.size
  }

  /** The device is switched off: its port refuses, its connections are reset. */
  async goOffline(): Promise<void> {
    this.#isOpen = false
    this.resetClients()
    await this.#door.close()
  }

  /** It is back, on the port it had. */
  async comeBack(): Promise<void> {
    if (this.#isOpen || this.#closed) return
    const deadline = performance.now() + REBIND_LIMIT_MS
    for (;;) {
      try {
        return await this.#open()
      } catch (error) {
        if (performance.now() > deadline) throw error
        await sleep(REBIND_PAUSE_MS)
      }
    }
  }

  /** Resets every connection, and forgets what was asked so far; new ones are welcome. */
  resetClients(): void {
    for (const place of this.#held) clearTimeout(place)
    this.#held.clear()
    this.#admit()
    for (const passage of [...this.#passages]) passage.reset()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.goOffline()
    await this.#door.dispose()
  }

  async #open(): Promise<void> {
    await this.#door.open()
    this.#isOpen = true
    this.#admit()
  }

  /** Of a client that has gone, or nothing if it is not to be held. */
  #holdPlace(): void {
    const { holdPlaceMs } = this.#manners
    if (holdPlaceMs === undefined || !this.#isOpen) return
    const place = setTimeout(() => {
      this.#held.delete(place)
      this.#admit()
    }, holdPlaceMs)
    this.#held.add(place)
  }

  get #isFull(): boolean {
    return this.#passages.size + this.#held.size >= (this.#manners.clientsMax ?? Number.POSITIVE_INFINITY)
  }

  /** A port whose clients are refused listens only while there is a place. */
  #admit(): void {
    if (this.#isOpen) this.#door.admit?.(this.#manners.turnAway !== 'refuse' || !this.#isFull)
  }

  #welcome(client: Client): Guest {
    this.connections++
    if (this.faults.takeAtConnect().length > 0) return turnedAway(client, 'reset')
    if (this.#isFull) return turnedAway(client, this.#manners.turnAway ?? 'reset')
    const { corruptions, requests, backend, unitOf, onRequest, now = () => performance.now() } = this.#options
    const character = this.#options.character?.() ?? HARMLESS
    const turnAway = character.turnsAway(now())
    if (turnAway) return turnedAway(client, turnAway)
    const passage: Passage = new Passage(client, {
      faults: this.faults,
      corruptions,
      requests: requests(),
      backend: backend(),
      habit: character.client(now()),
      now,
      unitOf,
      onRequest: (request) => {
        this.requests++
        onRequest?.(request)
      },
      onGone: (byItself) => {
        this.#passages.delete(passage)
        character.gone(now())
        if (byItself) this.#holdPlace()
        this.#admit()
      },
      idleCloseMs: () => this.#manners.idleCloseMs,
    })
    this.#passages.add(passage)
    this.#admit()
    return passage
  }
}

function turnedAway(client: Client, how: TurnAway): Guest {
  // who came just before the port was closed cannot be refused any more
  if (how === 'reset' || how === 'refuse') client.reset()
  if (how === 'close') client.close()
  return DEAF
}
