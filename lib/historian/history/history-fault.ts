// What can go wrong with the file of a history, by name.

import { Fault, toFault } from '../../contract/fault'
import { verdictOn } from '../../queue/queue-error'
import { sqliteText } from '../../queue/sqlite-advice'

/**
 * `history-busy`        locked by another process right now
 * `history-full`        no room on the disk
 * `history-damaged`     the file is damaged or is no history: to be set aside
 * `history-unavailable` it cannot be opened, read or written, for any other reason
 * `history-folder`      (kind `config`) nothing can be made or moved where it lies
 */
export type HistoryTrouble =
  | 'history-busy'
  | 'history-full'
  | 'history-damaged'
  | 'history-unavailable'
  | 'history-folder'

/** Anything thrown while `doing` something with a history, as a Fault; what does not come from SQLite is a bug. */
export function toHistoryFault(thrown: unknown, doing: string): Fault {
  if (thrown instanceof Fault || !(thrown instanceof Error)) return toFault(thrown)
  const trouble = troubleOf(thrown)
  return trouble ? new Fault('link', trouble, `${doing}: ${sqliteText(thrown)}`, { cause: thrown }) : toFault(thrown)
}

function troubleOf(thrown: Error): HistoryTrouble | undefined {
  // what SQLite holds cannot be a JavaScript value: only a strange row can be like that
  if ('code' in thrown && thrown.code === 'ERR_OUT_OF_RANGE') return 'history-damaged'
  if (!('errcode' in thrown && typeof thrown.errcode === 'number')) return undefined
  const { kind, busy } = verdictOn(thrown.errcode)
  if (busy) return 'history-busy'
  if (kind === 'QueueFull') return 'history-full'
  return kind === 'CorruptedData' ? 'history-damaged' : 'history-unavailable'
}
