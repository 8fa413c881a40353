// A bare UDP client that shows every datagram that came.

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { until } from '../support/until'

export class RawDatagrams {
  readonly received: Buffer[] = []
  /** Error code of the socket: loopback tells that a port is closed. */
  failed: string | undefined
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (datagram) => this.received.push(datagram))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.failed = error.code
    })
  }

  static async connect(port: number): Promise<RawDatagrams> {
    const socket = createSocket('udp4')
    socket.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawDatagrams(socket)
  }

  send(...datagrams: Buffer[]): void {
    for (const datagram of datagrams) this.#socket.send(datagram)
  }

  /** Everything that came, once it is so many datagrams. */
  async receive(count: number): Promise<Buffer[]> {
    await until(() => this.received.length >= count)
    return this.received
  }

  close(): void {
    this.#socket.close()
  }
}
