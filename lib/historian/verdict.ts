// What an answer of InfluxDB, or none, means for what was written: one table, pure. The texts tell an operator what to do.

import type { InfluxTarget } from '../contract/influx-target'
import { asRecord, asText } from '../contract/parse'
import { type Meaning, meaningOf } from './refusal-words'
import { parseRetryAfter } from './retry-after'
import { withoutSecrets } from './secrets'
import type { Verdict } from './sink'

/** How a write request ended. */
export type Reply =
  | { kind: 'answer'; status: number; headers: ReplyHeaders; body: string }
  /** Without a whole answer; `code` as of Node.js, e.g. ECONNREFUSED. */
  | { kind: 'failure'; code: string; message: string }
  | { kind: 'timeout'; afterMs: number }
  /** By ourselves. */
  | { kind: 'cancelled' }

type ReplyHeaders = { retryAfter?: string; location?: string; victoriaMetrics?: boolean }
type Answer = Extract<Reply, { kind: 'answer' }>

const WORDS_MAX = 300
/** So much of a text is looked through for secrets; what is told is in it. */
const QUOTED_MAX = 4096

/** Times of the lines of a request, ms since the epoch. */
export type LineTimes = readonly number[]

/** `nowMs` since the epoch, to understand dates of the server. */
export function verdictOf(reply: Reply, target: InfluxTarget, nowMs: number, lineTimes: LineTimes = []): Verdict {
  switch (reply.kind) {
    case 'answer':
      return verdictOnAnswer(reply, target, nowMs, lineTimes)
    case 'failure':
      return verdictOnFailure(reply.code, quote(reply.message, target), target)
    case 'timeout':
      return later(`no answer from ${target.url} within ${reply.afterMs / 1000} s: is the database overloaded or hung?`)
    case 'cancelled':
      return later('stopped while writing')
    default:
      return reply satisfies never
  }
}

function verdictOnAnswer(answer: Answer, target: InfluxTarget, nowMs: number, lineTimes: LineTimes): Verdict {
  const { status } = answer
  const words = wordsIn(answer.body, target)
  const said = words === '' ? `${status}` : `${status}: ${words}`
  if (status < 300) return verdictOnSuccess(answer, said, target)
  if (status < 400) {
    const to = quote(answer.headers.location ?? '', target) || 'another place'
    return blocked(`${target.url} redirects to ${to} (${status}): set the URL to where the database is`)
  }
  // InfluxDB Enterprise: it has the data, and will pass it on to a node that is behind.
  if (status >= 500 && words.includes('hinted handoff queue not empty')) return { kind: 'accepted' }
  const meaning = isNotAboutLines(answer.body) ? undefined : meaningOf(allWordsIn(answer.body))
  if (meaning && mayWordsDecide(status, meaning)) {
    const reason = words || said
    if (meaning.kind === 'later') return status < 500 ? busy(answer, said, nowMs) : broken(answer, said, nowMs)
    return meaning.kind === 'refused' ? { kind: 'refused', reason } : tooOld(meaning, reason, lineTimes)
  }
  switch (status) {
    case 400:
    case 422:
      if (isNotAboutLines(answer.body)) return blocked(`${notThis(target)} (${said})`)
      // VictoriaMetrics, for more than 256 KiB.
      if (words.includes('too long line')) return { kind: 'too-large', reason: words }
      return { kind: 'refused', reason: words || `the database answers ${status} without a reason` }
    case 401:
      return blocked(`the database does not know this login (${said}): check ${loginOf(target)}`)
    case 403:
      return blocked(
        `the database does not permit writing (${said}): may ${writerOf(target)} write to ${placeOf(target)}?`,
      )
    case 404:
      return blocked(`not found (${said}): is there ${placeOf(target)}, and is ${target.url} an ${nameOf(target)}?`)
    case 413:
      return { kind: 'too-large', reason: `the database takes no request of this size (${said})` }
    case 408:
    case 425:
    case 429:
      return busy(answer, said, nowMs)
    default:
      if (status < 500) return blocked(`${notThis(target)} (${said})`)
      return broken(answer, said, nowMs)
  }
}

/** What a 401, a 404 or a 413 says is in its code. IOx says with a 403 that points are too old. */
function mayWordsDecide(status: number, { kind }: Meaning): boolean {
  return status === 400 || status === 422 || status >= 500 || (status === 403 && kind === 'too-old')
}

function busy({ headers }: Answer, said: string, nowMs: number): Verdict {
  return later(`the database cannot take more just now (${said}): it is asked again`, headers.retryAfter, nowMs)
}

function broken({ headers }: Answer, said: string, nowMs: number): Verdict {
  return later(`the database has a problem (${said}): it is asked again; see its log`, headers.retryAfter, nowMs)
}

/** InfluxDB tells the bound, or how many lines it has dropped: those are the oldest. */
function tooOld({ beforeMs, dropped }: Meaning & { kind: 'too-old' }, reason: string, lineTimes: LineTimes): Verdict {
  const bounds = [beforeMs === undefined ? undefined : beforeMs - 1, newestOfOldest(lineTimes, dropped)]
  const throughMs = Math.max(...bounds.filter((ms) => ms !== undefined))
  return { kind: 'too-old', reason, ...(Number.isFinite(throughMs) && { throughMs }) }
}

function newestOfOldest(lineTimes: LineTimes, count: number | undefined): number | undefined {
  if (count === undefined) return undefined
  const sorted = lineTimes.toSorted((one, other) => one - other)
  const newest = sorted[Math.min(count, sorted.length) - 1]
  // of two lines of one time it is not known which
  return sorted[count] === newest ? undefined : newest
}

/** All write paths answer 204; a 201 or 200 with text may be a partial answer of InfluxDB 3, or no database at all. */
function verdictOnSuccess({ status, body }: Answer, said: string, target: InfluxTarget): Verdict {
  if (status === 204 || body.trim() === '') return { kind: 'accepted' }
  const answer = parsed(body)
  if (!answer) return blocked(`${notThis(target)} (${said})`)
  if (answer.error === undefined && answer.data === undefined) return { kind: 'accepted' }
  return { kind: 'refused', reason: wordsIn(body, target) }
}

/** A wrong address or a missing parameter: the next lines would get the same answer, so none of them is at fault. */
function isNotAboutLines(body: string): boolean {
  return /^\s*</.test(body) || NOT_ABOUT_LINES.some((words) => words.test(body))
}

const NOT_ABOUT_LINES = [
  /unsupported path/i, // VictoriaMetrics, for a path of another version
  /HTTP request (was sent )?to (an )?HTTPS/i, // servers in Go, nginx
  /provide either|database (name )?is required/i, // InfluxDB 2 without organization, 1 without database
  /db name did not adhere|exceed limit of \d+ databases/i, // InfluxDB 3, which makes a database that is not there
]

function verdictOnFailure(code: string, message: string, target: InfluxTarget): Verdict {
  const { url } = target
  if (/CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|^ERR_TLS|^HOSTNAME/.test(code)) {
    return blocked(`the certificate of ${url} is not trusted (${code}): install one that is, or its authority's`)
  }
  switch (code) {
    case 'ECONNREFUSED':
      return later(`nobody listens at ${url}: is the database running?`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return later(`the name in ${url} is not known (${code}): check it and the name server`)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'ETIMEDOUT':
      return later(`${url} cannot be reached (${code}): check the network and the firewall`)
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return later(`${url} does not speak TLS (${code}): is it http:// instead of https://?`)
    default:
      if (code.startsWith('HPE_'))
        return later(`${url} answers something that is no HTTP (${code}): check host and port`)
      return later(`the connection to ${url} broke (${code === '' ? message : code}): it is tried again`)
  }
}

function later(reason: string, retryAfter?: string, nowMs = 0): Verdict {
  const afterMs = retryAfter === undefined ? undefined : parseRetryAfter(retryAfter, nowMs)
  return { kind: 'later', reason, ...(afterMs !== undefined && { afterMs }) }
}

function blocked(reason: string): Verdict {
  return { kind: 'blocked', reason }
}

function nameOf({ version }: InfluxTarget): string {
  return `InfluxDB ${version}`
}

function notThis(target: InfluxTarget): string {
  return `${target.url} does not answer like an ${nameOf(target)}: check the URL and the version`
}

function loginOf({ version }: InfluxTarget): string {
  return version === '1' ? 'the user and password' : 'the token'
}

function writerOf({ version, username }: InfluxTarget): string {
  return version === '1' ? `the user "${username}"` : 'the token'
}

function placeOf({ version, org, bucket, database }: InfluxTarget): string {
  return version === '2' ? `the bucket "${bucket}" of the organization "${org}"` : `the database "${database}"`
}

/** The server's own words, for people. */
function wordsIn(body: string, target: InfluxTarget): string {
  return quote(allWordsIn(body), target)
}

/** {error} of InfluxDB 1, {message} of 2, {error, data: [{error_message}]} of 3, or the text as it is. */
function allWordsIn(body: string): string {
  const answer = parsed(body)
  if (!answer) return body
  const first = asRecord(Array.isArray(answer.data) ? answer.data[0] : answer.data)
  return [answer.error, answer.message, first?.error_message].filter((text) => asText(text, Infinity)).join(': ')
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    return asRecord(JSON.parse(body))
  } catch {
    return undefined
  }
}

/** Foreign text in one line, bounded, and without a secret that it may repeat. */
function quote(text: string, target: InfluxTarget): string {
  const clean = withoutSecrets(text.slice(0, QUOTED_MAX), target)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const line = clean.replace(/[\u0000-\u001f\u007f\s]+/g, ' ').trim()
  return line.length > WORDS_MAX ? `${line.slice(0, WORDS_MAX)}...` : line
}
