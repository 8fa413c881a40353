// What a message that comes into a status-broadcast node asks for, done.

import { failureOf, parseCommand } from '../../lib/contract/command'
import { Fault, toFault } from '../../lib/contract/fault'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { Fleet } from '../collector-supervisor/face'
import type { CommandReport } from './message'
import type { View } from './view'

export type Answer = {
  rows: ProcessRow[]
  /** Absent for get_status and for what is no command. */
  report?: CommandReport
  /** Set when anything of it failed; its code is one of CommandFailure, or `bad-command`. */
  fault?: Fault
}

/**
 * Never throws. `supervisorId` (empty = all) limits names and -all commands; the filter limits only what is shown.
 * get_status of one name answers with that one row.
 */
export async function answerRequest(fleet: Fleet, view: View, supervisorId: string, payload: unknown): Promise<Answer> {
  try {
    const request = parseCommand(payload)
    if ('problem' in request) return { rows: [], fault: new Fault('config', 'bad-command', request.problem) }
    if (request.command === 'get_status') return statusOf(view, request.name)

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

function statusOf(view: View, name: string | undefined): Answer {
  if (name === undefined) return { rows: view.rows() }
  const row = view.row(name)
  if (row) return { rows: [row] }
  return { rows: [], fault: new Fault('config', 'not-found', `there is no process "${name}"`) }
}
