// The types of a few values that somebody wants to look at now: they are asked for before the values are made.

import { toFault } from '../../../lib/contract/fault'
import type { BrowseService } from '../browse-service'
import { type NodeRef, nodeKey, resolveAddress } from '../node-ids'
import type { WireValue } from '../session'
import { type Plain, plainValue } from '../values'
import type { Body } from './body'
import type { StatusName } from './builtin'
import type { TypeDescription } from './description'
import { BEING_ASKED, type Found, type KnownTypes } from './lookup'
import { type Finding, type StandardTypes, Surveyor } from './survey'

export type TypeSources = { standard: StandardTypes; statusName: StatusName }

const ASKING: Found = { kind: 'asking', reason: BEING_ASKED }
const UNSCALED = { scale: 1, offset: 0 }
/** A structure may hold others, whose types are known only when it was read. */
const ROUNDS_MAX = 4

export class TypesAtOnce implements KnownTypes {
  readonly statusName: StatusName
  readonly #surveyor: Surveyor
  readonly #namespaces: readonly string[]
  readonly #types = new Map<string, TypeDescription>()
  readonly #findings = new Map<string, Finding>()
  #missing = new Map<string, NodeRef>()

  constructor(service: BrowseService, namespaces: readonly string[], { standard, statusName }: TypeSources) {
    this.statusName = statusName
    this.#namespaces = namespaces
    this.#surveyor = new Surveyor({ service, namespaces, standard })
  }

  async plainValues(values: readonly (WireValue | undefined)[]): Promise<Plain[]> {
    const made = () => values.map((value) => plainValue(value, UNSCALED, this))
    let plain = made()
    for (let round = 0; this.#missing.size > 0 && round < ROUNDS_MAX; round++) {
      await this.#learn()
      plain = made()
    }
    return plain
  }

  typeOf({ typeId }: Body): Found {
    const encoding = resolveAddress(typeId, this.#namespaces)
    if (!encoding) return { kind: 'unknown', reason: 'its namespace is not known' }
    const finding = this.#findings.get(nodeKey(encoding))
    if (!finding) {
      this.#missing.set(nodeKey(encoding), encoding)
      return ASKING
    }
    if ('reason' in finding) return { kind: 'unknown', reason: finding.reason }
    const type = this.#types.get(finding.root)
    return type?.kind === 'structure' ? { kind: 'known', type, types: this.#types } : ASKING
  }

  /** It is told with the value, and looked at again by whoever asks again. */
  doubt(): void {}

  async #learn(): Promise<void> {
    const missing = [...this.#missing]
    this.#missing = new Map()
    const questions = missing.map(([, encoding]) => ({ encoding, tags: [] }))
    const { findings, types } = await this.#surveyor.ask(questions).catch((thrown: unknown) => {
      const fault = toFault(thrown)
      if (fault.kind !== 'device') throw fault
      return { findings: questions.map(() => ({ reason: fault.message })), types: new Map<string, TypeDescription>() }
    })
    for (const [key, type] of types) this.#types.set(key, type)
    for (const [index, [key]] of missing.entries()) {
      this.#findings.set(key, findings[index] ?? { reason: 'the server did not answer' })
    }
  }
}
