// A server that speaks just enough OPC UA to bring a client to its first value, by hand, and that can be hostile on the way.

import type { Client, Guest } from '../../faults/doors/door'
import { TcpDoor } from '../../faults/doors/tcp-door'
import { FrameStream } from '../../faults/frames'
import * as binary from './binary'
import {
  chunkOfMany,
  deepDiagnostics,
  HOSTILE_FRAMES,
  HOSTILE_VALUES,
  type HostileFrame,
  type HostileValue,
  manySamples,
} from './hostile-acts'
import { acknowledge, messageLength, parseRequest, reply, type Service } from './messages'

export const STAGES = [
  'Hello',
  'OpenSecureChannel',
  'GetEndpoints',
  'CreateSession',
  'ActivateSession',
  'Read',
  'CreateSubscription',
  'CreateMonitoredItems',
  'Publish',
] as const
export type Stage = (typeof STAGES)[number]

/**
 * `value`          Read brings this, encoded
 * `hostile-value`  or this
 * `frame`          comes instead of the reply to this request
 * `chunks`         a message without end comes instead, until so many bytes were sent
 * `diagnostics`    endless nesting in the header of the reply
 * `samples`        a Publish brings a million of them
 * `token-lifetime`   a secure channel has to be renewed within this time, it says
 * `session-timeout`  a session ends after this time without a request, it says
 */
export type RawConduct =
  | { act: 'value'; value: Buffer }
  | { act: 'hostile-value'; value: HostileValue }
  | { act: 'frame'; frame: HostileFrame; at: Stage }
  | { act: 'chunks'; bytesMax: number; at: Service }
  | { act: 'diagnostics'; at: Service }
  | { act: 'samples' }
  | { act: 'token-lifetime'; ms: number }
  | { act: 'session-timeout'; ms: number }

const LOOPBACK = '127.0.0.1'
/** Of one request. */
const FRAME_MAX = 1024 * 1024
const BURST = 16

export class RawServer {
  readonly #door: TcpDoor
  readonly #lines = new Set<Line>()
  /** How the next requests are answered; none = as a proper server would. */
  conduct: RawConduct | undefined
  /** Secure channels that were asked for or renewed. */
  opened = 0

  private constructor() {
    this.#door = new TcpDoor({ host: LOOPBACK, port: 0 }, (client) => {
      const line = new Line(client, this, () => this.#lines.delete(line))
      this.#lines.add(line)
      return line
    })
  }

  static async start(conduct?: RawConduct): Promise<RawServer> {
    const server = new RawServer()
    server.conduct = conduct
    await server.#door.open()
    return server
  }

  get port(): number {
    return this.#door.port
  }
  get endpoint(): string {
    return `opc.tcp://${LOOPBACK}:${this.port}`
  }
  /** Clients that are still there. */
  get clients(): number {
    return this.#lines.size
  }

  close(): Promise<void> {
    return this.#door.dispose()
  }
}

class Line implements Guest {
  readonly #client: Client
  readonly #server: RawServer
  readonly #onGone: () => void
  readonly #requests = new FrameStream(messageLength, FRAME_MAX)
  #sequenceNumber = 0
  #isGone = false

  constructor(client: Client, server: RawServer, onGone: () => void) {
    this.#client = client
    this.#server = server
    this.#onGone = onGone
  }

  receive(bytes: Buffer): void {
    try {
      for (const frame of this.#requests.push(bytes)) this.#answer(frame)
    } catch {
      this.#client.reset()
    }
  }

  gone(): void {
    this.#isGone = true
    this.#onGone()
  }

  #answer(frame: Buffer): void {
    const { conduct } = this.#server
    const kind = frame.toString('latin1', 0, 3)
    if (kind === 'CLO') this.#client.close()
    else if (kind === 'HEL') this.#client.send(frameInstead(conduct, 'Hello') ?? acknowledge())
    else this.#serve(frame)
  }

  #serve(frame: Buffer): void {
    const { conduct } = this.#server
    const request = parseRequest(frame)
    const { service } = request
    if (service === 'OpenSecureChannel') this.#server.opened++
    const instead = service && frameInstead(conduct, service)
    if (instead) this.#client.send(instead)
    else if (conduct?.act === 'chunks' && conduct.at === service) this.#pour(request.requestId, conduct.bytesMax)
    else if (service !== 'Publish' || conduct?.act === 'samples') {
      const surroundings = {
        endpointUrl: this.#server.endpoint,
        sequenceNumber: () => ++this.#sequenceNumber,
        nowMs: Date.now(),
        value: readValue(conduct),
        notifications: conduct?.act === 'samples' ? manySamples() : Buffer.alloc(0),
        tokenLifetimeMs: conduct?.act === 'token-lifetime' ? conduct.ms : undefined,
        sessionTimeoutMs: conduct?.act === 'session-timeout' ? conduct.ms : undefined,
        ...(conduct?.act === 'diagnostics' && conduct.at === service && { diagnostics: deepDiagnostics() }),
      }
      this.#client.send(reply(request, surroundings))
    }
  }

  /** In bursts, so that the client has its turns. */
  #pour(requestId: number, bytesLeft: number): void {
    if (this.#isGone || bytesLeft <= 0) return
    let sent = 0
    for (let chunk = 0; chunk < BURST; chunk++) {
      const bytes = chunkOfMany(++this.#sequenceNumber, requestId)
      sent += bytes.length
      this.#client.send(bytes)
    }
    setImmediate(() => this.#pour(requestId, bytesLeft - sent))
  }
}

function frameInstead(conduct: RawConduct | undefined, stage: Stage | Service): Buffer | undefined {
  return conduct?.act === 'frame' && conduct.at === stage ? HOSTILE_FRAMES[conduct.frame]() : undefined
}

function readValue(conduct: RawConduct | undefined): Buffer {
  if (conduct?.act === 'value') return conduct.value
  if (conduct?.act === 'hostile-value') return HOSTILE_VALUES[conduct.value]()
  return binary.dataValue(binary.scalar('Int32', binary.int32(42)))
}
