// A TCP port.

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Door, Welcome } from './door'

export class TcpDoor implements Door {
  readonly #host: string
  readonly #welcome: Welcome
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
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
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
    this.#server = server
    try {
      server.listen(this.#port, this.#host)
      await once(server, 'listening')
    } catch (error) {
      this.#server = undefined
      throw error
    }
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no TCP port')
    this.#port = address.port
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const socket of this.#sockets) socket.resetAndDestroy()
    if (!server) return
    const free = once(server, 'close')
    server.close()
    await free
  }

  dispose(): Promise<void> {
    return this.close()
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    const guest = this.#welcome({
      send: (bytes) => {
        if (!socket.destroyed) socket.write(bytes)
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
