// What a server said of its types, one answer at a time: descriptions hold as long as the answers that they rest on are the same.

import { createHash } from 'node:crypto'
import type { Attribute } from '../browse-service'
import type { EnumerationTexts } from '../enumeration-texts'
import { type NodeRef, nodeKey } from '../node-ids'
import { Body } from './body'

/** What was asked of a node. */
export type Subject =
  | { kind: 'attribute'; node: NodeRef; attribute: Attribute }
  /** Where the first reference of this type leads. */
  | { kind: 'target'; node: NodeRef; direction: Direction; type: NodeRef }
  /** What the numbers of an enumeration mean. */
  | { kind: 'texts'; node: NodeRef }
/** `digest` of the answer: definitions and dictionaries may be long. */
export type Fact = { subject: Subject; digest: string }
/** By their subjects: see subjectKey. */
export type Facts = ReadonlyMap<string, Fact>

export const DIRECTIONS = ['forward', 'inverse'] as const
export type Direction = (typeof DIRECTIONS)[number]

const DIGEST_BYTES = 16

export function subjectKey(subject: Subject): string {
  const node = nodeKey(subject.node)
  switch (subject.kind) {
    case 'attribute':
      return `${subject.attribute} of ${node}`
    case 'target':
      return `${subject.direction} ${nodeKey(subject.type)} of ${node}`
    case 'texts':
      return `texts of ${node}`
    default:
      return subject satisfies never
  }
}

/** Of an attribute, or of a NodeId as a text. Whatever cannot be understood as either is the same. */
export function digestOf(data: unknown): string {
  const hash = createHash('sha256')
  if (data instanceof Body) hash.update(`body ${data.format} ${nodeKey(data.typeId)} `).update(data.bytes)
  else if (data instanceof Uint8Array) hash.update('bytes ').update(data)
  else hash.update(typeof data === 'object' ? 'object' : `${typeof data} ${String(data)}`)
  return hash.digest().subarray(0, DIGEST_BYTES).toString('base64url')
}

export function digestOfTexts(texts: EnumerationTexts | undefined): string {
  return digestOf(texts && JSON.stringify([...texts]))
}

/** Whether the server says the same again of all that it said before. */
export function doHold(before: Facts, now: Facts): boolean {
  return [...before].every(([key, { digest }]) => now.get(key)?.digest === digest)
}

/** Whether it says something else of what it has been asked for in both. */
export function areContradictory(before: Facts, now: Facts): boolean {
  return [...now].some(([key, { digest }]) => (before.get(key)?.digest ?? digest) !== digest)
}
