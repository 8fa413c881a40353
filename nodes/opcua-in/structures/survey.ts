// Asks a server what the types of structures look like: from the encodings of their values to the built-in types of their last fields.
// Many types go into one call; what was told is not asked for again over the same connection.

import type { BrowseService } from '../browse-service'
import { type NodeRef, nodeKey, nodeText, parseNodeAddress } from '../node-ids'
import { Body } from './body'
import { type Definition, parseDefinition } from './definition'
import type { TypeDescription } from './description'
import { DictionarySurvey } from './dictionary-survey'
import type { Facts } from './facts'
import { simpleType } from './namespace-zero'
import { type AskTexts, NodeFacts, standardNode } from './node-facts'
import { TextSurvey } from './text-survey'

/** The encoding of values, and tags that had such values. */
export type Question = { encoding: NodeRef; tags: readonly NodeRef[] }
export type Finding = { root: string } | { reason: string }
/** `facts`: those that the types which were found rest on. */
export type Survey = { findings: Finding[]; types: Map<string, TypeDescription>; facts: Facts }

export type SurveyParts = {
  service: BrowseService
  namespaces: readonly string[]
  /** What the numbers of these enumerations mean; absent = they stay numbers. */
  texts?: AskTexts
  standard: StandardTypes
}
/** Types of namespace 0, for servers that do not describe them. */
export type StandardTypes = {
  encodedAs(encoding: NodeRef): StandardType | undefined
  named(name: string): StandardType | undefined
}
/** `root` is its key; the others are what it is made of. */
export type StandardType = { root: string; types: ReadonlyMap<string, TypeDescription> }

/** Types, and the keys of all nodes that say something of them. */
type Found = { types: Map<string, TypeDescription>; nodes: Set<string> }
type Told = { node: NodeRef; definition: Definition | undefined; isAbstract: boolean; supertype: NodeRef | undefined }

/** Reference types (OPC 10000-3, 7). */
const HAS_ENCODING = { direction: 'inverse', type: standardNode(38) } as const
const HAS_SUBTYPE = { direction: 'inverse', type: standardNode(45) } as const
const STRUCTURE = nodeKey(standardNode(22))
/** Types within types, and supertypes of supertypes. */
const ROUNDS_MAX = 40
const TYPES_MAX = 2000
const DEFINITIONS_MAX_BYTES = 4 * 1024 * 1024

export class Surveyor {
  readonly #parts: SurveyParts
  readonly #facts: NodeFacts
  readonly #dictionaries: DictionarySurvey
  readonly #texts: TextSurvey
  #definitionBytes = 0
  readonly #told = new Map<string, Told>()
  /** Encoding -> data type; undefined = the server has no reference from one to the other. */
  readonly #typeOf = new Map<string, NodeRef | undefined>()
  /** Tag -> data type. */
  readonly #tagTypes = new Map<string, NodeRef | undefined>()

  constructor(parts: SurveyParts) {
    this.#parts = parts
    this.#facts = new NodeFacts(parts.service, parts.namespaces)
    this.#dictionaries = new DictionarySurvey(this.#facts, parts.standard)
    this.#texts = new TextSurvey(this.#facts, parts.texts)
  }

  /** So far. */
  get requests(): number {
    return this.#facts.requests
  }

  /** One finding for each question. Rejects with a Fault when the server does not answer. */
  async ask(questions: readonly Question[]): Promise<Survey> {
    await this.#findTypes(questions.map(({ encoding }) => encoding))
    await this.#findTagTypes(questions)
    const roots = questions.map((question) => this.#candidates(question))
    await this.#explore(roots.flat())
    const found: Found = { types: new Map(), nodes: new Set() }
    const findings = questions.map(({ encoding }, index) => this.#findingOf(encoding, roots[index] ?? [], found))
    await this.#lookUp(questions, findings, found)
    for (const [index, finding] of findings.entries()) {
      const { encoding, tags } = questions[index] ?? { encoding: undefined, tags: [] }
      if (!('root' in finding) || !encoding) continue
      for (const node of [encoding, ...tags, ...(roots[index] ?? [])]) found.nodes.add(nodeKey(node))
    }
    await this.#texts.tell(found.types, this.#told)
    const facts = new Map([...this.#facts.facts].filter(([, { subject }]) => found.nodes.has(nodeKey(subject.node))))
    return { findings, types: found.types, facts }
  }

  /** The data type; without a reference to it perhaps what came is the data type itself, or that of the tag. */
  #candidates({ encoding, tags }: Question): NodeRef[] {
    const type = this.#typeOf.get(nodeKey(encoding))
    return type ? [type] : [encoding, ...tags.flatMap((tag) => this.#tagTypes.get(nodeKey(tag)) ?? [])]
  }

  #findingOf(encoding: NodeRef, candidates: readonly NodeRef[], all: Found): Finding {
    const hasReference = this.#typeOf.get(nodeKey(encoding)) !== undefined
    let reason: string | undefined
    for (const candidate of candidates) {
      if (!hasReference && !this.#mayBeEncodedAs(candidate, encoding)) continue
      const found = this.#described(candidate)
      if ('reason' in found) reason ??= found.reason
      else {
        for (const [key, type] of found.types) all.types.set(key, type)
        for (const key of found.nodes) all.nodes.add(key)
        return { root: nodeKey(candidate) }
      }
    }
    const standard = this.#parts.standard.encodedAs(encoding)
    if (!standard) return { reason: reason ?? `the server does not tell the type of ${nodeText(encoding)}` }
    for (const [key, type] of standard.types) all.types.set(key, type)
    return { root: standard.root }
  }

  /** A definition that names this encoding, whether or not there is a node for it, or none at all. */
  #mayBeEncodedAs(candidate: NodeRef, encoding: NodeRef): boolean {
    const told = this.#told.get(nodeKey(candidate))
    if (told?.definition?.kind !== 'structure' || told.isAbstract) return false
    const own = told.definition.encoding
    return nodeKey(candidate) === nodeKey(encoding) || own === undefined || nodeKey(own) === nodeKey(encoding)
  }

  /** This type and all that it is made of. */
  #described(root: NodeRef): Found | { reason: string } {
    const types = new Map<string, TypeDescription>()
    const nodes = new Set<string>()
    const open = [root]
    for (let node = open.pop(); node; node = open.pop()) {
      const key = nodeKey(node)
      if (types.has(key)) continue
      const found = this.#describe(node, nodes)
      if ('reason' in found) return found
      const { type, parts } = found
      types.set(key, type)
      if (type.kind === 'structure' && (node === root || !type.isAbstract)) open.push(...parts)
    }
    return types.get(nodeKey(root))?.kind === 'structure'
      ? { types, nodes }
      : { reason: `the type ${nodeText(root)} is no structure` }
  }

  /**
   * By its own definition, or else as the type that it is a subtype of. `parts`: the types of its fields.
   *
   * @param nodes is given all that are looked at
   */
  #describe(
    node: NodeRef,
    nodes: Set<string>,
  ): { type: TypeDescription; parts: readonly NodeRef[] } | { reason: string } {
    const isAbstract = this.#told.get(nodeKey(node))?.isAbstract === true
    let next: NodeRef | undefined = node
    for (let round = 0; next && round < ROUNDS_MAX; round++) {
      const simple = simpleType(next)
      if (simple) return { type: simple, parts: [] }
      nodes.add(nodeKey(next))
      const told = this.#told.get(nodeKey(next))
      const definition = told?.definition
      if (definition?.kind === 'unusable')
        return { reason: `the description of ${nodeText(next)} cannot be used: ${definition.reason}` }
      if (definition?.kind === 'structure') {
        const { layout, fields, fieldTypes } = definition
        return { type: { kind: 'structure', layout, fields, isAbstract }, parts: fieldTypes }
      }
      const isStructure = told?.supertype && nodeKey(told.supertype) === STRUCTURE
      if (isStructure && !isAbstract) break
      next = told?.supertype
    }
    return { reason: `the server does not describe the type ${nodeText(node)}` }
  }

  /** What has no definition may stand in a dictionary. */
  async #lookUp(questions: readonly Question[], findings: Finding[], all: Found): Promise<void> {
    const missing = [...findings.keys()].filter((index) => 'reason' in (findings[index] ?? {}))
    const found = await this.#dictionaries.ask(missing.flatMap((index) => questions[index]?.encoding ?? []))
    for (const [at, index] of missing.entries()) {
      const one = found[at]
      if (!one) continue
      findings[index] = 'reason' in one ? one : { root: one.root }
      if ('reason' in one) continue
      for (const [key, type] of one.types) all.types.set(key, type)
      for (const node of one.nodes) all.nodes.add(nodeKey(node))
    }
  }

  async #findTypes(encodings: readonly NodeRef[]): Promise<void> {
    const unknown = encodings.filter((encoding) => !this.#typeOf.has(nodeKey(encoding)))
    const types = await this.#facts.firstTargets(unknown, HAS_ENCODING)
    for (const [index, encoding] of unknown.entries()) this.#typeOf.set(nodeKey(encoding), types[index])
  }

  /** Of tags whose values have an encoding that leads to no type. */
  async #findTagTypes(questions: readonly Question[]): Promise<void> {
    const lost = questions.filter(({ encoding }) => !this.#typeOf.get(nodeKey(encoding)))
    const tags = new Map(lost.flatMap((question) => question.tags).map((tag) => [nodeKey(tag), tag]))
    for (const key of this.#tagTypes.keys()) tags.delete(key)
    const types = await this.#facts.attributes([...tags.values()], ['dataType'])
    for (const [index, key] of [...tags.keys()].entries()) this.#tagTypes.set(key, nodeIn(types[index]?.[0]))
  }

  async #explore(roots: readonly NodeRef[]): Promise<void> {
    let open = roots
    for (let round = 0; open.length > 0 && round < ROUNDS_MAX; round++) {
      const fresh = new Map<string, NodeRef>()
      for (const node of open) {
        if (this.#told.size + fresh.size >= TYPES_MAX) break
        if (!simpleType(node) && !this.#told.has(nodeKey(node))) fresh.set(nodeKey(node), node)
      }
      open = await this.#look([...fresh.values()])
    }
  }

  /** Returns the types that these lead to. */
  async #look(nodes: readonly NodeRef[]): Promise<NodeRef[]> {
    const attributes = await this.#facts.attributes(nodes, ['dataTypeDefinition', 'isAbstract'])
    const told = nodes.map((node, index): Told => {
      const [definition, isAbstract] = attributes[index] ?? []
      return { node, definition: this.#parsed(definition), isAbstract: isAbstract === true, supertype: undefined }
    })
    const others = told.filter(({ definition }) => definition?.kind !== 'structure')
    const supertypes = await this.#facts.firstTargets(
      others.map(({ node }) => node),
      HAS_SUBTYPE,
    )
    for (const [index, one] of others.entries()) one.supertype = supertypes[index]
    for (const one of told) this.#told.set(nodeKey(one.node), one)
    return told.flatMap(({ definition, supertype }) => {
      if (definition?.kind === 'structure') return definition.fieldTypes
      return supertype ? [supertype] : []
    })
  }

  #parsed(definition: unknown): Definition | undefined {
    if (definition instanceof Body) this.#definitionBytes += definition.bytes.length
    if (this.#definitionBytes <= DEFINITIONS_MAX_BYTES) return parseDefinition(definition)
    return { kind: 'unusable', reason: `all together have more than ${DEFINITIONS_MAX_BYTES} bytes` }
  }
}

/** A value of the type NodeId. */
function nodeIn(data: unknown): NodeRef | undefined {
  const parsed = typeof data === 'string' ? parseNodeAddress(data) : undefined
  if (!parsed || 'problem' in parsed || typeof parsed.namespace !== 'number') return undefined
  return { ...parsed, namespace: parsed.namespace }
}
