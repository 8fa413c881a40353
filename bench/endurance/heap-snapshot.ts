// What has come into a heap between two snapshots of it: objects by what they are, in numbers and bytes. The format is V8's: a node is a
// row of numbers, and `meta` names the columns.

import { asRecord, asText } from '../../lib/contract/parse'

export type Kind = { name: string; count: number; bytes: number }

/** A name may be a whole source text. */
const NAME_MAX = 60

/** Those that differ, the largest growth first. */
export function growthOf(before: unknown, after: unknown): Kind[] {
  const [earlier, later] = [kindsOf(before), kindsOf(after)]
  const names = new Set([...earlier.keys(), ...later.keys()])
  return [...names]
    .map((name) => {
      const [from, to] = [earlier.get(name), later.get(name)]
      return { name, count: (to?.count ?? 0) - (from?.count ?? 0), bytes: (to?.bytes ?? 0) - (from?.bytes ?? 0) }
    })
    .filter(({ count, bytes }) => count !== 0 || bytes !== 0)
    .sort((one, other) => other.bytes - one.bytes)
}

/** Objects of the same class are one kind; so are all strings, numbers and so on, whatever is in them. */
function kindsOf(snapshot: unknown): Map<string, Kind> {
  const { nodes, strings, width, at, types } = parse(snapshot)
  const kinds = new Map<string, Kind>()
  for (let node = 0; node < nodes.length; node += width) {
    const type = types[nodes[node + at.type] ?? 0] ?? 'unknown'
    const own = strings[nodes[node + at.name] ?? 0] ?? ''
    const name =
      type === 'object' || type === 'closure' || type === 'code' || type === 'hidden' ? `${type} ${own}` : type
    const kind = kinds.get(name) ?? { name: name.slice(0, NAME_MAX), count: 0, bytes: 0 }
    kinds.set(name, kind)
    kind.count++
    kind.bytes += nodes[node + at.bytes] ?? 0
  }
  return kinds
}

function parse(snapshot: unknown) {
  const record = asRecord(snapshot)
  const meta = asRecord(asRecord(record?.snapshot)?.meta)
  const fields = textsOf(meta?.node_fields)
  const [types] = Array.isArray(meta?.node_types) ? meta.node_types : []
  const at = { type: fields.indexOf('type'), name: fields.indexOf('name'), bytes: fields.indexOf('self_size') }
  const nodes: unknown[] = Array.isArray(record?.nodes) ? record.nodes : []
  if (Object.values(at).includes(-1) || nodes.length === 0) throw new Error('this is no heap snapshot of V8')
  return {
    nodes: nodes.map(Number),
    strings: textsOf(record?.strings),
    width: fields.length,
    at,
    types: textsOf(types),
  }
}

function textsOf(input: unknown): string[] {
  return Array.isArray(input) ? input.map((text) => asText(text, Number.POSITIVE_INFINITY) ?? '') : []
}
