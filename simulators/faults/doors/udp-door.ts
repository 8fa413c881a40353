// A UDP port. Who sends from one address and port is one client.

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Door, Guest, Welcome } from './door'

/** The most that one datagram carries over IPv4: 65 535 less the two headers. */
const DATAGRAM_MAX = 65_507
/** Clients never say that they are gone: the one that came first is forgotten. */
const CLIENTS_MAX = 50

export class UdpDoor implements Door {
  readonly #host: string
  readonly #welcome: Welcome
  readonly #answersTo: number | undefined
  readonly #guests = new Map<string, Guest>()
  #socket: Socket | undefined
  #port: number

  /**
   * @param port 0 = any free one
   * @param answersTo the only port of a client that is heard; absent = all are
   */
  constructor({ host, port, answersTo }: { host: string; port: number; answersTo?: number }, welcome: Welcome) {
    this.#answersTo = answersTo
    this.#host = host
    this.#port = port
    this.#welcome = welcome
  }

  get port(): number {
    return this.#port
  }

  async open(): Promise<void> {
    const socket = createSocket(this.#host.includes(':') ? 'udp6' : 'udp4')
    this.#socket = socket
    try {
      socket.bind(this.#port, this.#host)
      await once(socket, 'listening')
    } catch (error) {
      this.#socket = undefined
      throw error
    }
    this.#port = socket.address().port
    // Loopback tells when a client's port is closed; a device does not care.
    socket.on('error', () => {})
    socket.on('message', (datagram, { address, port }) => {
      if (port === (this.#answersTo ?? port)) this.#guestOf(address, port).receive(datagram)
    })
  }

  async close(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    for (const guest of this.#guests.values()) guest.gone()
    this.#guests.clear()
    if (!socket) return
    const free = once(socket, 'close')
    socket.close()
    await free
  }

  dispose(): Promise<void> {
    return this.close()
  }

  #guestOf(address: string, port: number): Guest {
    const key = `${address} ${port}`
    const known = this.#guests.get(key)
    if (known) return known
    const guest = this.#welcome({
      send: (bytes) => this.#send(bytes, address, port),
      reset: () => {},
      close: () => {},
    })
    this.#guests.set(key, guest)
    const [oldest] = this.#guests.keys()
    if (this.#guests.size > CLIENTS_MAX && oldest !== undefined) {
      this.#guests.get(oldest)?.gone()
      this.#guests.delete(oldest)
    }
    return guest
  }

  #send(bytes: Buffer, address: string, port: number): void {
    for (let from = 0; from === 0 || from < bytes.length; from += DATAGRAM_MAX) {
      this.#socket?.send(bytes.subarray(from, from + DATAGRAM_MAX), port, address, () => {})
    }
  }
}
