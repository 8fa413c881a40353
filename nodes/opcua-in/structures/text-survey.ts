// Asks a server what the numbers of the enumerations among its types mean, as far as their definitions do not say so.

import type { EnumerationTexts } from '../enumeration-texts'
import { type NodeRef, nodeKey } from '../node-ids'
import type { Definition } from './definition'
import type { TypeDescription } from './description'
import type { AskTexts, NodeFacts } from './node-facts'

type Told = ReadonlyMap<string, { node: NodeRef; definition: Definition | undefined }>

export class TextSurvey {
  readonly #facts: NodeFacts
  readonly #ask: AskTexts | undefined
  readonly #texts = new Map<string, EnumerationTexts | undefined>()

  /** @param ask absent where enumerations stay numbers */
  constructor(facts: NodeFacts, ask: AskTexts | undefined) {
    this.#facts = facts
    this.#ask = ask
  }

  /** @param told what the server has told of types, by their keys; those of a dictionary are not among them */
  async tell(types: Map<string, TypeDescription>, told: Told): Promise<void> {
    if (this.#ask) await this.#learn(types, told, this.#ask)
    for (const [key, type] of types) {
      if (type.kind !== 'enumeration') continue
      types.set(key, { ...type, texts: this.#ask && (this.#texts.get(key) ?? type.texts) })
    }
  }

  async #learn(types: ReadonlyMap<string, TypeDescription>, told: Told, ask: AskTexts): Promise<void> {
    const enumerations = [...types].flatMap(([key, { kind }]) => (kind === 'enumeration' ? (told.get(key) ?? []) : []))
    for (const { node, definition } of enumerations) {
      if (definition?.kind === 'enumeration' && definition.texts.size > 0) {
        this.#texts.set(nodeKey(node), definition.texts)
      }
    }
    const unknown = enumerations.flatMap(({ node }) => (this.#texts.has(nodeKey(node)) ? [] : [node]))
    const texts = await this.#facts.texts(unknown, ask)
    for (const [index, node] of unknown.entries()) this.#texts.set(nodeKey(node), texts[index])
  }
}
