// How a device treats its clients.

import { asCount, asOneOf, asRecord } from '../../lib/contract/parse'

export type Manners = {
  /** So many at a time; another one is turned away. */
  clientsMax?: number
  /** How: it is refused, or its connection is reset, closed in good order, or left open and never heard. */
  turnAway?: TurnAway
  /** Closes a connection that brought no request for so long. */
  idleCloseMs?: number
  /**
   * The place of a client that has gone stays taken for so long: as when a device is never told that its client died, and
   * finds out by itself.
   */
  holdPlaceMs?: number
}
export const TURN_AWAY = ['refuse', 'reset', 'close', 'silent'] as const
export type TurnAway = (typeof TURN_AWAY)[number]

/** undefined for anything that is no manners. */
export function parseManners(input: unknown): Manners | undefined {
  const record = asRecord(input)
  if (!record) return undefined
  const manners: Manners = {}
  for (const name of ['clientsMax', 'idleCloseMs', 'holdPlaceMs'] as const) {
    if (record[name] === undefined) continue
    const value = asCount(record[name])
    if (value === undefined) return undefined
    manners[name] = value
  }
  if (record.turnAway === undefined) return manners
  const turnAway = asOneOf(record.turnAway, TURN_AWAY)
  return turnAway && { ...manners, turnAway }
}
