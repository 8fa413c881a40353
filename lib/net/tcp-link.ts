// A link over a TCP connection.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { linkFault, socketFault, stoppedFault } from './faults'
import type { Link, LinkListener, SocketSettings } from './link'
import { socketTarget } from './target'

/** A lost first SYN is sent again after 1 s. */
const CONNECT_TIMEOUT_MIN_MS = 3000
const KEEP_ALIVE_MS = 30_000

export async function openTcp({ host, port, timeout, advice }: SocketSettings, signal: AbortSignal): Promise<Link> {
  const target = socketTarget(host, port)
  const deadline = AbortSignal.timeout(Math.max(timeout, CONNECT_TIMEOUT_MIN_MS))
  const socket = connect({
    host: host.trim(),
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  })
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, deadline]) })
  } catch (error) {
    socket.on('error', () => {}) // from here on there is no other listener
    socket.destroy()
    if (signal.aborted) throw stoppedFault(target)
    if (deadline.aborted) throw linkFault('ETIMEDOUT', target, error)
    const fault = socketFault(error, target, advice)
    throw fault.code === 'connection-closed' ? linkFault('CLOSED_AT_ONCE', target, error) : fault
  }
  return new TcpLink(socket, target)
}

class TcpLink implements Link {
  readonly target: string
  readonly #socket: Socket

  constructor(socket: Socket, target: string) {
    this.#socket = socket
    this.target = target
    socket.on('error', () => {}) // there may be no listener yet; `close` follows
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed
  }

  listen({ data, ended }: LinkListener): void {
    const socket = this.#socket
    socket.on('data', data)
    socket.on('error', (error) => ended(socketFault(error, this.target)))
    socket.on('close', () => ended(linkFault('ECONNRESET', this.target)))
    // Before anybody listened.
    if (socket.closed) ended(linkFault('ECONNRESET', this.target))
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  async close(): Promise<void> {
    this.#socket.destroy()
    // a destroyed socket always says so, in the next turn of the event loop
    if (!this.#socket.closed) await new Promise((resolve) => this.#socket.once('close', resolve))
  }
}
