// One monitor on a WebSocket: its requests answered, its pushes passed on, its end noticed.

import type { RawData, WebSocket } from 'ws'
import type { Command, CommandResult } from '../../../lib/contract/command'
import {
  CLOSED_FORBIDDEN,
  CLOSED_GOING_AWAY,
  CLOSED_UNAUTHORIZED,
  type CommandAnswer,
  type ErrorAnswer,
  type MonitorRequest,
  parseMonitorRequest,
} from '../../../lib/contract/monitor'
import { parseJson } from '../../../lib/contract/parse'
import { Coalescer } from '../coalescer'
import { COALESCE_MS } from '../process-table'
import type { Client } from './clients'
import { BACKLOG_MAX_BYTES, type Wire } from './outlet'
import type { PushStream } from './push-stream'
import type { Failure } from './reply'

/** Commands that one monitor may have running. */
const COMMANDS_MAX = 32
/** RFC 6455, 7.4.1. */
const UNSUPPORTED_DATA = 1003

/** What a monitor may ask for is decided and done by others. */
export type Counter = {
  readonly owner: string
  /** undefined = the user may still read. */
  mayRead(): Promise<Failure | undefined>
  /** Never rejects. */
  command(command: Command): Promise<CommandOutcome>
}
export type CommandOutcome = { results: CommandResult[] } & ({ success: true } | ({ success: false } & Failure))

export class SocketClient implements Client {
  readonly #socket: WebSocket
  readonly #counter: Counter
  readonly #subscription: { renew(): void; leave(): void }
  readonly #renewals: Coalescer
  #heard = true
  #commands = 0
  /** Of answers, which are not left out for a slow monitor as pushes are. */
  #unsentBytes = 0
  readonly owner: string

  /** `gone` is called once. */
  constructor(socket: WebSocket, stream: PushStream, counter: Counter, gone: (client: Client) => void) {
    this.#socket = socket
    this.#counter = counter
    this.owner = counter.owner
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary))
    socket.on('pong', () => {
      this.#heard = true
    })
    // Always followed by `close`.
    socket.on('error', () => {})
    this.#subscription = stream.join(wireOf(socket))
    this.#renewals = new Coalescer(COALESCE_MS, () => this.#subscription.renew())
    socket.once('close', () => {
      this.#subscription.leave()
      this.#renewals.cancel()
      gone(this)
    })
  }

  /** Every now and then: is it still there, and may it still be? */
  look(): void {
    if (!this.#heard) {
      this.#socket.terminate()
      return
    }
    this.#heard = false
    this.#socket.ping()
    this.#counter.mayRead().then(
      (lost) => {
        if (lost) this.#socket.close(lost.code === 'forbidden' ? CLOSED_FORBIDDEN : CLOSED_UNAUTHORIZED, lost.code)
      },
      () => this.#socket.close(CLOSED_UNAUTHORIZED, 'unauthorized'),
    )
  }

  /** Node-RED ends. */
  end(): void {
    this.#socket.close(CLOSED_GOING_AWAY, 'Node-RED ends')
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (isBinary || !(data instanceof Buffer)) {
      this.#socket.close(UNSUPPORTED_DATA, 'text only')
      return
    }
    const request = parseMonitorRequest(parseJson(data))
    if ('problem' in request) {
      const { problem, ...id } = request
      this.#answer({ type: 'error', timestamp: now(), ...id, error: problem, code: 'bad-request' })
    } else if (request.type === 'get_status') {
      this.#renewals.changed()
    } else {
      void this.#command(request)
    }
  }

  async #command({ id, type: _, ...command }: Extract<MonitorRequest, { type: 'command' }>): Promise<void> {
    const outcome = this.#commands < COMMANDS_MAX ? await this.#run(command) : TOO_MANY
    this.#answer({
      type: 'command_result',
      timestamp: now(),
      ...(id !== undefined && { id }),
      ...command,
      ...outcome,
    })
  }

  async #run(command: Command): Promise<CommandOutcome> {
    this.#commands += 1
    try {
      return await this.#counter.command(command)
    } finally {
      this.#commands -= 1
    }
  }

  #answer(message: CommandAnswer | ErrorAnswer): void {
    const text = Buffer.from(JSON.stringify(message))
    this.#unsentBytes += text.length
    if (this.#unsentBytes > BACKLOG_MAX_BYTES) {
      this.#socket.terminate()
      return
    }
    this.#socket.send(text, { binary: false }, () => {
      this.#unsentBytes -= text.length
    })
  }
}

const TOO_MANY: CommandOutcome = {
  success: false,
  results: [],
  error: `more than ${COMMANDS_MAX} commands at the same time`,
  code: 'conflict',
}

function wireOf(socket: WebSocket): Wire {
  return {
    write: (bytes, taken) => socket.send(bytes, { binary: false }, taken),
    get backlogBytes() {
      return socket.bufferedAmount
    },
  }
}

function now(): string {
  return new Date().toISOString()
}
