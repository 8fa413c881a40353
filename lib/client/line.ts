// One WebSocket to Node-RED that is kept: opened again when it is gone, after 1, 2, 4 ... 30 s, and given up when nothing is heard.

import { backoffMs } from '../contract/backoff'
import { type MonitorMessage, type MonitorRequest, parseMonitorMessage } from '../contract/monitor'

/**
 * `connecting`: the first attempt, or the one after a lost connection. `connected`: what is known is true. `server_unavailable`: an
 * attempt has failed, more are to come. `max_retries_exceeded`: no more are to come.
 */
export type ClientState = 'connecting' | 'connected' | 'server_unavailable' | 'max_retries_exceeded'

/** What is used of a WebSocket: the browser's, Node's or another one. */
export interface Socket {
  send(text: string): void
  close(): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void
}

export type LineOptions = {
  /** A new one for each attempt. Throws for an address that is none. */
  open(): Socket
  /** Failed attempts after which it gives up. */
  maxRetries: number
  timers: Timers
  /** From [0, 1). */
  chance(): number
}

export type Timers = {
  /** Returns what cancels it. */
  after(ms: number, then: () => void): () => void
}

export type LineListener = {
  state(state: ClientState): void
  message(message: MonitorMessage): void
}

/** To be open, ms. */
const OPEN_MS = 10_000
/** Silence after which the client asks whether the server is still there. */
const SILENCE_MS = 30_000
/** For the answer to that. */
const ANSWER_MS = 10_000

export class Line {
  readonly #options: LineOptions
  readonly #listener: LineListener
  #state: ClientState = 'connecting'
  #socket: Socket | undefined
  #failed = 0
  #isOpen = false
  #cancel: () => void = () => {}
  #closed = false

  constructor(options: LineOptions, listener: LineListener) {
    this.#options = options
    this.#listener = listener
    this.#connect()
  }

  get state(): ClientState {
    return this.#state
  }

  /** false = there is no connection, and nothing was sent. */
  send(request: MonitorRequest): boolean {
    if (!this.#isOpen || !this.#socket) return false
    this.#socket.send(JSON.stringify(request))
    return true
  }

  /** Nothing is told any more. Twice without harm. */
  close(): void {
    this.#closed = true
    this.#cancel()
    this.#drop()
  }

  #connect(): void {
    try {
      this.#take(this.#options.open())
    } catch {
      // A browser refuses some ports and plain ws from an https page at once.
      this.#lost()
    }
  }

  #take(socket: Socket): void {
    this.#socket = socket
    const isOurs = (): boolean => this.#socket === socket && !this.#closed
    socket.addEventListener('open', () => {
      if (!isOurs()) return
      this.#isOpen = true
      this.#listen()
    })
    socket.addEventListener('message', ({ data }) => {
      if (isOurs()) this.#hear(data)
    })
    // After an error a close follows, but not in every implementation.
    for (const end of ['close', 'error'] as const) {
      socket.addEventListener(end, () => {
        if (isOurs()) this.#lost()
      })
    }
    this.#wait(OPEN_MS, () => this.#lost())
  }

  #hear(data: unknown): void {
    this.#listen()
    const message = typeof data === 'string' ? parseMonitorMessage(parsed(data)) : undefined
    if (!message) return
    this.#listener.message(message)
    // An open socket is not yet a server: a proxy in between may have opened it.
    if (message.type === 'error' || this.#closed) return
    this.#failed = 0
    this.#become('connected')
  }

  #listen(): void {
    this.#wait(SILENCE_MS, () => {
      this.send({ type: 'get_status' })
      this.#wait(ANSWER_MS, () => this.#lost())
    })
  }

  #lost(): void {
    this.#drop()
    this.#failed += 1
    if (this.#failed > this.#options.maxRetries) {
      this.#cancel()
      this.#become('max_retries_exceeded')
      return
    }
    this.#become(this.#state === 'connected' ? 'connecting' : 'server_unavailable')
    this.#wait(backoffMs(this.#failed, this.#options.chance()), () => this.#connect())
  }

  #drop(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#isOpen = false
    if (!socket) return
    try {
      socket.close()
    } catch {
      // It has not been opened yet, and now never will be.
    }
  }

  #wait(ms: number, then: () => void): void {
    this.#cancel()
    this.#cancel = this.#options.timers.after(ms, then)
  }

  #become(state: ClientState): void {
    if (this.#state === state || this.#closed) return
    this.#state = state
    this.#listener.state(state)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
