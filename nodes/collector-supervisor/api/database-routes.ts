// The REST routes of the way into the database: how it is doing, what the database refused, what the history holds.

import { Fault } from '../../../lib/contract/fault'
import { parseHistoryQuery } from '../../../lib/contract/history-query'
import { asCount, asRecord, asText } from '../../../lib/contract/parse'
import type { DeadLetterScope } from '../dead-letters'
import type { Fleet } from '../face'
import type { Accepted } from './accepted'
import type { Request } from './guard'
import { errorReply, isErrorCode, type Reply } from './reply'

/** Registers one route below /collectors. */
export type Mount = (
  path: string,
  answer: (req: Request, gone: AbortSignal) => Reply | Promise<Reply>,
  accepted?: Accepted,
) => void

const LETTERS_STANDARD = 100
const LETTERS_MAX = 1000

export function mountDatabaseRoutes(fleet: Fleet, get: Mount, post: Mount): void {
  get('/processor', () => ({ status: 200, body: fleet.processors() }))
  get('/dead-letters', (req) => orFailure(() => deadLetters(fleet, req)), { once: ['supervisor', 'max', 'group'] })
  for (const how of ['requeue', 'discard'] as const) {
    const answer = (req: Request) => orFailure(() => moveDeadLetters(fleet, how, req))
    post(`/dead-letters/${how}`, answer, { members: ['supervisor', 'ids'] })
  }
  get('/history', (req, gone) => orFailure(() => history(fleet, req, gone)), {
    once: ['collector', 'from', 'to', 'buckets'],
    repeated: ['tag'],
  })
}

async function deadLetters(fleet: Fleet, { query }: Request): Promise<Reply> {
  const parsed = parseLettersQuery(query)
  if ('problem' in parsed) return errorReply('bad-request', parsed.problem)
  const { supervisor, max, isGrouped } = parsed
  const unknown = unknownSupervisor(fleet, supervisor)
  if (unknown) return unknown
  if (!isGrouped) return { status: 200, body: await fleet.deadLetters({ supervisor }, max ?? LETTERS_STANDARD) }
  const groups = await fleet.deadLetterGroups({ supervisor })
  return { status: 200, body: groups.slice(0, max) }
}

type LettersQuery = { supervisor: string | undefined; max: number | undefined; isGrouped: boolean }

function parseLettersQuery({ supervisor, max, group = '0' }: Request['query']): LettersQuery | { problem: string } {
  const name = asText(supervisor, 1000)
  if (supervisor !== undefined && name === undefined)
    return { problem: 'supervisor must be the name of one supervisor' }
  const count = asCount(Number(max))
  if (max !== undefined && (count === undefined || count < 1 || count > LETTERS_MAX)) {
    return { problem: `max must be a whole number from 1 to ${LETTERS_MAX}` }
  }
  if (group !== '0' && group !== '1') return { problem: 'group must be 1, for dead letters by cause, or 0' }
  return { supervisor: name, max: count, isGrouped: group === '1' }
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
  const problem = fleet.supervisorProblem(name)
  return problem === undefined
    ? errorReply('not-found', `there is no supervisor "${name}"`)
    : errorReply('conflict', problem)
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
