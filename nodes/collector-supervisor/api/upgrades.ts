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
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!request.url?.startsWith(root) || !(socket instanceof Socket)) return
      // It may break at any time, and nobody else listens yet.
      socket.on('error', () => socket.destroy())
      // A websocket-in node with a path of its own below ours takes it in this turn of the event loop.
      setImmediate(() => {
        if (!socket.destroyed && socket.bytesWritten === 0) this.#pass(server, request, { socket, head })
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
