// A TCP port.

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Door, Welcome } from './door'

/** After which it tries again to get its port back, which somebody else has. */
const RETRY_MS = 50

export class TcpDoor implements Door {
  readonly #host: string
  readonly #welcome: Welcome
  readonly #sockets = new Set<Socket>()
  /** Listens for new clients; not there while they are refused. */
  #server: Server | undefined
  #isOpen = false
  #retry: NodeJS.Timeout | undefined
  #port: number

  /** @param port 0 = any free one */
  constructor({ host, port }: { host: string; port: number }, welcome: Welcome) {
    this.#host = host
    this.#port = port
    this.#welcome = welcome
  }

  get port(): number {
    return this.#port
  }

  async open(): Promise<void> {
    const server = this.#listen()
    try {
      await once(server, 'listening')
    } catch (error) {
      this.#server = undefined
      throw error
    }
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no TCP port')
    this.#port = address.port
    this.#isOpen = true
  }

  admit(isOpen: boolean): void {
    if (!this.#isOpen || isOpen === (this.#server !== undefined)) return
    clearTimeout(this.#retry)
    if (!isOpen) {
      this.#server?.close()
      this.#server = undefined
      return
    }
    this.#listen().on('error', () => {
      this.#server = undefined
      this.#retry = setTimeout(() => this.admit(true), RETRY_MS)
    })
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    this.#isOpen = false
    clearTimeout(this.#retry)
    for (const socket of this.#sockets) socket.resetAndDestroy()
    if (!server?.listening) return
    const free = once(server, 'close')
    server.close()
    await free
  }

  dispose(): Promise<void> {
    return this.close()
  }

  #listen(): Server {
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
    this.#server = server
    return server.listen(this.#port, this.#host)
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    const guest = this.#welcome({
      send: (bytes) => {
        if (socket.writable) socket.write(bytes)
      },
      reset: () => socket.resetAndDestroy(),
      close: () => socket.end(),
    })
    socket.on('data', (chunk: Buffer) => guest.receive(chunk))
    socket.on('close', () => {
      this.#sockets.delete(socket)
      guest.gone()
    })
  }
}
