// The supervisor's end of the control channel: lines of JSON on a socket that the child has as file descriptor 3.
// Not Node's own IPC channel: whatever a broken child writes there is deserialized inside Node, and garbage is an
// uncaught exception in the parent, which ends Node-RED. Here everything is bounded and parsed by us.

import type { Duplex } from 'node:stream'
import { type FromChild, parseFromChild, type ToChild } from '../../lib/contract/control'
import { CONTROL_LINE_MAX } from '../../lib/contract/limits'
import { LineSplitter } from '../../lib/contract/line-splitter'
import { parseJson } from '../../lib/contract/parse'

export type ControlListener = {
  message(message: FromChild): void
  /** Something that is no message. */
  malformed(): void
  /** It says more than its share; called once in a window. */
  flood(): void
  /** The child has closed its end, or it is gone. Called once. */
  closed(): void
}

/** A child may say so much in one window; what it has more to say waits in the pipe, and the child with it. */
const WINDOW_BYTES = 2 * CONTROL_LINE_MAX
export const WINDOW_MESSAGES = 100
const WINDOW_MS = 100
/** A child that reads nothing is written to no further than this, bytes; it will be found to hang soon enough. */
const BACKLOG_MAX = 4 * 1024 * 1024

export class ControlChannel {
  readonly #socket: Duplex
  #open = true
  #windowBytes = 0
  #windowMessages = 0
  #window: NodeJS.Timeout | undefined

  constructor(socket: Duplex, listener: ControlListener) {
    this.#socket = socket
    const lines = new LineSplitter(CONTROL_LINE_MAX)
    socket.on('data', (chunk: Buffer) => {
      const said = lines.push(chunk)
      this.#count(chunk.length, said.length, listener)
      for (const line of said) {
        const message = line.cut > 0 ? undefined : parseFromChild(parseJson(line.bytes))
        if (message) listener.message(message)
        else listener.malformed()
      }
    })
    // A write to a child that has just died fails; that it died is told by its exit.
    socket.on('error', () => this.#close(listener))
    socket.on('close', () => this.#close(listener))
    socket.on('end', () => this.#close(listener))
  }

  /** False if the channel is closed or choked. */
  send(message: ToChild): boolean {
    if (!this.#open || this.#socket.writableLength > BACKLOG_MAX) return false
    this.#socket.write(`${JSON.stringify(message)}\n`)
    return true
  }

  close(): void {
    this.#open = false
    clearTimeout(this.#window)
    this.#socket.destroy()
  }

  #count(bytes: number, messages: number, listener: ControlListener): void {
    const wasWithin = this.#windowMessages <= WINDOW_MESSAGES
    this.#windowBytes += bytes
    this.#windowMessages += messages
    const isWithin = this.#windowMessages <= WINDOW_MESSAGES
    if (wasWithin && !isWithin) listener.flood()
    if (!isWithin || this.#windowBytes > WINDOW_BYTES) this.#socket.pause()
    this.#window ??= setTimeout(() => {
      this.#window = undefined
      this.#windowBytes = 0
      this.#windowMessages = 0
      this.#socket.resume()
    }, WINDOW_MS)
  }

  #close(listener: ControlListener): void {
    if (!this.#open) return
    this.close()
    listener.closed()
  }
}
