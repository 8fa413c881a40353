// What a request may say besides its path: parameters of the URL, members of the body. What nobody here understands is refused and
// named: a word that is misspelt would otherwise be left out, and all would be meant where one was.

import type { IncomingHttpHeaders } from 'node:http'
import { asRecord } from '../../../lib/contract/parse'
import { type Handler, sendReply } from './guard'
import { errorReply, type Failure } from './reply'

export type Accepted = {
  /** Of the URL, each at most once, */
  once?: readonly string[]
  /** and those that may be repeated, as `tag=a&tag=b` or `tag[]=a&tag[]=b`. */
  repeated?: readonly string[]
  /** Of the JSON in the body. */
  members?: readonly string[]
}

/** The token, for Node-RED's permission check, and what clients add to get around caches. */
const ANYWHERE = ['access_token', '_']

/** Lets a request on that says nothing else, or answers it. */
export function accept(accepted: Accepted): Handler {
  return (req, res, next) => {
    const problem = parameterProblem(req.originalUrl, accepted)
    const failure =
      problem === undefined
        ? bodyFailure(req.headers, req.body, accepted)
        : { code: 'bad-request' as const, error: problem }
    if (failure) sendReply(res, errorReply(failure.code, failure.error))
    else next()
  }
}

/** One sentence for whoever made the URL. */
export function parameterProblem(url: string, { once = [], repeated = [] }: Accepted): string | undefined {
  const query = url.indexOf('?')
  if (query === -1) return undefined
  const seen = new Set<string>()
  for (const key of new URLSearchParams(url.slice(query + 1)).keys()) {
    if (repeated.includes(key.replace(/\[\]$/, '')) || ANYWHERE.includes(key)) continue
    if (!once.includes(key)) return `there is no parameter ${JSON.stringify(key)}${listed([...once, ...repeated])}`
    if (seen.has(key)) return `${key}: give it once`
    seen.add(key)
  }
  return undefined
}

/** `body` as Node-RED has parsed it. */
export function bodyFailure(
  headers: IncomingHttpHeaders,
  body: unknown,
  { members = [] }: Accepted,
): Failure | undefined {
  if (!hasBody(headers)) return undefined
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    return {
      code: 'unsupported-media-type',
      error: 'the body must be JSON: send it with Content-Type: application/json',
    }
  }
  const record = asRecord(body)
  if (!record) return { code: 'bad-request', error: 'the body must be an object in JSON' }
  const unknown = Object.keys(record).find((key) => !members.includes(key))
  if (unknown === undefined) return undefined
  return { code: 'bad-request', error: `there is no member ${JSON.stringify(unknown)} of the body${listed(members)}` }
}

/** RFC 9112, 6.3 */
function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? ': none is expected here' : `; there are ${names.join(', ')}`
}
