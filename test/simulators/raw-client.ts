// A bare TCP client that shows what really came over the wire.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const LIMIT_MS = 5000

export class RawClient {
  /** As they came from the socket. */
  readonly segments: Buffer[] = []
  /** When each segment came, ms on the monotonic clock. */
  readonly arrivals: number[] = []
  /** Error code of the socket, `end` after a regular end, undefined while it is open. */
  ended: string | undefined
  private readonly socket: Socket
  private wake: () => void = () => {}

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.segments.push(chunk)
      this.arrivals.push(performance.now())
      this.wake()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.ended = error.code
    })
    socket.on('close', () => {
      this.ended ??= 'end'
      this.wake()
    })
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    await once(socket, 'connect', { signal: AbortSignal.timeout(LIMIT_MS) })
    return new RawClient(socket)
  }

  get bytes(): Buffer {
    return Buffer.concat(this.segments)
  }

  send(...frames: Buffer[]): void {
    this.socket.write(Buffer.concat(frames))
  }

  /** Everything that came, once it is at least so many bytes. */
  async receive(count: number): Promise<Buffer> {
    await this.until(() => this.bytes.length >= count, `${count} bytes`)
    return this.bytes
  }

  /** How the connection ended. */
  async end(): Promise<string> {
    await this.until(() => this.ended !== undefined, 'the end')
    return this.ended ?? ''
  }

  close(): void {
    this.socket.destroy()
  }

  private async until(holds: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + LIMIT_MS
    while (!holds()) {
      const left = deadline - performance.now()
      if (left <= 0) throw new Error(`waited for ${what}, got ${this.bytes.length} bytes, ended: ${this.ended}`)
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.wake = resolve
        timer = setTimeout(resolve, left)
      })
      clearTimeout(timer)
    }
  }
}

/** A Modbus TCP read request. */
export function readRequest(options: {
  transaction: number
  unit?: number
  functionCode?: number
  address: number
  count: number
}): Buffer {
  const frame = Buffer.alloc(12)
  frame.writeUInt16BE(options.transaction, 0)
  frame.writeUInt16BE(6, 4)
  frame.writeUInt8(options.unit ?? 1, 6)
  frame.writeUInt8(options.functionCode ?? 3, 7)
  frame.writeUInt16BE(options.address, 8)
  frame.writeUInt16BE(options.count, 10)
  return frame
}
