// The REST routes, on Node-RED's admin server below /collectors.

import type { NodeAPI } from 'node-red'
import { ALL_PROCESSES_COMMANDS, type Command, ONE_PROCESS_COMMANDS } from '../../../lib/contract/command'
import { summarize } from '../../../lib/contract/process-row'
import type { Fleet } from '../face'
import { mountCertificateRoutes } from './certificate-routes'
import { mountDatabaseRoutes } from './database-routes'
import { isForeignPage } from './foreign-page'
import { guard, type Handler, type Request, type Response, sendReply } from './guard'
import { commandReply, errorReply, type Reply, replyOf } from './reply'

export const READ_PERMISSION = 'collector-supervisor.read'
export const WRITE_PERMISSION = 'collector-supervisor.write'

const ROOT = '/collectors'

/** Express cannot take a route away again, so each server gets them once. */
const served = new WeakSet<NodeAPI['httpAdmin']>()

/**
 * Mounts everything below /collectors, once for each admin server; without one (httpAdminRoot: false) it does nothing.
 * No name of a process hides a route or is hidden by one: a name is always followed by a word that no list route ends in.
 */
export function mountRoutes(RED: NodeAPI, fleet: Fleet): void {
  const app: NodeAPI['httpAdmin'] | undefined | null = RED.httpAdmin
  if (!app || served.has(app)) return
  served.add(app)
  const read = guard(RED, READ_PERMISSION)
  const write = guard(RED, WRITE_PERMISSION)
  const get = (path: string, answer: Answer) => app.get(ROOT + path, read, respond(answer))
  const post = (path: string, answer: Answer) => app.post(ROOT + path, write, refuseForeignPages, respond(answer))
  const command = async (req: Request, order: Command): Promise<Reply> => {
    const entry = { level: RED.log.AUDIT, event: 'collectors.command', ...order }
    RED.log.audit(entry, req)
    return commandReply(order, await fleet.command(order))
  }

  get('/processes', () => ({ status: 200, body: fleet.rows() }))
  get('/processes/stats/summary', () => ({ status: 200, body: summarize(fleet.rows()) }))
  get('/processes/:name', (req) => replyOf(nameIn(req), fleet.row(nameIn(req))))
  get('/processes/:name/logs', (req) => replyOf(nameIn(req), fleet.logs(nameIn(req))))
  for (const word of ALL_PROCESSES_COMMANDS) post(`/processes/${word}`, (req) => command(req, { command: word }))
  for (const word of ONE_PROCESS_COMMANDS)
    post(`/processes/:name/${word}`, (req) => command(req, { command: word, name: nameIn(req) }))
  mountDatabaseRoutes(fleet, get, post)
  mountCertificateRoutes(RED, fleet, get, post)

  // these two last: they take all that is left
  const unknown = (req: Request) => errorReply('not-found', `there is no ${req.method} ${req.baseUrl}${req.path}`)
  app.use(ROOT, read, respond(unknown))
  app.use(ROOT, (error: unknown, req: Request, res: Response, next: (error?: unknown) => void) => {
    read(req, res, (refused) => (refused ? next(refused) : sendReply(res, mistakeReply(RED, error))))
  })
}

function nameIn(req: Request): string {
  const { name } = req.params
  return typeof name === 'string' ? name : ''
}

const refuseForeignPages: Handler = (req, res, next) => {
  if (!isForeignPage(req.headers)) return next()
  const advice = 'a page of another site may control processes only with Content-Type: application/json'
  sendReply(res, errorReply('forbidden', advice))
}

type Answer = (req: Request) => Reply | Promise<Reply>

function respond(answer: Answer): Handler {
  return (req, res, next) => {
    const answered = async () => sendReply(res, await answer(req))
    answered().catch(next)
  }
}

/** What Express or a parser before us could not make sense of is the client's mistake, all else is ours. */
function mistakeReply(RED: NodeAPI, error: unknown): Reply {
  if (error instanceof URIError) return errorReply('bad-request', 'malformed percent-encoding in the URL')
  if (isClientError(error)) return errorReply('bad-request', error.message)
  RED.log.error(error)
  return errorReply('internal', 'unexpected error, see the log of Node-RED')
}

function isClientError(error: unknown): error is Error & { status: number } {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500
}
