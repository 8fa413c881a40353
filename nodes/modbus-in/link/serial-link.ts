// A link over a serial port. The package serialport is optional: it is loaded here, when a port is opened, and nowhere else.

import { read } from 'node:fs'
import { promisify } from 'node:util'
import { type Fault, messageOf } from '../../../lib/contract/fault'
import { stoppedFault } from '../../../lib/net/faults'
import type { ModbusConfig } from '../fields'
import { type Line, lineOf } from './line'
import type { Link, LinkListener } from './link'
import { Sender } from './sender'
import { noSerialport, serialFault, stuckFault } from './serial-faults'

type SerialSettings = Pick<ModbusConfig, 'serialPort' | 'baudRate' | 'dataBits' | 'stopBits' | 'parity'>
type Binding = typeof import('serialport')['SerialPort']['binding']
type Port = Awaited<ReturnType<Binding['open']>>

/** Some drivers try for long to wake their adapter. */
const OPEN_TIMEOUT_MS = 5000
/** Frames have 256 bytes at most (MODBUS over Serial Line V1.02, 2.5.1). */
const READ_BYTES = 1024

const readFile = promisify(read)

export async function openSerial(settings: SerialSettings, signal: AbortSignal): Promise<Link> {
  const path = settings.serialPort.trim()
  const opening = openPort(loadBinding(), settings, path)
  const port = await withinTime(opening, path, signal)
  return new SerialLink(port, path, lineOf(settings))
}

function loadBinding(): Binding {
  try {
    const { SerialPort }: typeof import('serialport') = require('serialport')
    return SerialPort.binding
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND'
    throw noSerialport(error, !(missing && messageOf(error).includes("'serialport'")))
  }
}

async function openPort(binding: Binding, settings: SerialSettings, path: string): Promise<Port> {
  const { baudRate, dataBits, stopBits, parity } = settings
  let port: Port | undefined
  try {
    port = await binding.open({
      path,
      baudRate,
      dataBits: dataBits === 7 ? 7 : 8,
      stopBits: stopBits === 2 ? 2 : 1,
      parity,
      lock: true,
    })
    // what others were told before is none of ours
    await port.flush()
    return port
  } catch (error) {
    await port?.close().catch(() => {})
    throw serialFault(error, path)
  }
}

/** Opening cannot be given up: a port that opens after all is closed again. */
function withinTime(opening: Promise<Port>, path: string, signal: AbortSignal): Promise<Port> {
  return new Promise((resolve, reject) => {
    const giveUp = (fault: Error) => {
      reject(fault)
      opening.then((port) => port.close()).catch(() => {})
    }
    const stop = () => giveUp(stoppedFault(path))
    const timer = setTimeout(() => giveUp(stuckFault(path, 'does not open')), OPEN_TIMEOUT_MS)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
    opening.then(resolve, reject).finally(done)
  })
}

class SerialLink implements Link {
  readonly target: string
  readonly line: Line
  readonly #port: Port
  #listener: LinkListener | undefined
  #closing: Promise<void> | undefined
  readonly #sender: Sender
  /** Settles when no read is under way. */
  #reading: Promise<unknown> = Promise.resolve()

  constructor(port: Port, path: string, line: Line) {
    this.#port = port
    this.target = path
    this.line = line
    this.#sender = new Sender((bytes) => port.write(bytes), {
      failed: (error) => this.#end(error),
      stuck: () => this.#tellEnd(stuckFault(path, 'does not send')),
    })
  }

  get isOpen(): boolean {
    return !this.#closing
  }

  listen(listener: LinkListener): void {
    this.#listener = listener
    this.#readOn().catch((error) => this.#end(error))
  }

  write(bytes: Buffer): void {
    this.#sender.send(bytes)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#sender.stop()
    // The number of a closed file may be given to another one while a read of it is under way.
    await this.#reading
    await this.#port.close().catch(() => {}) // an unplugged one cannot be closed
  }

  #end(error: unknown): void {
    this.#tellEnd(serialFault(error, this.target))
  }

  #tellEnd(fault: Fault): void {
    if (!this.#closing) this.#listener?.ended(fault)
  }

  async #readOn(): Promise<void> {
    const buffer = Buffer.alloc(READ_BYTES)
    while (!this.#closing) {
      const bytes = await this.#read(buffer)
      if (bytes > 0 && !this.#closing) this.#listener?.data(Buffer.from(buffer.subarray(0, bytes)))
    }
  }

  /** Bytes that were read; 0 if there were none after all. Rejects when the port is gone. */
  async #read(buffer: Buffer): Promise<number> {
    const port = this.#port
    if (!('poller' in port)) return (await port.read(buffer, 0, buffer.length)).bytesRead
    // serialport's own read asks on and on, without a pause, where a file ends, and so does a port whose adapter was pulled
    await new Promise<void>((resolve, reject) => {
      port.poller.once('readable', (error) => (error ? reject(error) : resolve()))
    })
    if (this.#closing || port.fd === null) return 0
    const reading = readFile(port.fd, buffer, 0, buffer.length, null)
    this.#reading = reading.catch(() => {})
    try {
      const { bytesRead } = await reading
      if (bytesRead > 0) return bytesRead
    } catch (error) {
      if (isNotReady(error)) return 0
      throw error
    }
    throw new Error('EIO: the port has ended')
  }
}

function isNotReady(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EINTR')
}
