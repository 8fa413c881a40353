// Asks a server for its type dictionaries: which of them describes an encoding, and by what name (OPC 10000-3, C.2 and C.3).

import { type NodeRef, nodeKey } from '../node-ids'
import { DICTIONARY_MAX_BYTES, type Dictionary, parseDictionary, typeIn } from './dictionary'
import { type NodeFacts, standardNode } from './node-facts'
import type { StandardType, StandardTypes } from './survey'

/** Reference types (OPC 10000-3, 7). */
const HAS_DESCRIPTION = standardNode(39)
const HAS_COMPONENT = standardNode(47)

/** Of all dictionaries of a server. */
const DICTIONARIES_MAX_BYTES = 4 * DICTIONARY_MAX_BYTES

/** `nodes`: those that it was read from. */
export type Dictated = StandardType & { nodes: readonly NodeRef[] }
type Read = { dictionary: Dictionary } | { reason: string }

export class DictionarySurvey {
  readonly #facts: NodeFacts
  readonly #standard: StandardTypes
  readonly #read = new Map<string, Read>()
  #leftBytes = DICTIONARIES_MAX_BYTES

  constructor(facts: NodeFacts, standard: StandardTypes) {
    this.#facts = facts
    this.#standard = standard
  }

  /** undefined for an encoding that no dictionary describes. */
  async ask(encodings: readonly NodeRef[]): Promise<(Dictated | { reason: string } | undefined)[]> {
    const descriptions = await this.#facts.firstTargets(encodings, { direction: 'forward', type: HAS_DESCRIPTION })
    const described = descriptions.filter((node) => node !== undefined)
    const names = await this.#facts.attributes(described, ['value'])
    const homes = await this.#facts.firstTargets(described, { direction: 'inverse', type: HAS_COMPONENT })
    const found = new Map<NodeRef, Dictated | { reason: string } | undefined>()
    for (const [index, node] of described.entries()) {
      const [name] = names[index] ?? []
      const home = homes[index]
      if (typeof name !== 'string' || !home) continue
      const read = await this.#find(home, name)
      found.set(node, 'reason' in read ? read : { ...read, nodes: [node, home] })
    }
    return descriptions.map((node) => node && found.get(node))
  }

  async #find(home: NodeRef, name: string): Promise<StandardType | { reason: string }> {
    const scope = nodeKey(home)
    const read = this.#read.get(scope) ?? (await this.#fetch(home))
    this.#read.set(scope, read)
    if ('reason' in read) return read
    return typeIn({ dictionary: read.dictionary, name, scope, standard: (other) => this.#standard.named(other) })
  }

  async #fetch(home: NodeRef): Promise<Read> {
    const [[data] = []] = await this.#facts.attributes([home], ['value'])
    if (!(data instanceof Uint8Array)) return { reason: 'the server does not hand out its type dictionary' }
    this.#leftBytes -= data.length
    if (data.length > DICTIONARY_MAX_BYTES || this.#leftBytes < 0) {
      return {
        reason: `the type dictionary of the server has ${data.length} bytes, ${DICTIONARY_MAX_BYTES} are the limit, and four times as many for all of them`,
      }
    }
    const dictionary = parseDictionary(Buffer.from(data).toString('utf8'))
    return dictionary ? { dictionary } : { reason: 'the type dictionary of the server cannot be read' }
  }
}
