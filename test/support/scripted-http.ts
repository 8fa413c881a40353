// A server for HTTP that answers each request as the test says, also as no proper server would.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'

/** `raw`: these bytes, then the connection is ended, reset, or held open in silence. */
export type ScriptedAnswer =
  | { status: number; headers?: Record<string, string>; body?: string; afterMs?: number }
  | { raw: string | readonly string[]; finish: 'end' | 'reset' | 'hold' }
export type Received = {
  method: string
  path: string
  headers: IncomingMessage['headers']
  /** Unpacked. */
  body: string
  /** Counts the connections from 1. */
  connection: number
}

export class ScriptedHttp {
  readonly #server = createServer((request, response) => void this.#handle(request, response))
  readonly #sockets = new Map<Socket, number>()
  readonly received: Received[] = []
  connections = 0
  /** What the next request gets, whatever it is. */
  answer: (request: Received) => ScriptedAnswer = () => ({ status: 204 })

  static async start({ port = 0 } = {}): Promise<ScriptedHttp> {
    const scripted = new ScriptedHttp()
    scripted.#server.on('connection', (socket) => {
      scripted.#sockets.set(socket, ++scripted.connections)
      socket.on('close', () => scripted.#sockets.delete(socket))
      socket.on('error', () => {})
    })
    await new Promise<void>((resolve) => scripted.#server.listen(port, '127.0.0.1', resolve))
    return scripted
  }

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('it does not listen')
    return `http://127.0.0.1:${address.port}`
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size
  }

  get lines(): string[] {
    return this.received.flatMap(({ body }) => body.split('\n'))
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.keys()) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(Buffer.from(chunk))
    } catch {
      return
    }
    const { socket, headers, method = '', url = '' } = request
    const bytes = Buffer.concat(chunks)
    const body = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8')
    const received = { method, path: url, headers, body, connection: this.#sockets.get(socket) ?? 0 }
    this.received.push(received)
    await this.#send(this.answer(received), response, socket)
  }

  async #send(answer: ScriptedAnswer, response: ServerResponse, socket: Socket): Promise<void> {
    if ('status' in answer) {
      if (answer.afterMs !== undefined) await delay(answer.afterMs)
      response.writeHead(answer.status, answer.headers).end(answer.body)
      return
    }
    for (const part of [answer.raw].flat()) {
      if (socket.destroyed) return
      socket.write(part)
      await delay(1)
    }
    if (answer.finish === 'end') socket.end()
    if (answer.finish === 'reset') socket.resetAndDestroy()
  }
}
