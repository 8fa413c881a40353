// The REST routes that ask a device with the settings of a dialog, before anything is deployed.

import type { NodeAPI } from 'node-red'
import { Fault } from '../../../lib/contract/fault'
import type { ErrorCode } from '../../../lib/contract/monitor'
import { asRecord, asText } from '../../../lib/contract/parse'
import { parseReadNow } from '../../../lib/contract/read-now'
import { type Inspector, parseInspectionRequest } from '../inspection-request'
import type { Question } from '../questions'
import { accept } from './accepted'
import { guard, type Request, WRITE_PERMISSION } from './guard'
import { errorReply, isErrorCode, type Reply } from './reply'
import { type Answer, ROOT, refuseForeignPages, respond } from './routes'

/**
 * Who may ask decides to which address a password goes, and reads the environment by `${NAME}`: that is what who deploys flows may, and
 * nobody else.
 */
const FLOWS_PERMISSION = 'flows.write'
const CLIENT_MAX = 100
const QUESTION_MAX = 10_000
const LATE = new Set(['no-answer', 'answer-deadline', 'open-deadline'])

/** Express cannot take a route away again, so each server gets them once. */
const served = new WeakSet<NodeAPI['httpAdmin']>()

/** To be called before the routes that take all that is left. */
export function mountInspectionRoutes(RED: NodeAPI, inspector: Inspector): void {
  const app: NodeAPI['httpAdmin'] | undefined | null = RED.httpAdmin
  if (!app || served.has(app)) return
  served.add(app)
  const guards = [guard(RED, WRITE_PERMISSION), guard(RED, FLOWS_PERMISSION), refuseForeignPages]
  const post = (path: string, answer: Answer) =>
    app.post(`${ROOT}/inspect/${path}`, ...guards, accept({ members: MEMBERS }), respond(answer))
  const ask = async (req: Request, question: Question): Promise<Reply> => {
    const { nodeType = '' } = req.params
    const request = parseInspectionRequest(req.body)
    const client = clientIn(req)
    if (!request || client === undefined || typeof nodeType !== 'string') return MALFORMED
    const { supervisor, node } = request
    const entry = { level: RED.log.AUDIT, event: 'collectors.inspect', nodeType, node, supervisor }
    RED.log.audit(entry, req)
    try {
      const untagged = question.type === 'query'
      const answer = await inspector.inspect({ ...request, nodeType, client, untagged }).ask(question)
      return { status: 200, body: question.type === 'read-now' ? (parseReadNow(answer) ?? malformed()) : answer }
    } catch (thrown) {
      if (thrown instanceof Fault) return refusalReply(thrown)
      throw thrown
    }
  }
  post('close', async (req) => {
    const client = clientIn(req)
    if (client === undefined) return MALFORMED
    await inspector.closeInspection(client)
    return { status: 200, body: { message: 'closed' } }
  })
  post(':nodeType/read-now', (req) => ask(req, { type: 'read-now' }))
  post(':nodeType/browse', (req) => {
    const query = asRecord(asRecord(req.body)?.question ?? {})
    if (!query || JSON.stringify(query).length > QUESTION_MAX) return MALFORMED
    return ask(req, { type: 'query', query: { ...query, ask: 'browse' } })
  })
}

const MEMBERS = ['client', 'supervisor', 'settings', 'node', 'secrets', 'question']
const MALFORMED = errorReply(
  'bad-request',
  'expected { client, supervisor, settings, node?, secrets?, question? }: who asks, the id of a supervisor, the properties of the node',
)

function clientIn({ body }: Request): string | undefined {
  return asText(asRecord(body)?.client, CLIENT_MAX) || undefined
}

function malformed(): never {
  throw new Fault('protocol', 'malformed', 'the process gave a malformed answer')
}

/** `{ error, code, reason }`: the last tells programs more closely what is wrong, e.g. certificate-unknown. */
function refusalReply(fault: Fault): Reply {
  const reply = errorReply(codeOf(fault), fault.message)
  return { ...reply, body: { ...asRecord(reply.body), reason: fault.code } }
}

function codeOf({ kind, code }: Fault): ErrorCode {
  if (LATE.has(code)) return 'timeout'
  if (isErrorCode(code)) return code
  return kind === 'config' ? 'bad-request' : 'failed'
}
