// An upgrade to WebSocket takes the same way as every other request: Node-RED's server, what it puts in front of its admin
// routes (httpAdminMiddleware, basic authentication, CORS), our permission check; and only the route at its end takes the
// socket. So whatever keeps a request out keeps an upgrade out, and answers it, too.

import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { MONITOR_TOKEN_PROTOCOL } from '../../../lib/contract/monitor'

/** What has not been answered by then gets no answer, ms; Node-RED itself closes what nobody answers after 5 s. */
const ANSWER_MS = 5_000

export type RawSocket = { socket: Socket; head: Buffer }

export class Upgrades {
  readonly #waiting = new WeakMap<
    IncomingMessage,
    { raw: RawSocket; response: ServerResponse; deadline: NodeJS.Timeout }
  >()

  /** `root`: everything below this path is ours. Other upgrades are for others. */
  constructor(server: Server, root: string) {
    // Before the other listeners, so that what they write is not taken for an earlier answer on this connection.
    server.prependListener('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!request.url?.startsWith(root)) return
      // It may break at any time, and nobody else listens yet.
      socket.on('error', () => socket.destroy())
      if (!isFree(socket, request)) {
        socket.destroy()
        return
      }
      const { bytesWritten } = socket
      // A websocket-in node with a path of its own below ours takes it in this turn of the event loop.
      setImmediate(() => {
        const isTaken = socket.bytesWritten > bytesWritten || socket.readableFlowing !== null
        if (!isTaken && !socket.destroyed) this.#pass(server, request, { socket, head })
      })
    })
  }

  /** The socket of a request that asks for an upgrade: the caller has it from now on. Otherwise undefined. */
  take(request: IncomingMessage): RawSocket | undefined {
    const waiting = this.#waiting.get(request)
    if (!waiting || waiting.raw.socket.destroyed) return undefined
    this.#waiting.delete(request)
    clearTimeout(waiting.deadline)
    waiting.response.detachSocket(waiting.raw.socket)
    return waiting.raw
  }

  #pass(server: Server, request: IncomingMessage, raw: RawSocket): void {
    const { socket } = raw
    readToken(request)
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.once('finish', () => socket.destroySoon())
    const deadline = setTimeout(() => {
      if (!response.headersSent) socket.destroy()
    }, ANSWER_MS)
    socket.once('close', () => clearTimeout(deadline))
    this.#waiting.set(request, { raw, response, deadline })
    server.emit('request', request, response)
  }
}

/**
 * Whether an answer to the request can be written now. An earlier request on the same connection may still wait for its own, which
 * has to come first (RFC 9112, 9.3.2). And what is no Socket belongs to an upgrade with a body, which no WebSocket begins with.
 */
function isFree(socket: Duplex, request: IncomingMessage): socket is Socket {
  if (!(socket instanceof Socket)) return false
  const probe = new ServerResponse(request)
  try {
    probe.assignSocket(socket)
  } catch {
    return false
  }
  probe.detachSocket(socket)
  return true
}

/**
 * What a browser offers as a subprotocol, since it cannot set headers, becomes the header that Node-RED looks for. Another one in
 * its place is the basic authentication of a proxy, which browsers send along.
 */
function readToken({ headers }: IncomingMessage): void {
  const offered = headers['sec-websocket-protocol']?.split(',').map((protocol) => protocol.trim())
  const bearer = offered?.find((protocol) => protocol.startsWith(MONITOR_TOKEN_PROTOCOL))
  if (bearer === undefined) return
  const token = Buffer.from(bearer.slice(MONITOR_TOKEN_PROTOCOL.length), 'base64url').toString()
  if (!/^bearer /i.test(headers.authorization ?? '')) headers.authorization = `Bearer ${token}`
}
