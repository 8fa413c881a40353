// The name of a reader is its key in the process table, so it belongs to one node only.

import { nextName } from './tag-name'

const READER_TYPES = ['modbus-in', 'opcua-in', 'melsec-in']

/** A check for the `name` of a reader. */
export function checkUnusedName(name: unknown, node: EditedNode): string | undefined {
  return otherNames(node).has(String(name)) ? 'is the name of another reader' : undefined
}

/** For a node that was just put into the flow, from the palette or as a copy: a name that is its own. */
export function nameNewReader(node: EditedNode, stem: string): void {
  const taken = otherNames(node)
  const name = typeof node.name === 'string' && node.name !== '' ? node.name : `${stem}-1`
  node.name = taken.has(name) ? nextName(name, taken) : name
}

function otherNames(node: EditedNode): Set<string> {
  const others = READER_TYPES.flatMap((type) => RED.nodes.filterNodes({ type })).filter(
    (other) => other.id !== node.id && other.d !== true,
  )
  return new Set(others.map(({ name }) => String(name)))
}
