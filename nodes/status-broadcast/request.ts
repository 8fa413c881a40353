// What a message that comes into a status-broadcast node asks for, done.

import { failureOf, parseCommand } from '../../lib/contract/command'
import { Fault, toFault } from '../../lib/contract/fault'
import { type HistoryAnswer, parseHistoryQuery } from '../../lib/contract/history-query'
import { asRecord } from '../../lib/contract/parse'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { Fleet } from '../collector-supervisor/face'
import { FORBIDDEN } from './control'
import type { CommandReport } from './message'
import type { View } from './view'

export type Answer = {
  rows: ProcessRow[]
  /** Absent for get_status and for what is no command. */
  report?: CommandReport
  /** Of get_history. */
  history?: HistoryAnswer
  /** Set when anything of it failed; its code is one of CommandFailure, `busy`, `bad-command` or `forbidden`. */
  fault?: Fault
}

/** What a node may answer: `supervisor` (its id, empty = all) limits names and -all commands. */
export type Asker = {
  supervisor: string
  control: boolean
  /** The node is closed: its answer is not wanted any more. */
  gone: AbortSignal
}

/** Never throws. The filter limits only what is shown. get_status of one name answers with that one row. */
export async function answerRequest(
  fleet: Fleet,
  view: View,
  { supervisor: supervisorId, control, gone }: Asker,
  payload: unknown,
): Promise<Answer> {
  try {
    if (asRecord(payload)?.command === 'get_history') return await historyOf(fleet, view, payload, gone)
    const request = parseCommand(payload)
    if ('problem' in request) return { rows: [], fault: new Fault('config', 'bad-command', request.problem) }
    if (request.command === 'get_status') return statusOf(view, request.name)

    if (!control) return { rows: [], fault: new Fault('config', 'forbidden', FORBIDDEN) }
    const results = await fleet.command(request, supervisorId === '' ? undefined : supervisorId)
    const failure = failureOf(results)
    return {
      rows: view.rows(),
      report: { ...request, results: structuredClone(results) },
      ...(failure && { fault: new Fault('config', failure.code, `${request.command} failed: ${failure.text}`) }),
    }
  } catch (thrown) {
    return { rows: [], fault: toFault(thrown) }
  }
}

/** The same question as `GET /collectors/history`, of a reader that this node may show. */
async function historyOf(fleet: Fleet, view: View, payload: unknown, gone: AbortSignal): Promise<Answer> {
  const query = parseHistoryQuery(payload, Date.now())
  if (!query.ok) return { rows: [], fault: new Fault('config', 'bad-command', query.problem) }
  const { collector } = query.value
  if (!view.row(collector)) return { rows: [], fault: unknownProcess(collector) }
  return { rows: view.rows(), history: await fleet.history(query.value, gone) }
}

function statusOf(view: View, name: string | undefined): Answer {
  if (name === undefined) return { rows: view.rows() }
  const row = view.row(name)
  if (row) return { rows: [row] }
  return { rows: [], fault: unknownProcess(name) }
}

function unknownProcess(name: string): Fault {
  return new Fault('config', 'not-found', `there is no process "${name}"`)
}
