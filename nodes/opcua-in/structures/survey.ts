// Asks a server what the types of structures look like: from the encodings of their values to the built-in types of their last fields.
// Many types go into one call; what was told is not asked for again over the same connection.

import { Batches } from '../batches'
import type { BrowseLimits, BrowseService } from '../browse-service'
import type { EnumerationTexts } from '../enumeration-texts'
import { type NodeAddress, type NodeRef, nodeKey, nodeText, resolveAddress } from '../node-ids'
import type { Sample } from '../session'
import { batchSize } from '../source'
import { qualityOf } from '../statuses'
import { type Definition, parseDefinition } from './definition'
import type { TypeDescription } from './description'
import { simpleType } from './namespace-zero'

/** The encoding of values, and the data types of tags that had them. */
export type Question = { encoding: NodeRef; tagTypes: readonly NodeRef[] }
export type Finding = { root: string } | { reason: string }
export type Survey = { findings: Finding[]; types: Map<string, TypeDescription> }

export type SurveyParts = {
  service: BrowseService
  namespaces: readonly string[]
  /** What the numbers of these enumerations mean; absent = they stay numbers. */
  texts?: (types: readonly NodeRef[]) => Promise<(EnumerationTexts | undefined)[]>
  /** Of namespace 0, for servers that do not describe it: the type with this encoding, or this type. */
  standard(node: NodeRef): StandardType | undefined
}
export type StandardType = { root: string; types: ReadonlyMap<string, TypeDescription> }

type Told = { node: NodeRef; definition: Definition | undefined; isAbstract: boolean; supertype: NodeRef | undefined }

/** Reference types (OPC 10000-3, 7). */
const HAS_ENCODING = reference(38)
const HAS_SUBTYPE = reference(45)
/** More of one node have no meaning. */
const REFERENCES_MAX = 10
/** Types within types, and supertypes of supertypes. */
const ROUNDS_MAX = 40
const TYPES_MAX = 2000

export class Surveyor {
  readonly #parts: SurveyParts
  readonly #told = new Map<string, Told>()
  /** Encoding -> data type; undefined = the server has no reference from one to the other. */
  readonly #typeOf = new Map<string, NodeRef | undefined>()
  readonly #texts = new Map<string, EnumerationTexts | undefined>()
  #limits: BrowseLimits | undefined
  #requests = 0

  constructor(parts: SurveyParts) {
    this.#parts = parts
  }

  /** So far. */
  get requests(): number {
    return this.#requests
  }

  /** One finding for each question. Rejects with a Fault when the server does not answer. */
  async ask(questions: readonly Question[]): Promise<Survey> {
    await this.#findTypes(questions.map(({ encoding }) => encoding))
    const roots = questions.map((question) => this.#candidates(question))
    await this.#explore(roots.flat())
    const types = new Map<string, TypeDescription>()
    const findings = questions.map(({ encoding }, index) => this.#findingOf(encoding, roots[index] ?? [], types))
    await this.#tellTexts(types)
    return { findings, types }
  }

  /** The data type; without a reference to it perhaps what came is the data type itself, or that of the tag. */
  #candidates({ encoding, tagTypes }: Question): NodeRef[] {
    const type = this.#typeOf.get(nodeKey(encoding))
    return type ? [type] : [encoding, ...tagTypes]
  }

  #findingOf(encoding: NodeRef, candidates: readonly NodeRef[], types: Map<string, TypeDescription>): Finding {
    const hasReference = this.#typeOf.get(nodeKey(encoding)) !== undefined
    let reason: string | undefined
    for (const candidate of candidates) {
      if (!hasReference && !this.#mayBeEncodedAs(candidate, encoding)) continue
      const found = this.#described(candidate)
      if ('reason' in found) reason ??= found.reason
      else {
        for (const [key, type] of found.types) types.set(key, type)
        return { root: nodeKey(candidate) }
      }
    }
    const standard = this.#parts.standard(encoding)
    if (!standard) return { reason: reason ?? `the server does not tell the type of ${nodeText(encoding)}` }
    for (const [key, type] of standard.types) types.set(key, type)
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
  #described(root: NodeRef): { types: Map<string, TypeDescription> } | { reason: string } {
    const types = new Map<string, TypeDescription>()
    const open = [root]
    for (let node = open.pop(); node; node = open.pop()) {
      const key = nodeKey(node)
      if (types.has(key)) continue
      const type = this.#describe(node)
      if ('reason' in type) return type
      types.set(key, type)
      const definition = this.#told.get(key)?.definition
      const isInline = type.kind === 'structure' && (node === root || !type.isAbstract)
      if (isInline && definition?.kind === 'structure') open.push(...definition.fieldTypes)
    }
    return types.get(nodeKey(root))?.kind === 'structure'
      ? { types }
      : { reason: `the type ${nodeText(root)} is no structure` }
  }

  #describe(node: NodeRef): TypeDescription | { reason: string } {
    let next: NodeRef | undefined = node
    for (let round = 0; next && round < ROUNDS_MAX; round++) {
      const simple = simpleType(next)
      if (simple) return simple
      const told = this.#told.get(nodeKey(next))
      const definition = told?.definition
      if (definition?.kind === 'unusable')
        return { reason: `the description of ${nodeText(next)} cannot be used: ${definition.reason}` }
      if (definition?.kind === 'structure') {
        const { layout, fields } = definition
        return { kind: 'structure', layout, fields, isAbstract: told?.isAbstract === true }
      }
      const isStructure = told?.supertype && nodeKey(told.supertype) === STRUCTURE
      if (isStructure && !told.isAbstract) break
      next = told?.supertype
    }
    return { reason: `the server does not describe the type ${nodeText(node)}` }
  }

  async #findTypes(encodings: readonly NodeRef[]): Promise<void> {
    const unknown = encodings.filter((encoding) => !this.#typeOf.has(nodeKey(encoding)))
    await this.#browse(unknown, HAS_ENCODING, (encoding, type) => this.#typeOf.set(nodeKey(encoding), type))
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
    for (const node of nodes) {
      this.#told.set(nodeKey(node), { node, definition: undefined, isAbstract: false, supertype: undefined })
    }
    await this.#read(nodes, (told, definition, isAbstract) => {
      told.definition = definition
      told.isAbstract = isAbstract
    })
    const told = nodes.flatMap((node) => this.#told.get(nodeKey(node)) ?? [])
    const others = told.filter(({ definition }) => definition?.kind !== 'structure').map(({ node }) => node)
    await this.#browse(others, HAS_SUBTYPE, (node, supertype) => {
      const of = this.#told.get(nodeKey(node))
      if (of) of.supertype = supertype
    })
    return told.flatMap(({ definition, supertype }) => {
      if (definition?.kind === 'structure') return definition.fieldTypes
      return supertype ? [supertype] : []
    })
  }

  async #read(
    nodes: readonly NodeRef[],
    take: (told: Told, definition: Definition | undefined, isAbstract: boolean) => void,
  ): Promise<void> {
    const { nodesPerRead } = await this.#knownLimits()
    const batches = new Batches(Math.ceil(batchSize(nodesPerRead) / 2))
    const read = async (batch: readonly NodeRef[]): Promise<void> => {
      this.#requests++
      const samples = await this.#parts.service.readAttributes(
        batch.flatMap((node) => [
          { node, attribute: 'dataTypeDefinition' as const },
          { node, attribute: 'isAbstract' as const },
        ]),
      )
      batch.forEach((node, index) => {
        const told = this.#told.get(nodeKey(node))
        if (told) take(told, parseDefinition(goodData(samples[2 * index])), goodData(samples[2 * index + 1]) === true)
      })
    }
    await batches.each(nodes, read, () => {})
  }

  /** The first node that each refers to in the inverse direction. */
  async #browse(
    nodes: readonly NodeRef[],
    type: NodeRef,
    take: (node: NodeRef, target: NodeRef | undefined) => void,
  ): Promise<void> {
    if (nodes.length === 0) return
    const { nodesPerBrowse } = await this.#knownLimits()
    const { service, namespaces } = this.#parts
    const browse = async (batch: readonly NodeRef[]): Promise<void> => {
      this.#requests++
      const wishes = batch.map((node) => ({ node, direction: 'inverse' as const, type }))
      const answers = await service.browse(wishes, REFERENCES_MAX)
      batch.forEach((node, index) => {
        const [first] = answers[index]?.references.filter(({ server }) => server === 0) ?? []
        take(node, first && withoutRange(resolveAddress(first.node, namespaces)))
      })
      const points = answers.flatMap(({ next }) => next ?? [])
      if (points.length > 0) await service.release(points)
    }
    await new Batches(batchSize(nodesPerBrowse)).each(nodes, browse, (node) => take(node, undefined))
  }

  async #tellTexts(types: Map<string, TypeDescription>): Promise<void> {
    const ask = this.#parts.texts
    if (!ask) {
      for (const [key, type] of types) if (type.kind === 'enumeration') types.set(key, { ...type, texts: undefined })
      return
    }
    const unknown = [...types].flatMap(([key, { kind }]) => {
      const node = kind === 'enumeration' && !this.#texts.has(key) ? this.#told.get(key)?.node : undefined
      return node ? [{ key, node }] : []
    })
    const { nodesPerRead } = await this.#knownLimits()
    const look = async (batch: typeof unknown): Promise<void> => {
      this.#requests++
      const found = await ask(batch.map(({ node }) => node))
      for (const [index, { key }] of batch.entries()) this.#texts.set(key, found[index])
    }
    await new Batches(batchSize(nodesPerRead)).each(
      unknown,
      (batch) => look([...batch]),
      () => {},
    )
    for (const [key, type] of types) {
      if (type.kind === 'enumeration') types.set(key, { ...type, texts: this.#texts.get(key) ?? type.texts })
    }
  }

  async #knownLimits(): Promise<BrowseLimits> {
    if (!this.#limits) this.#requests++
    this.#limits ??= await this.#parts.service.limits()
    return this.#limits
  }
}

const STRUCTURE = nodeKey(reference(22))

function goodData(sample: Sample | undefined): unknown {
  return sample && qualityOf(sample.code) !== 'bad' ? sample.value?.data : undefined
}

function reference(value: number): NodeRef {
  return { namespace: 0, id: { kind: 'numeric', value }, range: '' }
}

function withoutRange(node: NodeAddress | undefined): NodeRef | undefined {
  return node && typeof node.namespace === 'number' ? { ...node, namespace: node.namespace, range: '' } : undefined
}
