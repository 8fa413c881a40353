// The REST routes of the way into the database: how it is doing, what the database refused, what the history holds.

import { Fault } from '../../../lib/contract/fault'
import { parseHistoryQuery } from '../../../lib/contract/history-query'
import { asCount, asRecord, asText } from '../../../lib/contract/parse'
import type { DeadLetterScope } from '../dead-letters'
import type { Fleet } from '../face'
import type { Request } from './guard'
import { errorReply, isErrorCode, type Reply } from './reply'

/** Registers one route below /collectors. */
export type Mount = (path: string, answer: (req: Request, gone: AbortSignal) => Reply | Promise<Reply>) => void

const LETTERS_STANDARD = 100
const LETTERS_MAX = 1000

export function mountDatabaseRoutes(fleet: Fleet, get: Mount, post: Mount): void {
  get('/processor', () => ({ status: 200, body: fleet.processors() }))
  get('/dead-letters', (req) => orFailure(() => deadLetters(fleet, req)))
  for (const how of ['requeue', 'discard'] as const) {
    post(`/dead-letters/${how}`, (req) => orFailure(() => moveDeadLetters(fleet, how, req)))
  }
  get('/history', (req, gone) => orFailure(() => history(fleet, req, gone)))
}

async function deadLetters(fleet: Fleet, { query }: Request): Promise<Reply> {
  const max = query.max === undefined ? LETTERS_STANDARD : asCount(Number(query.max))
  if (max === undefined || max < 1 || max > LETTERS_MAX) {
    return errorReply('bad-request', `max must be a whole number from 1 to ${LETTERS_MAX}`)
  }
  const supervisor = query.supervisor === undefined ? undefined : asText(query.supervisor, 1000)
  const unknown = unknownSupervisor(fleet, supervisor)
  if (unknown) return unknown
  if (query.group !== undefined && query.group !== '0') {
    return { status: 200, body: await fleet.deadLetterGroups({ supervisor }) }
  }
  return { status: 200, body: await fleet.deadLetters({ supervisor }, max) }
}

async function moveDeadLetters(fleet: Fleet, how: 'requeue' | 'discard', { body }: Request): Promise<Reply> {
  const scope = parseScope(body ?? {})
  if (!scope) {
    return errorReply(
      'bad-request',
      'expected { supervisor?, ids? }: the name of a supervisor, and ids of its dead letters',
    )
  }
  const unknown = unknownSupervisor(fleet, scope.supervisor)
  if (unknown) return unknown
  const count = await fleet.moveDeadLetters(scope, how)
  const done = how === 'requeue' ? 'requeued' : 'discarded'
  return { status: 200, body: { message: `${count} dead letters ${done}`, count } }
}

function parseScope(input: unknown): DeadLetterScope | undefined {
  const record = asRecord(input)
  if (!record) return undefined
  const supervisor = asText(record.supervisor, 1000)
  if (record.supervisor !== undefined && supervisor === undefined) return undefined
  if (record.ids === undefined) return { supervisor }
  if (!Array.isArray(record.ids) || supervisor === undefined) return undefined
  const ids = record.ids.map(asCount).filter((id) => id !== undefined)
  return ids.length === record.ids.length ? { supervisor, ids } : undefined
}

/** undefined = there is one of this name, or all are meant. */
export function unknownSupervisor(fleet: Fleet, name: string | undefined): Reply | undefined {
  if (name === undefined || [...fleet.supervisors().values()].includes(name)) return undefined
  return errorReply('not-found', `there is no supervisor "${name}"`)
}

async function history(fleet: Fleet, { query }: Request, gone: AbortSignal): Promise<Reply> {
  const parsed = parseHistoryQuery(query, Date.now())
  if (!parsed.ok) return errorReply('bad-request', parsed.problem)
  const answer = await fleet.history(parsed.value, gone)
  const { collector } = parsed.value
  if (answer.series.length === 0 && !fleet.row(collector)) {
    return errorReply('not-found', `there is no collector "${collector}", and nothing of it in the history`)
  }
  return { status: 200, body: answer }
}

/** What went wrong, as the client is told; anything else is a bug and is thrown on. */
async function orFailure(answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof Fault && isErrorCode(error.code)) return errorReply(error.code, error.message)
    throw error
  }
}
