// A bare client at the other end of a serial line.

import { once } from 'node:events'
import { SerialPort } from 'serialport'
import { until } from '../support/until'

export class RawSerial {
  bytes: Buffer = Buffer.alloc(0)
  /** Settles when the line is gone. */
  readonly ended: Promise<unknown>
  readonly #port: SerialPort

  private constructor(port: SerialPort) {
    this.#port = port
    this.ended = once(port, 'close')
    port.on('error', () => {})
    port.on('data', (chunk: Buffer) => {
      this.bytes = Buffer.concat([this.bytes, chunk])
    })
  }

  static async open(path: string): Promise<RawSerial> {
    const port = new SerialPort({ path, baudRate: 9600, autoOpen: false })
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error ? reject(error) : resolve()))
    })
    return new RawSerial(port)
  }

  send(...frames: Buffer[]): void {
    this.#port.write(Buffer.concat(frames))
  }

  /** Everything that came, once it is at least so many bytes. */
  async receive(count: number): Promise<Buffer> {
    await until(() => this.bytes.length >= count)
    return this.bytes
  }

  async close(): Promise<void> {
    if (this.#port.isOpen) this.#port.close()
    await this.ended
  }
}
