// What may be asked of the address space of a server, and what is answered: one level at a time, page by page.

import type { Value } from '../../lib/contract/batch'
import { Fault } from '../../lib/contract/fault'
import { asCount, asOneOf, asRecord, asText } from '../../lib/contract/parse'
import { ADDRESS_MAX_LENGTH } from './fields'
import { type NodeAddress, parseNodeAddress } from './node-ids'

export type BrowseQuestion = {
  node: NodeAddress
  /** References of this type and of its subtypes. */
  references: NodeAddress
  direction: 'forward' | 'inverse' | 'both'
  /** How many of the list are known already: `next` of the answer before. 0 lists anew. */
  from: number
  /** At most so many at a time. */
  size: number
  /** The variables' types, rights and so on, and whether there is more below a node. */
  details: boolean
  /** The values of variables. */
  values: boolean
}

export type BrowseAnswer = {
  nodes: BrowsedNode[]
  /** Where the list goes on; absent when this is its end. */
  next?: number
  /** The server has more, but does not hand it out, and why. */
  incomplete?: string
}
export type BrowsedNode = {
  /** As the address of a tag, lasting: with the URI of its namespace. Absent for one that nobody could type. */
  address?: string
  /** The same with the index that its namespace has at present. */
  indexed?: string
  browseName: string
  displayName: string
  nodeClass: NodeClass
  /** Name of the type of the reference that leads here. */
  reference: string
  /** The reference leads from the node that is listed to the one that was asked for. */
  inverse?: true
  /** Name of its type. */
  typeDefinition?: string
  /** The node is at another server, which only says where it is. */
  elsewhere?: true
  /** Absent = may be. */
  hasChildren?: boolean
  /** Of variables only, where the server tells them. */
  dataType?: string
  /** -1 a single value, 1 and more: dimensions of an array, others: it may be either (OPC 10000-3, 5.6.2). */
  valueRank?: number
  readable?: boolean
  writable?: boolean
  description?: string
  value?: Value
  /** Why there is no value. */
  problem?: string
}

/** OPC 10000-3, 8.30. */
const NODE_CLASSES = {
  1: 'Object',
  2: 'Variable',
  4: 'Method',
  8: 'ObjectType',
  16: 'VariableType',
  32: 'ReferenceType',
  64: 'DataType',
  128: 'View',
} as const
export type NodeClass = (typeof NODE_CLASSES)[keyof typeof NODE_CLASSES] | 'Unspecified'

export function nodeClassOf(bit: number): NodeClass {
  const found = Object.entries(NODE_CLASSES).find(([known]) => Number(known) === bit)
  return found ? found[1] : 'Unspecified'
}

/** References that have a name here; the others are told by their NodeId. OPC 10000-6, A.3. */
export const REFERENCE_TYPES = { all: 31, hierarchical: 33, 'type-definition': 40, properties: 46 } as const

export const PAGE = { standard: 200, max: 1000 } as const
/** What a list may hold; a server that never comes to an end must not fill the memory. */
export const REFERENCES_MAX = 100_000
const OBJECTS = 'i=85'

/** Throws a Fault that says what is wrong. */
export function parseBrowseQuestion(input: unknown): BrowseQuestion {
  const record = asRecord(input)
  if (record?.ask !== 'browse') return refuse('what is asked is no question: expected { ask: "browse", node, … }')
  const { references = 'hierarchical', direction = 'forward', from = 0, size = PAGE.standard } = record
  const facing = asOneOf(direction, ['forward', 'inverse', 'both'] as const)
  const [start, most] = [asCount(from), asCount(size)]
  if (facing === undefined) return refuse('direction is forward, inverse or both')
  if (start === undefined || start > REFERENCES_MAX) return refuse(`from is a whole number up to ${REFERENCES_MAX}`)
  if (most === undefined || most < 1 || most > PAGE.max) return refuse(`size is a whole number from 1 to ${PAGE.max}`)
  return {
    node: addressOf(record.node === '' ? OBJECTS : (record.node ?? OBJECTS), 'node'),
    references: addressOf(isNamed(references) ? `i=${REFERENCE_TYPES[references]}` : references, 'references'),
    direction: facing,
    from: start,
    size: most,
    details: record.details !== false,
    values: record.values === undefined ? references === 'properties' : record.values === true,
  }
}

function isNamed(references: unknown): references is keyof typeof REFERENCE_TYPES {
  return typeof references === 'string' && Object.hasOwn(REFERENCE_TYPES, references)
}

function addressOf(input: unknown, what: string): NodeAddress {
  const text = asText(input, ADDRESS_MAX_LENGTH)
  if (text === undefined) return refuse(`${what}: expected a NodeId`)
  const address = parseNodeAddress(text)
  return 'problem' in address ? refuse(`${what}: ${address.problem}`) : { ...address, range: '' }
}

function refuse(message: string): never {
  throw new Fault('device', 'bad-request', message)
}
