// The part of the process table that one status-broadcast node shows.

import type { ProcessEvent } from '../../lib/contract/process-event'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import type { Fleet } from '../collector-supervisor/face'
import type { Filter } from './filter'

export type View = {
  /** As they are now, in the order of the table. */
  rows(): ProcessRow[]
  /** One by name, whatever the filter says. */
  row(name: string): ProcessRow | undefined
  shows(row: ProcessRow): boolean
  /** Name of the supervisor -> its way into the database. */
  processors(): Record<string, ProcessorStatus>
  /** Of the supervisor with this name. */
  showsProcessor(supervisor: string): boolean
  /** The filter's status is held against the one that the process got into, or is in. */
  showsEvent(event: ProcessEvent, known: Pick<ProcessRow, 'type' | 'status'> | undefined): boolean
}

/** `supervisorId` empty = all. */
export function viewOf(fleet: Fleet, supervisorId: string, filter: Filter): View {
  // asked anew every time: a supervisor may be renamed
  const inScope = (row: { supervisor: string }) =>
    supervisorId === '' || row.supervisor === fleet.supervisors().get(supervisorId)
  const shows = (row: ProcessRow) => inScope(row) && filter(row)
  return {
    rows: () => fleet.rows().filter(shows),
    row: (name) => {
      const row = fleet.row(name)
      return row && inScope(row) ? row : undefined
    },
    shows,
    processors: () =>
      Object.fromEntries(Object.entries(fleet.processors()).filter(([supervisor]) => inScope({ supervisor }))),
    showsProcessor: (supervisor) => inScope({ supervisor }),
    showsEvent: (event, known) => {
      if (!inScope(event)) return false
      // Of a supervisor as a whole: a filter chooses among processes.
      if (event.kind === 'notice' && event.name === event.supervisor) return true
      const row = fleet.row(event.name) ?? known
      if (row === undefined) return false
      return filter({ name: event.name, type: row.type, status: event.kind === 'status' ? event.to : row.status })
    },
  }
}
