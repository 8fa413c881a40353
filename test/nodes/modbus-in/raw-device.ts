// A Modbus TCP device made of bytes, for answers that no honest server would give.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

export type RawRequest = { transaction: number; unit: number; functionCode: number; address: number; count: number }
export type Behaviour = (request: RawRequest, socket: Socket) => void

export class RawDevice {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  connections = 0
  requests: RawRequest[] = []
  behave: Behaviour
  /** What happens to a new connection. */
  greet: (socket: Socket) => void = () => {}

  private constructor(behave: Behaviour) {
    this.behave = behave
    this.#server = createServer((socket) => this.#accept(socket))
  }

  static async start(behave: Behaviour = honest): Promise<RawDevice> {
    const device = new RawDevice(behave)
    device.#server.listen(0, '127.0.0.1')
    await once(device.#server, 'listening')
    return device
  }

  get port(): number {
    return portOf(this.#server)
  }

  /** Ends all connections, and listens on. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.end()
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket): void {
    this.connections++
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    socket.setNoDelay()
    let incoming = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      incoming = Buffer.concat([incoming, chunk])
      for (; incoming.length >= 12; incoming = incoming.subarray(12)) {
        const request = {
          transaction: incoming.readUInt16BE(0),
          unit: incoming.readUInt8(6),
          functionCode: incoming.readUInt8(7),
          address: incoming.readUInt16BE(8),
          count: incoming.readUInt16BE(10),
        }
        this.requests.push(request)
        this.behave(request, socket)
      }
    })
    this.greet(socket)
  }
}

export function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen')
  return address.port
}

/** The right answer: every register holds its own address. */
export function replyTo({ transaction, unit, functionCode, address, count }: RawRequest): Buffer {
  const reply = Buffer.alloc(9 + count * 2)
  reply.writeUInt16BE(transaction, 0)
  reply.writeUInt16BE(3 + count * 2, 4)
  reply.writeUInt8(unit, 6)
  reply.writeUInt8(functionCode, 7)
  reply.writeUInt8(count * 2, 8)
  for (let at = 0; at < count; at++) reply.writeUInt16BE((address + at) & 0xffff, 9 + at * 2)
  return reply
}

export const honest: Behaviour = (request, socket) => {
  socket.write(replyTo(request))
}
