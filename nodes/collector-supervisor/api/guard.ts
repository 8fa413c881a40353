// Who may: Node-RED's permission check, its refusals as JSON.

import type { NodeAPI } from 'node-red'
import { asRecord } from '../../../lib/contract/parse'
import { errorReply, type Failure, type Reply } from './reply'

export const READ_PERMISSION = 'collector-supervisor.read'
export const WRITE_PERMISSION = 'collector-supervisor.write'

export type Handler = ReturnType<NodeAPI['auth']['needsPermission']>
export type Request = Parameters<Handler>[0]
export type Response = Parameters<Handler>[1]

export function sendReply(res: Response, { status, body, file, retryAfterS }: Reply): void {
  res.status(status).set('Cache-Control', 'no-store')
  if (retryAfterS !== undefined) res.set('Retry-After', String(retryAfterS))
  if (file) res.attachment(file.name).type(file.type).send(body)
  else res.json(body)
}

/** Lets a request on, or answers it. */
export function guard(RED: NodeAPI, permission: string): Handler {
  const check = RED.auth.needsPermission(permission)
  return (req, res, next) => {
    const refuse = (): void => {
      const { code, error } = refusal(req, permission)
      sendReply(res, errorReply(code, error))
    }
    ask(check, req, res, refuse, next)
  }
}

/**
 * Asks again for a request that was let in and whose connection has lasted since then: its token may have been revoked or
 * have expired, or it wants to do more. undefined = granted.
 */
export function guardAgain(
  RED: NodeAPI,
  permission: string,
): (req: Request, res: Response) => Promise<Failure | undefined> {
  const check = RED.auth.needsPermission(permission)
  return (req, res) =>
    new Promise((answered, failed) => {
      // Copies: nothing is sent any more, and what is found out about the user is of this moment.
      const asked: Request = Object.assign(Object.create(req), { user: undefined })
      const answer: Response = Object.assign(Object.create(res), { setHeader: () => answer })
      ask(
        check,
        asked,
        answer,
        () => answered(refusal(asked, permission)),
        (error) => (error ? failed(error) : answered(undefined)),
      )
    })
}

/**
 * `needsPermission` ends a refused request itself: 401 with a plain text or nothing, also where the user is known and
 * lacks the permission. That `end` is replaced while it looks, and is back before anything is sent.
 */
function ask(check: Handler, req: Request, res: Response, refused: () => void, next: (error?: unknown) => void): void {
  const end = res.end
  res.end = () => {
    res.end = end
    refused()
    return res
  }
  check(req, res, (error) => {
    res.end = end
    next(error)
  })
}

/** Where anonymous users may read, `user` is set for them too. */
function isSomebody(req: Request): boolean {
  const user = 'user' in req ? asRecord(req.user) : undefined
  return user !== undefined && user.anonymous !== true
}

function refusal(req: Request, permission: string): Failure {
  if (isSomebody(req)) return { error: `this user lacks the permission ${permission}`, code: 'forbidden' }
  return { error: 'needs the token of a Node-RED user: Authorization: Bearer <token>', code: 'unauthorized' }
}
