// Who may: Node-RED's permission check, its refusals as JSON.

import type { NodeAPI } from 'node-red'
import { asRecord } from '../../../lib/contract/parse'
import { errorReply, type Reply } from './reply'

export type Handler = ReturnType<NodeAPI['auth']['needsPermission']>
export type Request = Parameters<Handler>[0]
export type Response = Parameters<Handler>[1]

export function sendReply(res: Response, { status, body, file }: Reply): void {
  res.status(status).set('Cache-Control', 'no-store')
  if (file) res.attachment(file.name).type(file.type).send(body)
  else res.json(body)
}

/**
 * `needsPermission` ends a refused request itself: 401 with a plain text or nothing, also where the user is known and
 * lacks the permission. That `end` is replaced while it looks, and is back before anything is sent.
 */
export function guard(RED: NodeAPI, permission: string): Handler {
  const check = RED.auth.needsPermission(permission)
  return (req, res, next) => {
    const end = res.end
    res.end = () => {
      res.end = end
      sendReply(res, refusal(isSomebody(req), permission))
      return res
    }
    check(req, res, (error) => {
      res.end = end
      next(error)
    })
  }
}

/** Where anonymous users may read, `user` is set for them too. */
function isSomebody(req: Request): boolean {
  const user = 'user' in req ? asRecord(req.user) : undefined
  return user !== undefined && user.anonymous !== true
}

function refusal(userIsKnown: boolean, permission: string): Reply {
  if (userIsKnown) return errorReply('forbidden', `this user lacks the permission ${permission}`)
  return errorReply('unauthorized', 'needs the token of a Node-RED user: Authorization: Bearer <token>')
}
