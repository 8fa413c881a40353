// A connection to a Modbus TCP device: modbus-serial over a guarded port, one request at a time. It ends once, for one
// reason, and takes the request under way with it.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import ModbusRTU from 'modbus-serial'
import { Fault, messageOf } from '../../lib/contract/fault'
import type { Area } from './addresses'
import { linkFault, socketFault } from './faults'
import type { Answer, ReadRequest } from './poller'
import { MbapPort } from './port'

export type ConnectionSettings = {
  host: string
  port: number
  /** For each answer; connecting may take longer. */
  timeoutMs: number
  /** Transaction id of the first request, 0 to 65535: left to chance by those who have no reason not to. */
  transaction: number
  /** Hears of each answer that came after its time. */
  onLate(): void
}

/** A lost first SYN is sent again after 1 s. */
const CONNECT_TIMEOUT_MIN_MS = 3000
const KEEP_ALIVE_MS = 30_000

const readFunctions = {
  coil: 'writeFC1',
  discrete: 'writeFC2',
  holding: 'writeFC3',
  input: 'writeFC4',
} as const satisfies Record<Area, keyof ModbusRTU>

export class Connection {
  readonly #target: string
  readonly #socket: Socket
  readonly #port: MbapPort
  readonly #client: ModbusRTU
  #reject: ((fault: Fault) => void) | undefined
  #fault: Fault | undefined
  #answered = false
  #closedWhileIdle = false

  /** Throws a `link` Fault. */
  static async open(settings: ConnectionSettings, signal: AbortSignal): Promise<Connection> {
    const { host, port, timeoutMs } = settings
    const target = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const deadline = AbortSignal.timeout(Math.max(timeoutMs, CONNECT_TIMEOUT_MIN_MS))
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS })
    try {
      await once(socket, 'connect', { signal: AbortSignal.any([signal, deadline]) })
    } catch (error) {
      socket.on('error', () => {}) // from here on nobody else listens
      socket.destroy()
      if (signal.aborted) throw stoppedFault(target)
      throw deadline.aborted ? linkFault('ETIMEDOUT', target, error) : socketFault(error, target)
    }
    return new Connection(socket, target, settings)
  }

  private constructor(socket: Socket, target: string, { timeoutMs, transaction, onLate }: ConnectionSettings) {
    this.#target = target
    this.#socket = socket
    socket.on('error', (error) => this.#end(socketFault(error, target)))
    socket.on('close', () => this.#end(linkFault('ECONNRESET', target)))
    this.#port = new MbapPort(socket, transaction, {
      violation: (text) =>
        this.#end(new Fault('protocol', 'modbus-violation', `${target} breaks the protocol: ${text}`)),
      late: onLate,
    })
    this.#client = new ModbusRTU(this.#port)
    this.#client.setTimeout(timeoutMs)
    this.#client.open(() => {})
  }

  /** Why the connection ended; undefined while it stands. */
  get fault(): Fault | undefined {
    return this.#fault
  }

  /** A connection that worked until the device closed it between two requests, as many do after a quiet time. */
  get closedWhileIdle(): boolean {
    return this.#closedWhileIdle
  }

  /** Rejects with the Fault that ended the connection. */
  read({ unit, area, address, length }: ReadRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#fault) return reject(this.#fault)
      if (this.#reject) return reject(new Fault('bug', 'two-requests', 'one request at a time'))
      this.#reject = reject
      this.#client[readFunctions[area]](unit, address, length, (error: unknown, result?: { buffer: Buffer }) => {
        this.#reject = undefined
        const answer = result ? dataOf(result.buffer) : answerOf(error)
        if (!answer) return this.#refuse(reject, error)
        if (answer.kind === 'silence') this.#port.giveUp()
        else this.#answered = true
        resolve(answer)
      })
    })
  }

  /** Ends the connection at once, for this reason. */
  drop(fault: Fault): void {
    this.#end(fault)
  }

  async close(): Promise<void> {
    this.#end(stoppedFault(this.#target))
    // a destroyed socket always says so, in the next turn of the event loop
    if (!this.#socket.closed) await once(this.#socket, 'close')
  }

  /** modbus-serial did not accept what the port let through. */
  #refuse(reject: (fault: Fault) => void, error: unknown): void {
    this.#end(new Fault('protocol', 'modbus-violation', `${this.#target}: ${messageOf(error)}`, { cause: error }))
    reject(this.#fault ?? linkFault('ECONNRESET', this.#target))
  }

  #end(fault: Fault): void {
    if (this.#fault) return
    this.#fault = fault
    const reject = this.#reject
    this.#reject = undefined
    this.#closedWhileIdle = fault.code === 'connection-closed' && this.#answered && !reject
    // cancels the timer of the request and destroys the socket
    this.#client.destroy(() => {})
    reject?.(fault)
  }
}

/** The end of a connection that we wanted. */
export function stoppedFault(target: string): Fault {
  return new Fault('link', 'stopped', `the connection to ${target} was closed by the collector`)
}

function dataOf({ buffer, byteOffset, byteLength }: Buffer): Answer {
  return { kind: 'data', view: new DataView(buffer, byteOffset, byteLength) }
}

/** What modbus-serial's errors mean; its timeout is not an Error. */
function answerOf(error: unknown): Answer | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('modbusCode' in error && typeof error.modbusCode === 'number')
    return { kind: 'exception', code: error.modbusCode }
  if ('errno' in error && error.errno === 'ETIMEDOUT') return { kind: 'silence' }
  return undefined
}
