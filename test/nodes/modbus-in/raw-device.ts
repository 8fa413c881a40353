// A Modbus device made of bytes, for answers that no honest server would give: over TCP with MBAP or RTU frames, over UDP.

import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

export type Wire = 'mbap' | 'rtu'

/** RTU has no transaction; of a Return Query Data `count` is the data. */
export type RawRequest = { transaction: number; unit: number; functionCode: number; address: number; count: number }
export type Behaviour = (request: RawRequest, socket: Socket) => void

export class RawDevice {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #wire: Wire
  connections = 0
  requests: RawRequest[] = []
  behave: Behaviour
  /** What happens to a new connection. */
  greet: (socket: Socket) => void = () => {}

  private constructor(behave: Behaviour, wire: Wire) {
    this.behave = behave
    this.#wire = wire
    this.#server = createServer((socket) => this.#accept(socket))
  }

  static async start(behave: Behaviour = honest, wire: Wire = 'mbap'): Promise<RawDevice> {
    const device = new RawDevice(behave, wire)
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
      const length = requestLength[this.#wire]
      for (; incoming.length >= length; incoming = incoming.subarray(length)) {
        const request = parseRequest(incoming, this.#wire)
        this.requests.push(request)
        this.behave(request, socket)
      }
    })
    this.greet(socket)
  }
}

const requestLength: Record<Wire, number> = { mbap: 12, rtu: 8 }

function parseRequest(bytes: Buffer, wire: Wire): RawRequest {
  const at = wire === 'mbap' ? 6 : 0
  return {
    transaction: wire === 'mbap' ? bytes.readUInt16BE(0) : 0,
    unit: bytes.readUInt8(at),
    functionCode: bytes.readUInt8(at + 1),
    address: bytes.readUInt16BE(at + 2),
    count: bytes.readUInt16BE(at + 4),
  }
}

/** A Modbus device on a UDP port. */
export class RawUdpDevice {
  readonly #socket: UdpSocket = createSocket('udp4')
  requests: RawRequest[] = []
  /** Who asked last. */
  client: RemoteInfo | undefined
  behave: (request: RawRequest, send: (datagram: Buffer) => void) => void

  private constructor(behave: RawUdpDevice['behave']) {
    this.behave = behave
    this.#socket.on('message', (bytes: Buffer, client: RemoteInfo) => {
      const request = parseRequest(bytes, 'mbap')
      this.requests.push(request)
      this.client = client
      this.behave(request, (datagram) => this.#socket.send(datagram, client.port, client.address))
    })
  }

  static async start(
    behave: RawUdpDevice['behave'] = (request, send) => send(replyTo(request)),
    port = 0,
  ): Promise<RawUdpDevice> {
    const device = new RawUdpDevice(behave)
    device.#socket.bind(port, '127.0.0.1')
    await once(device.#socket, 'listening')
    return device
  }

  get port(): number {
    return this.#socket.address().port
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(resolve))
  }
}

export function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen')
  return address.port
}

/** The right answer: every register holds its own address. Return Query Data is echoed. */
export function replyTo({ transaction, unit, functionCode, address, count }: RawRequest): Buffer {
  if (functionCode === 8) {
    const head = Buffer.of(transaction >> 8, transaction & 255, 0, 0, 0, 6, unit, functionCode)
    return Buffer.concat([head, Buffer.of(address >> 8, address & 255, count >> 8, count & 255)])
  }
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

/** The same over RTU. */
export function rtuReplyTo(request: RawRequest): Buffer {
  return withCrc(replyTo(request).subarray(6))
}

export function withCrc(frame: Buffer): Buffer {
  const crc = Buffer.alloc(2)
  crc.writeUInt16LE(crc16(frame))
  return Buffer.concat([frame, crc])
}

export const honestRtu: Behaviour = (request, socket) => {
  socket.write(rtuReplyTo(request))
}

/** By the table of MODBUS over Serial Line V1.02, 6.2.2, made here anew: the tests must not share a mistake with the reader. */
function crc16(bytes: Uint8Array): number {
  return bytes.reduce((crc, byte) => (crc >> 8) ^ (crcTable[(crc ^ byte) & 255] ?? 0), 0xffff)
}

const crcTable = Array.from({ length: 256 }, (_, index) => {
  let entry = index
  for (let bit = 0; bit < 8; bit++) entry = entry & 1 ? (entry >>> 1) ^ 0xa001 : entry >>> 1
  return entry
})
