// The way to a server: passes bytes through, or misbehaves as networks and foreign devices on the wrong port do. It knows
// nothing of OPC UA, so it works with encrypted channels too.

import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { asCount, asOneOf, asRecord } from '../../lib/contract/parse'
import type { Client, Guest } from '../faults/doors/door'
import { TcpDoor } from '../faults/doors/tcp-door'
import { garbageOf } from '../faults/reply-script'

/**
 * `pass`              what the wire should do
 * `reset-at-connect`  each new connection is reset at once; those that are open stay
 * `silent`            new connections are taken, and nothing passes any more, also of those that are open; what was sent
 *                     meanwhile comes late, as over a network that was interrupted
 * `delay`             replies take so much longer
 * `reset-in-reply`    a connection is reset after so many more bytes from the server
 * `garbage`           meaningless bytes come instead of the next reply, once a connection
 * `split`             replies come in pieces of so many bytes, 1 ms apart
 * `clump`             what comes within so many ms is passed on as one piece
 * `http`              a web server answers here
 */
export type WireMood =
  | { mood: 'pass' | 'reset-at-connect' | 'silent' | 'http' }
  | { mood: 'delay' | 'clump'; ms: number }
  | { mood: 'reset-in-reply'; afterBytes: number }
  | { mood: 'garbage' | 'split'; bytes: number }

const MOODS = [
  'pass',
  'reset-at-connect',
  'silent',
  'http',
  'delay',
  'clump',
  'reset-in-reply',
  'garbage',
  'split',
] as const

const HTTP_ANSWER =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 11\r\nConnection: close\r\n\r\nBad Request'

const REBIND_LIMIT_MS = 5000
const REBIND_PAUSE_MS = 50

export class Wire {
  readonly #door: TcpDoor
  readonly #lines = new Set<Line>()
  #target: { host: string; port: number } | undefined
  #mood: WireMood = { mood: 'pass' }
  #isOn = false
  #closed = false
  /** Since the start. */
  connections = 0

  private constructor(host: string, port: number) {
    this.#door = new TcpDoor({ host, port }, (client) => this.#welcome(client))
  }

  /** @param port 0 = any free one */
  static async open(host: string, port: number): Promise<Wire> {
    const wire = new Wire(host, port)
    await wire.#door.open()
    wire.#isOn = true
    return wire
  }

  /** Stays the same while the device is off and on again. */
  get port(): number {
    return this.#door.port
  }

  /** Connections that are open now. */
  get clients(): number {
    return this.#lines.size
  }

  /** Where the server is now; undefined = nowhere, connections are reset. */
  leadTo(target: { host: string; port: number } | undefined): void {
    this.#target = target
  }

  /** Also for the connections that are open. */
  behave(mood: WireMood): void {
    this.#mood = mood
    for (const line of this.#lines) line.behave(mood)
  }

  resetClients(): void {
    for (const line of [...this.#lines]) line.reset()
  }

  /** The port refuses, connections are reset. */
  async goOffline(): Promise<void> {
    this.#isOn = false
    await this.#door.close()
  }

  async comeBack(): Promise<void> {
    if (this.#isOn || this.#closed) return
    const deadline = performance.now() + REBIND_LIMIT_MS
    for (;;) {
      try {
        await this.#door.open()
        this.#isOn = true
        return
      } catch (error) {
        if (performance.now() > deadline) throw error
        await sleep(REBIND_PAUSE_MS)
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#isOn = false
    await this.#door.dispose()
  }

  #welcome(client: Client): Guest {
    this.connections++
    const line = new Line(client, this.#target, this.#mood, () => this.#lines.delete(line))
    this.#lines.add(line)
    if (this.#mood.mood === 'reset-at-connect' || !this.#target) line.reset()
    return line
  }
}

/** One client and its connection to the server. */
class Line implements Guest {
  readonly #client: Client
  readonly #server: Socket | undefined
  readonly #onGone: () => void
  #mood: WireMood
  /** Before the mood of the moment strikes. */
  #bytesLeft = Number.POSITIVE_INFINITY
  #garbageSent = false
  /** What came while nothing passes. */
  #fromClient: Buffer[] = []
  #fromServer: Buffer[] = []
  #delayed: { bytes: Buffer; dueMs: number }[] = []
  #timer: NodeJS.Timeout | undefined
  #isGone = false

  constructor(client: Client, target: { host: string; port: number } | undefined, mood: WireMood, onGone: () => void) {
    this.#client = client
    this.#onGone = onGone
    this.#mood = mood
    this.behave(mood)
    if (!target) return
    this.#server = connect({ ...target, noDelay: true })
    this.#server.on('error', () => {})
    this.#server.on('data', (bytes: Buffer) => this.#reply(bytes))
    this.#server.on('close', () => {
      if (this.#mood.mood !== 'silent') this.#client.close()
    })
  }

  behave(mood: WireMood): void {
    this.#mood = mood
    this.#bytesLeft = mood.mood === 'reset-in-reply' ? mood.afterBytes : Number.POSITIVE_INFINITY
    this.#garbageSent = false
    if (mood.mood === 'silent') return
    for (const bytes of this.#fromClient.splice(0)) this.receive(bytes)
    for (const bytes of this.#fromServer.splice(0)) this.#reply(bytes)
  }

  receive(bytes: Buffer): void {
    if (this.#mood.mood === 'silent') this.#fromClient.push(bytes)
    else if (this.#mood.mood === 'http') {
      this.#client.send(Buffer.from(HTTP_ANSWER))
      this.#client.close()
    } else this.#server?.write(bytes)
  }

  gone(): void {
    if (this.#isGone) return
    this.#isGone = true
    clearTimeout(this.#timer)
    this.#delayed = []
    this.#server?.destroy()
    this.#onGone()
  }

  reset(): void {
    this.#client.reset()
    this.gone()
  }

  #reply(bytes: Buffer): void {
    if (this.#isGone) return
    switch (this.#mood.mood) {
      case 'silent':
        this.#fromServer.push(bytes)
        return
      case 'delay':
        this.#delayed.push({ bytes, dueMs: performance.now() + this.#mood.ms })
        this.#proceed()
        return
      case 'clump': {
        const last = this.#delayed.at(-1)
        if (last) last.bytes = Buffer.concat([last.bytes, bytes])
        else this.#delayed.push({ bytes, dueMs: performance.now() + this.#mood.ms })
        this.#proceed()
        return
      }
      case 'split': {
        let dueMs = Math.max(performance.now(), this.#delayed.at(-1)?.dueMs ?? 0)
        for (let at = 0; at < bytes.length; at += this.#mood.bytes) {
          this.#delayed.push({ bytes: bytes.subarray(at, at + this.#mood.bytes), dueMs: dueMs++ })
        }
        this.#proceed()
        return
      }
      case 'garbage':
        this.#client.send(this.#garbageSent ? bytes : garbageOf(this.#mood.bytes))
        this.#garbageSent = true
        return
      case 'reset-in-reply': {
        this.#client.send(bytes.subarray(0, this.#bytesLeft))
        this.#bytesLeft -= bytes.length
        // In the turn after, so that what was sent is sent.
        if (this.#bytesLeft <= 0) setImmediate(() => this.reset())
        return
      }
      default:
        // Bytes never overtake each other, whatever the mood was.
        this.#delayed.push({ bytes, dueMs: 0 })
        this.#proceed()
    }
  }

  #proceed(): void {
    if (this.#timer) return
    for (let [next] = this.#delayed; next; [next] = this.#delayed) {
      const waitMs = next.dueMs - performance.now()
      if (waitMs > 0) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined
          this.#proceed()
        }, waitMs)
        return
      }
      this.#client.send(next.bytes)
      this.#delayed.shift()
    }
  }
}

/** undefined for anything that is no mood. */
export function parseWireMood(input: unknown): WireMood | undefined {
  const record = asRecord(input)
  const mood = asOneOf(record?.mood, MOODS)
  switch (mood) {
    case 'delay':
    case 'clump': {
      const ms = asCount(record?.ms)
      return ms === undefined ? undefined : { mood, ms }
    }
    case 'reset-in-reply': {
      const afterBytes = asCount(record?.afterBytes)
      return afterBytes === undefined ? undefined : { mood, afterBytes }
    }
    case 'garbage':
    case 'split': {
      const bytes = asCount(record?.bytes)
      return !bytes ? undefined : { mood, bytes }
    }
    default:
      return mood && { mood }
  }
}
