// The library's way over TCP, with a guard in it: nothing reaches its decoders unseen, and what they choke on ends the connection
// with words for it.

import { StatusCodes } from 'node-opcua-client'
import { ClientTCP_transport, type IClientTransportFactory, type ISocketLike } from 'node-opcua-transport'
import { type Fault, toFault } from '../../../lib/contract/fault'
import { CHUNK_MAX_BYTES, CHUNKS_MAX, Chunks, MESSAGE_MAX_BYTES } from './chunks'
import { statusName } from './status-names'
import { strictly } from './unfolding'

/** Makes the transports of one client, and remembers why the first of them had to be ended. */
export class Guard implements IClientTransportFactory {
  readonly #transports: GuardedTransport[] = []
  #fault: Fault | undefined

  get fault(): Fault | undefined {
    return this.#fault
  }

  create(): GuardedTransport {
    const transport = new GuardedTransport((fault) => {
      this.#fault ??= fault
    })
    this.#transports.push(transport)
    return transport
  }

  refuse(fault: Fault): void {
    this.#fault ??= fault
    this.hangUp(fault)
  }

  /** The server hears nothing of it; whoever waits for an answer does. */
  hangUp(reason: Fault): void {
    for (const transport of this.#transports) transport.end(reason)
  }

  /** A server that does not answer a goodbye is left without one. */
  cut(): void {
    for (const transport of this.#transports.splice(0)) transport.dispose()
  }
}

class GuardedTransport extends ClientTCP_transport {
  readonly #tell: (fault: Fault) => void

  constructor(tell: (fault: Fault) => void) {
    super({
      maxMessageSize: MESSAGE_MAX_BYTES,
      maxChunkCount: CHUNKS_MAX,
      receiveBufferSize: CHUNK_MAX_BYTES,
      sendBufferSize: CHUNK_MAX_BYTES,
    })
    this.#tell = tell
  }

  protected override _install_socket(socket: ISocketLike): void {
    super._install_socket(socket)
    const chunks = new Chunks(statusName)
    const feeds = socket.listeners('data')
    socket.removeAllListeners('data')
    socket.on('data', (bytes: Buffer) => {
      try {
        // One by one: the library takes what comes together by calling itself again and again.
        for (const chunk of chunks.push(bytes)) {
          if (this.isDisconnecting()) return
          strictly(() => {
            for (const feed of feeds) feed.call(socket, chunk.bytes)
          })
        }
      } catch (thrown) {
        const fault = toFault(thrown)
        this.#tell(fault)
        this.end(fault)
      }
    })
  }

  /** The server tells what it takes; the library holds it to that, too, and not to what we take. */
  override setLimits(limits: Parameters<ClientTCP_transport['setLimits']>[0]): void {
    if (this.parameters) this.parameters.sendBufferSize = Math.min(limits.receiveBufferSize, CHUNK_MAX_BYTES)
    super.setLimits({
      ...limits,
      receiveBufferSize: CHUNK_MAX_BYTES,
      sendBufferSize: Math.min(limits.receiveBufferSize, CHUNK_MAX_BYTES),
    })
  }

  end(fault: Fault): void {
    this.prematureTerminate(new Error(fault.message), StatusCodes.BadTcpInternalError)
  }
}
