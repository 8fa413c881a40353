// Commands that reach Node-RED in the order in which they are given, without waiting for one another's outcome: HTTP
// requests, pipelined on one connection (RFC 9112, 9.3.2). Answers come back in the same order.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type Answer = { status: number; body: unknown }

export class Pipeline {
  readonly #socket: Socket
  readonly #host: string
  #waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = []
  #incoming = Buffer.alloc(0)

  private constructor(socket: Socket, host: string) {
    this.#socket = socket
    this.#host = host
    socket.on('data', (chunk: Buffer) => {
      this.#incoming = Buffer.concat([this.#incoming, chunk])
      for (let answer = this.#next(); answer; answer = this.#next()) this.#waiting.shift()?.resolve(answer)
    })
    const fail = (error?: Error): void => {
      for (const { reject } of this.#waiting.splice(0)) reject(error ?? new Error('the connection was closed'))
    }
    socket.on('error', fail)
    socket.on('close', () => fail())
  }

  static async connect(url: string): Promise<Pipeline> {
    const { hostname, port, host } = new URL(url)
    // Without a delay: it would hold the second request back until the first is acknowledged.
    const socket = connect({ port: Number(port), host: hostname, noDelay: true })
    await once(socket, 'connect')
    return new Pipeline(socket, host)
  }

  post(path: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      // What is asked for at once goes out at once.
      this.#socket.cork()
      this.#socket.write(`POST ${path} HTTP/1.1\r\nHost: ${this.#host}\r\nContent-Length: 0\r\n\r\n`)
      process.nextTick(() => this.#socket.uncork())
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #next(): Answer | undefined {
    const headEnd = this.#incoming.indexOf('\r\n\r\n')
    if (headEnd === -1) return undefined
    const head = this.#incoming.toString('latin1', 0, headEnd)
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1])
    if (Number.isNaN(length)) throw new Error(`an answer without a length: ${head}`)
    const bodyStart = headEnd + 4
    if (this.#incoming.length < bodyStart + length) return undefined
    const body: unknown = JSON.parse(this.#incoming.toString('utf8', bodyStart, bodyStart + length))
    this.#incoming = this.#incoming.subarray(bodyStart + length)
    return { status: Number(head.split(' ', 2)[1]), body }
  }
}
