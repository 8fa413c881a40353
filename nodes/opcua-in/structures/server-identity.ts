// Whether a server is the one of before: what was known of its types holds as long as it runs and its namespaces are the same.

import type { BrowseService } from '../browse-service'
import { goodData, standardNode } from './node-facts'

export type ServerIdentity = {
  /** ms since the epoch; it has run since then. */
  startedMs: number
  namespaces: readonly string[]
}

/** Server_NamespaceArray and Server_ServerStatus_StartTime (OPC 10000-5, 6.3). */
const NAMESPACES = standardNode(2255)
const START_TIME = standardNode(2257)

/** `identity` is undefined for a server that does not tell since when it runs. */
export async function askIdentity(
  service: BrowseService,
): Promise<{ namespaces: readonly string[]; identity: ServerIdentity | undefined }> {
  const [list, start] = await service.readAttributes(
    [NAMESPACES, START_TIME].map((node) => ({ node, attribute: 'value' as const })),
  )
  const told = goodData(list)
  const namespaces = Array.isArray(told) ? told.map(String) : []
  const started = goodData(start)
  const isKnown = started instanceof Date && namespaces.length > 0
  return { namespaces, identity: isKnown ? { startedMs: started.getTime(), namespaces } : undefined }
}

export function isSameServer(one: ServerIdentity | undefined, other: ServerIdentity | undefined): boolean {
  if (!one || !other || one.startedMs !== other.startedMs) return false
  const { namespaces } = other
  return one.namespaces.length === namespaces.length && one.namespaces.every((uri, index) => uri === namespaces[index])
}
