// Node-RED's admin server in small: its Express, its order of parsers and sub-application, its own permission check.

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener, request } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
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

export class AdminServer {
  readonly app = express()
  readonly audits: object[] = []
  readonly errors: unknown[] = []
  readonly #server = createServer()

  /** What a node gets as RED, as far as routes need it. */
  red(parts: Partial<NodeAPI> = {}): NodeAPI {
    const log = {
      AUDIT: 98,
      audit: (entry: object) => this.audits.push(entry),
      error: (error: unknown) => this.errors.push(error),
    }
    // The routes use nothing else of it.
    return { httpAdmin: this.app, auth: { needsPermission: auth.needsPermission }, log, ...parts } as unknown as NodeAPI
  }

  /** `adminAuth`: true = with the users of TOKENS, or these settings. */
  async open(adminAuth: boolean | object = false): Promise<void> {
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
    const settings = adminAuth ? { adminAuth: { type: 'credentials', users, tokens, ...Object(adminAuth) } } : {}
    auth.init(settings, { getSessions: async () => ({}) })

    const outer = express()
    outer.use(express.json())
    outer.use(this.app)
    this.#server.on('request', outer)
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  async close(): Promise<void> {
    auth.init({}, {})
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** The path goes out as it is: no client tidies up dots and percent signs. */
  async ask(method: string, path: string, { headers = {}, body }: Ask = {}): Promise<Answer> {
    const { port } = this.#server.address() as AddressInfo
    const signal = AbortSignal.timeout(5000)
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, signal, agent: false })
    outgoing.end(body)
    const [incoming] = await once(outgoing, 'response')
    let text = ''
    for await (const chunk of incoming.setEncoding('utf8')) text += chunk
    const isJson = String(incoming.headers['content-type']).startsWith('application/json')
    return { status: incoming.statusCode, headers: incoming.headers, text, json: isJson ? JSON.parse(text) : undefined }
  }
}
