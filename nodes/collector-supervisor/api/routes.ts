// The REST routes, on Node-RED's admin server below /collectors.

import type { Server } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { NodeAPI } from 'node-red'
import {
  ALL_PROCESSES_COMMANDS,
  type Command,
  type CommandResult,
  ONE_PROCESS_COMMANDS,
} from '../../../lib/contract/command'
import { summarize } from '../../../lib/contract/process-row'
import type { Fleet } from '../face'
import { type Accepted, accept } from './accepted'
import { mountCertificateRoutes } from './certificate-routes'
import { Clients } from './clients'
import { mountDatabaseRoutes } from './database-routes'
import { isForeignPage } from './foreign-page'
import { guard, type Handler, READ_PERMISSION, type Request, type Response, sendReply, WRITE_PERMISSION } from './guard'
import { mountJournalRoute } from './journal-route'
import { METRICS_TYPE, metricsText } from './metrics'
import { mountMonitorRoutes } from './monitor-routes'
import { commandReply, errorReply, type Reply, replyOf, UNEXPECTED } from './reply'
import { Upgrades } from './upgrades'

export const ROOT = '/collectors'

/** Express cannot take a route away again, so each server gets them once. */
const served = new WeakSet<NodeAPI['httpAdmin']>()

/**
 * Mounts everything below /collectors, once for each admin server; without one (httpAdminRoot: false) it does nothing.
 * It stays there without a supervisor, too: a monitor waits for one.
 * No name of a process hides a route or is hidden by one: a name is always followed by a word that no list route ends in.
 */
export function mountRoutes(RED: NodeAPI, fleet: Fleet, clients = new Clients()): void {
  const app: NodeAPI['httpAdmin'] | undefined | null = RED.httpAdmin
  const adminRoot: unknown = RED.settings.httpAdminRoot
  if (!app || adminRoot === false || served.has(app)) return
  served.add(app)
  const read = guard(RED, READ_PERMISSION)
  const write = guard(RED, WRITE_PERMISSION)
  const get = (path: string, answer: Answer, accepted: Accepted = {}) =>
    app.get(ROOT + path, read, accept(accepted), respond(answer))
  const post = (path: string, answer: Answer, accepted: Accepted = {}) =>
    app.post(ROOT + path, write, refuseForeignPages, accept(accepted), respond(answer))
  const operate = (order: Command, req: Request): Promise<CommandResult[]> => {
    const entry = { level: RED.log.AUDIT, event: 'collectors.command', ...order }
    RED.log.audit(entry, req)
    return fleet.command(order)
  }
  const command = async (req: Request, order: Command): Promise<Reply> => commandReply(order, await operate(order, req))

  get('/processes', () => ({ status: 200, body: fleet.rows() }))
  get('/processes/stats/summary', () => ({ status: 200, body: summarize(fleet.rows()) }))
  get('/processes/:name', (req) => replyOf(nameIn(req), fleet.row(nameIn(req))))
  get('/processes/:name/logs', (req) => replyOf(nameIn(req), fleet.logs(nameIn(req))))
  for (const word of ALL_PROCESSES_COMMANDS) post(`/processes/${word}`, (req) => command(req, { command: word }))
  for (const word of ONE_PROCESS_COMMANDS)
    post(`/processes/:name/${word}`, (req) => command(req, { command: word, name: nameIn(req) }))
  mountJournalRoute(fleet, get)
  mountDatabaseRoutes(fleet, get, post)
  mountCertificateRoutes(RED, fleet, get, post)

  mountMonitorRoutes(RED, fleet, {
    get: (path, handler) => void app.get(ROOT + path, read, accept({}), handler),
    command: operate,
    upgrades: upgradesOf(RED.server, adminRoot),
    clients,
  })
  app.get(`${ROOT}/metrics`, read, accept({}), (_req, res) => {
    const { active, idle } = performance.eventLoopUtilization()
    const eventLoop = { activeMs: active, idleMs: idle }
    const monitors = clients.size
    const text = metricsText({ rows: fleet.rows(), processors: fleet.processors(), eventLoop, monitors })
    res.status(200).set({ 'Content-Type': METRICS_TYPE, 'Cache-Control': 'no-store' }).send(Buffer.from(text))
  })

  // these two last: they take all that is left
  const unknown = (req: Request) => errorReply('not-found', `there is no ${req.method} ${req.baseUrl}${req.path}`)
  app.use(ROOT, read, respond(unknown))
  const mistake = (error: unknown, req: Request, res: Response, next: (error?: unknown) => void): void => {
    read(req, res, (refused) => (refused ? next(refused) : sendReply(res, mistakeReply(RED, error))))
  }
  app.use(ROOT, mistake)
  parentOf(app)?.use(ROOT, mistake)
}

type Parent = { use(path: string, handler: unknown): unknown }

/**
 * The app of Node-RED's editor that the nodes' app is mounted in, which parses bodies: what goes wrong there does not come to
 * a mounted app.
 */
function parentOf(app: object): Parent | undefined {
  const parent: unknown = Reflect.get(app, 'parent')
  return isParent(parent) ? parent : undefined
}

function isParent(input: unknown): input is Parent {
  return typeof input === 'function' && 'use' in input && typeof input.use === 'function'
}

function upgradesOf(server: Server | undefined, adminRoot: unknown): Upgrades | undefined {
  if (typeof server?.on !== 'function') return undefined
  const root = typeof adminRoot === 'string' ? adminRoot : ''
  return new Upgrades(server, `/${root}${ROOT}/`.replace(/\/+/g, '/'))
}

function nameIn(req: Request): string {
  const { name } = req.params
  return typeof name === 'string' ? name : ''
}

export const refuseForeignPages: Handler = (req, res, next) => {
  if (!isForeignPage(req.headers)) return next()
  const advice = 'a page of another site may control processes only with Content-Type: application/json'
  sendReply(res, errorReply('forbidden', advice))
}

/** `gone`: the client has closed its connection, so that nobody waits for the answer. */
export type Answer = (req: Request, gone: AbortSignal) => Reply | Promise<Reply>

export function respond(answer: Answer): Handler {
  return (req, res, next) => {
    const connection = new AbortController()
    res.once('close', () => connection.abort())
    const answered = async () => sendReply(res, await answer(req, connection.signal))
    answered().catch(next)
  }
}

/** What Express or a parser before us could not make sense of is the client's mistake, all else is ours. */
function mistakeReply(RED: NodeAPI, error: unknown): Reply {
  if (error instanceof URIError) return errorReply('bad-request', 'malformed percent-encoding in the URL')
  if (isClientError(error)) return clientMistake(error)
  RED.log.error(error)
  return errorReply(UNEXPECTED.code, UNEXPECTED.error)
}

function clientMistake(error: Error & { status: number }): Reply {
  if (error.status === 415) return errorReply('unsupported-media-type', error.message)
  if (error.status !== 413) return errorReply('bad-request', error.message)
  const limit = 'limit' in error && typeof error.limit === 'number' ? ` of ${error.limit} bytes` : ''
  return errorReply('too-large', `the body is above the limit${limit} that Node-RED has for it (apiMaxLength)`)
}

function isClientError(error: unknown): error is Error & { status: number } {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500
}
