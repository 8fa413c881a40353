// Whether what is known of the types of a server is still what it says: everything that descriptions rest on is asked for once more, in
// one go, and compared.

import { isDeepStrictEqual } from 'node:util'
import type { BrowseService } from '../browse-service'
import { doHold, type Facts } from './facts'
import { type AskTexts, NodeFacts, standardNode } from './node-facts'

export type Confirmation = {
  /** As the server lists them now. */
  namespaces: readonly string[]
  isSame: boolean
  requests: number
}

/** Server_NamespaceArray (OPC 10000-5, 6.3). */
const NAMESPACES = { node: standardNode(2255), attribute: 'value' } as const
/** To ask for the limits of the server would take another round trip: so many operations in one call any server can do. */
const UNKNOWN = { nodesPerRead: undefined, nodesPerBrowse: undefined, continuationPoints: undefined }

/** Rejects with a Fault when the server does not answer. */
export async function confirm(
  service: BrowseService,
  known: { namespaces: readonly string[]; facts: Facts },
  texts: AskTexts | undefined,
): Promise<Confirmation> {
  const facts = new NodeFacts(service, known.namespaces, UNKNOWN)
  const subjects = [...known.facts.values()].map(({ subject }) => subject)
  const attributes = subjects.filter((subject) => subject.kind === 'attribute')
  const enumerations = subjects.filter(({ kind }) => kind === 'texts').map(({ node }) => node)
  const [[list]] = await Promise.all([
    facts.read([NAMESPACES, ...attributes]),
    facts.targets(subjects.filter((subject) => subject.kind === 'target')),
    texts && facts.texts(enumerations, texts),
  ])
  const namespaces = namespacesIn(list)
  const isSame = isDeepStrictEqual(namespaces, known.namespaces) && doHold(known.facts, facts.facts)
  return { namespaces, isSame, requests: facts.requests }
}

function namespacesIn(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.map(String) : []
}
