// A way to a server on which everything that passes is kept.

import { connect, type Socket } from 'node:net'
import { TcpDoor } from '../../simulators/faults/doors/tcp-door'

const LOOPBACK = '127.0.0.1'

export class WireTap {
  readonly #door: TcpDoor
  readonly #sockets = new Set<Socket>()
  /** Of all connections, in both directions, as it passed. */
  readonly #heard: Buffer[] = []

  private constructor(port: number) {
    this.#door = new TcpDoor({ host: LOOPBACK, port: 0 }, (client) => {
      const socket = connect({ host: LOOPBACK, port, noDelay: true })
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.close()
      })
      socket.on('data', (bytes: Buffer) => {
        this.#heard.push(bytes)
        client.send(bytes)
      })
      return {
        receive: (bytes) => {
          this.#heard.push(bytes)
          socket.write(bytes)
        },
        gone: () => socket.destroy(),
      }
    })
  }

  /** @param port of the server */
  static async before(port: number): Promise<WireTap> {
    const tap = new WireTap(port)
    await tap.#door.open()
    return tap
  }

  get port(): number {
    return this.#door.port
  }
  get bytes(): Buffer {
    return Buffer.concat(this.#heard)
  }
  /** Also in UTF-16, in base64 and backwards. */
  holds(secret: string): boolean {
    const bytes = this.bytes
    const forms = [
      Buffer.from(secret),
      Buffer.from(secret, 'utf16le'),
      Buffer.from(Buffer.from(secret).toString('base64')),
    ]
    return forms.some((form) => bytes.includes(form) || bytes.includes(Buffer.from(form).reverse()))
  }
  count(text: string): number {
    return this.bytes.toString('latin1').split(text).length - 1
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await this.#door.dispose()
  }
}
