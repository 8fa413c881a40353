// A link over a connected UDP socket: what other senders send does not get past the operating system, and that nothing
// listens at the other end is told by ICMP, as an error.

import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { datagramFault, linkFault, stoppedFault } from './faults'
import type { Link, LinkListener, SocketSettings } from './link'
import { socketTarget } from './target'

/** Only looking up the name takes time. */
const OPEN_TIMEOUT_MIN_MS = 3000

export async function openUdp(settings: SocketSettings, signal: AbortSignal): Promise<Link> {
  const { host, port, timeout, advice } = settings
  const target = socketTarget(host, port)
  const deadline = AbortSignal.timeout(Math.max(timeout, OPEN_TIMEOUT_MIN_MS))
  const either = AbortSignal.any([signal, deadline])
  let socket: Socket | undefined
  try {
    const { address, family } = await orAborted(lookup(settings.address ?? host.trim()), either)
    socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    const connected = once(socket, 'connect', { signal: either })
    socket.connect(port, address)
    await connected
    return new UdpLink(socket, { target, address, advice })
  } catch (error) {
    socket?.on('error', () => {}) // from here on nobody else listens
    socket?.close()
    if (signal.aborted) throw stoppedFault(target)
    throw deadline.aborted ? linkFault('EAI_AGAIN', target, error) : datagramFault(error, target, advice)
  }
}

/** A name that is being looked up cannot be given up, only not be waited for. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

class UdpLink implements Link {
  readonly target: string
  readonly #socket: Socket
  readonly address: string
  readonly #advice: string
  #closing: Promise<void> | undefined
  #ended: LinkListener['ended'] = () => {}

  constructor(socket: Socket, { target, address, advice }: { target: string; address: string; advice: string }) {
    this.#socket = socket
    this.target = target
    this.address = address
    this.#advice = advice
    socket.on('error', (error) => this.#ended(datagramFault(error, target, advice)))
  }

  get isOpen(): boolean {
    return !this.#closing
  }

  listen({ data, ended }: LinkListener): void {
    this.#ended = ended
    this.#socket.on('message', data)
  }

  write(bytes: Buffer): void {
    this.#socket.send(bytes, (error) => {
      if (error) this.#ended(datagramFault(error, this.target, this.#advice))
    })
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#ended = () => {}
      this.#socket.close(resolve)
    })
    return this.#closing
  }
}
