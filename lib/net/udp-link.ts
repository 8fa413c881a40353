// A link over a connected UDP socket: what other senders send does not get past the operating system, and that nothing
// listens at the other end is told by ICMP, as an error.

import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { Fault } from '../contract/fault'
import { datagramFault, errnoOf, faultOf, linkFault, type Problem, stoppedFault } from './faults'
import type { Link, LinkListener, SocketSettings } from './link'
import { socketTarget } from './target'

/** Only looking up the name takes time. */
const OPEN_TIMEOUT_MIN_MS = 3000

export async function openUdp(settings: SocketSettings, signal: AbortSignal): Promise<Link> {
  const { host, port, localPort = 0, timeout, advice } = settings
  const target = socketTarget(host, port)
  const deadline = AbortSignal.timeout(Math.max(timeout, OPEN_TIMEOUT_MIN_MS))
  const either = AbortSignal.any([signal, deadline])
  let socket: Socket | undefined
  try {
    const { address, family } = await orAborted(lookup(settings.address ?? host.trim()), either)
    socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    if (localPort !== 0) await bind(socket, localPort, either)
    const connected = once(socket, 'connect', { signal: either })
    socket.connect(port, address)
    await connected
    return new UdpLink(socket, { target, address, advice })
  } catch (error) {
    socket?.on('error', () => {}) // from here on there is no other listener
    socket?.close()
    if (signal.aborted) throw stoppedFault(target)
    if (error instanceof Fault) throw error
    throw deadline.aborted ? linkFault('EAI_AGAIN', target, error) : datagramFault(error, target, advice)
  }
}

/** Throws a `link` Fault that names the port. */
async function bind(socket: Socket, localPort: number, signal: AbortSignal): Promise<void> {
  const listening = once(socket, 'listening', { signal })
  socket.bind({ port: localPort, exclusive: true })
  try {
    await listening
  } catch (error) {
    const errno = errnoOf(error)
    const problem = localPortProblems.get(errno)
    throw problem ? faultOf(problem, errno, `localPort ${localPort}`, error) : error
  }
}

const localPortProblems = new Map<string, Problem>([
  [
    'EADDRINUSE',
    {
      code: 'local-port-taken',
      text: 'this port of this computer is taken; does another reader or program use it? Each device that answers one named port needs one of its own: give this reader another localPort, and name it in the device',
    },
  ],
  [
    'EACCES',
    {
      code: 'local-port-forbidden',
      text: 'this computer does not give this port to programs without special rights: choose a localPort from 1024 on, and name it in the device',
    },
  ],
])

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
