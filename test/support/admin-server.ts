// Node-RED's admin server in small: its Express, its order of parsers and sub-application, its own permission check.

import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type RequestListener, request } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { NodeAPI } from 'node-red'

const fromNodeRed = createRequire(require.resolve('node-red'))
// Packages without types of their own: what is used of them is declared here.
type App = NodeAPI['httpAdmin'] & RequestListener
const express: { (): App; json(): never } = fromNodeRed('express')
const auth: { init(settings: object, storage: object): void } & NodeAPI['auth'] = fromNodeRed(
  '@node-red/editor-api/lib/auth',
)

/** Tokens of users that may read, that may do all, and that may only read flows. */
export const TOKENS = { reader: 'token-of-reader', operator: 'token-of-operator', stranger: 'token-of-stranger' }

export type Answer = { status: number; headers: IncomingHttpHeaders; text: string; json: unknown }
export type Ask = { headers?: Record<string, string>; body?: string }

/** What a WebSocket client sends (RFC 6455, 4.1). */
const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

export class AdminServer {
  readonly app = express()
  readonly audits: object[] = []
  readonly errors: unknown[] = []
  /** Node-RED's event bus. */
  readonly events = new EventEmitter()
  readonly #server = createServer()

  /** What a node gets as RED, as far as routes need it. */
  red(parts: Partial<NodeAPI> = {}): NodeAPI {
    const log = {
      AUDIT: 98,
      audit: (entry: object) => this.audits.push(entry),
      error: (error: unknown) => this.errors.push(error),
    }
    // The routes use nothing else of it.
    const red = {
      httpAdmin: this.app,
      server: this.#server,
      auth: { needsPermission: auth.needsPermission },
      events: this.events,
      settings: {},
      log,
      ...parts,
    }
    return red as unknown as NodeAPI
  }

  /** `adminAuth`: true = with the users of TOKENS, or these settings. `root`: of the editor. */
  async open(adminAuth: boolean | object = false, root = '/'): Promise<void> {
    const users = [
      { username: 'reader', password: '', permissions: 'read' },
      { username: 'operator', password: '', permissions: '*' },
      { username: 'stranger', password: '', permissions: 'flows.read' },
    ]
    const tokens = users.map(({ username, permissions }) => ({
      token: `token-of-${username}`,
      user: username,
      scope: permissions,
    }))
    const settings = { adminAuth: adminAuth ? { type: 'credentials', users, tokens, ...Object(adminAuth) } : undefined }
    this.setUsers(settings.adminAuth)

    const outer = express()
    outer.use(express.json())
    outer.use(root, this.app)
    this.#server.on('request', outer)
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  /** From now on; undefined = everybody may do all. */
  setUsers(adminAuth: object | undefined): void {
    auth.init({ adminAuth }, { getSessions: async () => ({}) })
  }

  async close(): Promise<void> {
    auth.init({}, {})
    this.#server.close()
    await once(this.#server, 'close')
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Other listeners of Node-RED's server. */
  onUpgrade(listener: (request: IncomingMessage, socket: Duplex) => void): void {
    this.#server.on('upgrade', listener)
  }

  /** How many connections have been made since. */
  countConnections(): () => number {
    let count = 0
    this.#server.on('connection', () => {
      count += 1
    })
    return () => count
  }

  /** Asks for a WebSocket; the answer to it. One that is let in is closed at once. */
  async askUpgrade(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    const wanted = { ...UPGRADE, ...headers }
    const outgoing = request({ host: '127.0.0.1', port: this.port, path, headers: wanted, agent: false })
    outgoing.end()
    const answered = new AbortController()
    const signal = AbortSignal.any([answered.signal, AbortSignal.timeout(8000)])
    try {
      return await Promise.race([
        once(outgoing, 'upgrade', { signal }).then(([{ headers: agreed }, socket]) => {
          socket.destroy()
          return { status: 101, headers: agreed, text: '', json: undefined }
        }),
        once(outgoing, 'response', { signal }).then(([incoming]) => answerOf(incoming)),
      ])
    } finally {
      answered.abort()
    }
  }

  /** The path goes out as it is: no client tidies up dots and percent signs. */
  async ask(method: string, path: string, { headers = {}, body }: Ask = {}): Promise<Answer> {
    const { port } = this
    const signal = AbortSignal.timeout(5000)
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, signal, agent: false })
    outgoing.end(body)
    const [incoming] = await once(outgoing, 'response')
    return answerOf(incoming)
  }
}

async function answerOf(incoming: IncomingMessage): Promise<Answer> {
  let text = ''
  for await (const chunk of incoming.setEncoding('utf8')) text += chunk
  const isJson = String(incoming.headers['content-type']).startsWith('application/json')
  const status = incoming.statusCode ?? 0
  return { status, headers: incoming.headers, text, json: isJson ? JSON.parse(text) : undefined }
}
