// What reading a structure asks of those who know the types of its server.

import type { Body } from './body'
import type { StatusName } from './builtin'
import type { StructureType, TypeDescriptions } from './description'

/** What is known of the types of a server. */
export type KnownTypes = {
  typeOf(body: Body): Found
  /** It does not describe this body. */
  doubt(body: Body, why: string): void
  statusName: StatusName
}
/** Why it is not known yet. */
export const BEING_ASKED = 'the server is being asked what this structure looks like'

export type Found =
  | { kind: 'known'; type: StructureType; types: TypeDescriptions }
  | { kind: 'asking'; reason: string }
  | { kind: 'unknown'; reason: string }
