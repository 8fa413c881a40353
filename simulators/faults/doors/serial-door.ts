// A serial line, or the pseudo-terminal that stands for one. There is one client: whoever is at the other end.

import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SerialPort } from 'serialport'
import type { Door, Guest, Welcome } from './door'

export type SerialLine = { path: string; baudRate?: number }

const BAUD_RATE = 9600
/** How often it looks whether a line that was unplugged is there again. */
const LOOK_EVERY_MS = 50

export class SerialDoor implements Door {
  readonly port = 0
  readonly #line: SerialLine
  readonly #guest: Guest
  readonly #end = new AbortController()
  #serial: SerialPort | undefined
  #on = false

  constructor(line: SerialLine, welcome: Welcome) {
    this.#line = line
    this.#guest = welcome({
      send: (bytes) => {
        if (this.#on && this.#serial?.isOpen) this.#serial.write(bytes)
      },
      reset: () => {},
      close: () => {},
    })
  }

  async open(): Promise<void> {
    if (!this.#serial) await this.#plugIn()
    this.#on = true
  }

  /** A device that is off leaves its line as it is: what is sent to it meanwhile is lost, not kept. */
  async close(): Promise<void> {
    this.#on = false
  }

  async dispose(): Promise<void> {
    this.#on = false
    if (this.#end.signal.aborted) return
    this.#end.abort()
    this.#guest.gone()
    const serial = this.#serial
    if (!serial?.isOpen) return
    const closed = once(serial, 'close')
    serial.close()
    await closed
  }

  async #plugIn(): Promise<void> {
    const { path, baudRate = BAUD_RATE } = this.#line
    // Only whoever has a serial line needs it.
    const { SerialPort } = await import('serialport')
    const serial = new SerialPort({ path, baudRate, autoOpen: false })
    serial.on('error', () => {})
    await new Promise<void>((resolve, reject) => {
      serial.open((error) => (error ? reject(error) : resolve()))
    })
    this.#serial = serial
    serial.on('data', (chunk: Buffer) => {
      if (this.#on) this.#guest.receive(chunk)
    })
    serial.on('close', () => {
      this.#plugInAgain().catch(() => {
        // disposed of while it waited
      })
    })
  }

  async #plugInAgain(): Promise<void> {
    for (;;) {
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.#end.signal })
      try {
        return await this.#plugIn()
      } catch {
        // not there yet
      }
    }
  }
}
