// Sockets that do what a test says, and time that passes when it says so.

import type { MonitorRequest } from '../../../lib/contract/monitor'
import { processRow } from '../../support/process-row'

export class FakeSocket {
  readonly sent: MonitorRequest[] = []
  closed = false
  readonly #listeners: { type: string; hear: (event: { data: unknown }) => void }[] = []

  readonly url: string
  readonly protocols: string[]

  constructor(url: string, protocols: string[]) {
    this.url = url
    this.protocols = protocols
  }

  addEventListener(type: string, hear: (event: { data: unknown }) => void): void {
    this.#listeners.push({ type, hear })
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }
  close(): void {
    this.closed = true
  }
  happens(type: 'open' | 'close' | 'error' | 'message', data?: unknown): void {
    for (const listener of this.#listeners) if (listener.type === type) listener.hear({ data })
  }
  says(message: object): void {
    this.happens('message', JSON.stringify({ timestamp: '2026-01-01T00:00:00.000Z', ...message }))
  }
  /** Opens and sends a snapshot with these names. */
  serves(seq: number, ...names: string[]): void {
    this.happens('open')
    this.says({ type: 'process_status', seq, data: names.map((name) => processRow(name)) })
  }
}

export class FakeSurroundings {
  readonly sockets: FakeSocket[] = []
  nowMs = 0
  #timers: { atMs: number; then: () => void }[] = []

  readonly openSocket = (url: string, protocols: string[]): FakeSocket => {
    const socket = new FakeSocket(url, protocols)
    this.sockets.push(socket)
    return socket
  }
  readonly surroundings = {
    timers: {
      after: (ms: number, then: () => void) => {
        const timer = { atMs: this.nowMs + ms, then }
        this.#timers.push(timer)
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer)
        }
      },
    },
    chance: () => 0,
  }
  get last(): FakeSocket {
    const socket = this.sockets.at(-1)
    if (!socket) throw new Error('no socket was opened')
    return socket
  }
  /** Timers that wait: nothing may be left of a closed client. */
  get waiting(): number {
    return this.#timers.length
  }
  pass(ms: number): void {
    const endMs = this.nowMs + ms
    for (;;) {
      const next = this.#timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (!next) break
      this.nowMs = next.atMs
      this.#timers = this.#timers.filter((timer) => timer !== next)
      next.then()
    }
    this.nowMs = endMs
  }
}
