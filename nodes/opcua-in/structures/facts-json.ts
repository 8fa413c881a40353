// Facts as JSON, and back: what a file holds may have been written by anybody.

import { asCount, asNumber, asOneOf, asRecord, asText } from '../../../lib/contract/parse'
import { ATTRIBUTES, type Attribute } from '../browse-service'
import type { NodeRef } from '../node-ids'
import { DIRECTIONS, type Fact, type Facts, type Subject } from './facts'

const KINDS = ['attribute', 'target', 'texts'] as const
const ID_KINDS = ['numeric', 'string', 'guid', 'opaque'] as const
const INDEX_MAX = 0xffff
/** Of an identifier. */
const ID_MAX = 6000
const DIGEST_MAX = 30

export function factsJson(facts: Facts): unknown {
  return [...facts.values()]
}

export function parseFact(input: unknown): Fact | undefined {
  const record = asRecord(input)
  const subject = parseSubject(asRecord(record?.subject))
  const digest = asText(record?.digest, DIGEST_MAX)
  return subject && digest !== undefined ? { subject, digest } : undefined
}

function parseSubject(record: Record<string, unknown> | undefined): Subject | undefined {
  const kind = asOneOf(record?.kind, KINDS)
  const node = parseNode(record?.node)
  if (!node) return undefined
  switch (kind) {
    case 'attribute': {
      const attribute = asOneOf(record?.attribute, ATTRIBUTE_NAMES)
      return attribute && { kind, node, attribute }
    }
    case 'target': {
      const direction = asOneOf(record?.direction, DIRECTIONS)
      const type = parseNode(record?.type)
      return direction && type && { kind, node, direction, type }
    }
    case 'texts':
      return { kind, node }
    case undefined:
      return undefined
    default:
      return kind satisfies never
  }
}

/** With the index of its namespace. */
function parseNode(input: unknown): NodeRef | undefined {
  const record = asRecord(input)
  const id = asRecord(record?.id)
  const namespace = asNumber(record?.namespace, 0, INDEX_MAX)
  const kind = asOneOf(id?.kind, ID_KINDS)
  if (namespace === undefined || !kind) return undefined
  if (kind === 'numeric') {
    const value = asCount(id?.value)
    return value === undefined ? undefined : { namespace, id: { kind, value }, range: '' }
  }
  const value = asText(id?.value, ID_MAX)
  return value === undefined ? undefined : { namespace, id: { kind, value }, range: '' }
}

const ATTRIBUTE_NAMES = Object.keys(ATTRIBUTES).filter((name): name is Attribute => Object.hasOwn(ATTRIBUTES, name))
