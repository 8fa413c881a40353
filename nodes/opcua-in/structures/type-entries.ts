// The encodings of all values that came.

import { type NodeRef, nodeKey } from '../node-ids'
import type { Found } from './lookup'
import { TypeEntry } from './type-entry'

const ENTRIES_MAX = 1000

export class TypeEntries {
  /** Of a type that has no place among them. */
  static readonly FULL: Found = { kind: 'unknown', reason: `there are more than ${ENTRIES_MAX} types of structures` }
  readonly #entries = new Map<string, TypeEntry>()

  /** undefined if there is no room. */
  enter(encoding: NodeRef): TypeEntry | undefined {
    const key = nodeKey(encoding)
    const known = this.#entries.get(key)
    if (known || this.#entries.size >= ENTRIES_MAX) return known
    const entry = new TypeEntry(encoding)
    this.#entries.set(key, entry)
    return entry
  }

  get all(): readonly TypeEntry[] {
    return [...this.#entries.values()]
  }

  clear(): void {
    this.#entries.clear()
  }
}
