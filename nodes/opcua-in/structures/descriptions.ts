// What a server said of its types, at this connection and at others, in memory and in the store. Whether it says so still others find
// out.

import { isDeepStrictEqual } from 'node:util'
import type { BrowseService } from '../browse-service'
import { type NodeRef, nodeKey } from '../node-ids'
import { type Confirmation, confirm } from './confirmation'
import { reachable, type StructureType, type TypeDescriptions } from './description'
import { areContradictory } from './facts'
import type { AskTexts } from './node-facts'
import type { Survey } from './survey'
import type { KeptTypes, TypeStore } from './type-store'

const NOTHING: KeptTypes = { namespaces: [], roots: new Map(), types: new Map(), facts: new Map() }

export class Descriptions {
  readonly #store: TypeStore
  #known = NOTHING
  #isLoaded = false

  constructor(store: TypeStore) {
    this.#store = store
  }

  get namespaces(): readonly string[] {
    return this.#known.namespaces
  }
  get isEmpty(): boolean {
    return this.#known.roots.size === 0
  }
  has(encoding: NodeRef): boolean {
    return this.#known.roots.has(nodeKey(encoding))
  }
  of(encoding: NodeRef): { type: StructureType; types: TypeDescriptions } | undefined {
    const { roots, types } = this.#known
    const root = roots.get(nodeKey(encoding))
    const type = root === undefined ? undefined : types.get(root)
    return type?.kind === 'structure' ? { type, types } : undefined
  }

  /** Rejects with a Fault when the server does not answer. */
  async compare(service: BrowseService, texts: AskTexts | undefined): Promise<Confirmation> {
    if (!this.#isLoaded) this.#known = (await this.#store.load()) ?? this.#known
    this.#isLoaded = true
    return confirm(service, this.#known, texts)
  }

  /** Returns whether its namespaces are others than before: what has an index of theirs means something else now. */
  forget(namespaces: readonly string[]): boolean {
    const before = this.#known.namespaces
    this.#known = { ...NOTHING, namespaces }
    return before.length > 0 && !isDeepStrictEqual(before, namespaces)
  }

  /** Returns false if that contradicts what is known: the server has changed its types since. */
  learn(encodings: readonly NodeRef[], { findings, types, facts }: Survey): boolean {
    const known = this.#known
    if (areContradictory(known.facts, facts)) return false
    const roots = new Map(known.roots)
    for (const [index, encoding] of encodings.entries()) {
      const finding = findings[index]
      if (finding && 'root' in finding) roots.set(nodeKey(encoding), finding.root)
    }
    this.#known = {
      namespaces: known.namespaces,
      roots,
      types: reachable(roots.values(), new Map([...known.types, ...types])),
      facts: new Map([...known.facts, ...facts]),
    }
    this.#store.save(this.#known)
    return true
  }
}
