// What is known of the types of structures, at this connection and from the one before. What is not known yet is asked for beside the
// reading; what the server does not tell is asked for again, ever more rarely.

import { type Fault, toFault } from '../../../lib/contract/fault'
import { Arrivals } from '../arrivals'
import type { Browsable } from '../browse-service'
import { type NodeRef, nodeKey, resolveAddress } from '../node-ids'
import type { OpcuaSession } from '../session'
import type { SourceClock, Wanted } from '../source'
import type { Body } from './body'
import type { StatusName } from './builtin'
import { reachable, type TypeDescriptions } from './description'
import type { Found, KnownTypes } from './lookup'
import { askIdentity, isSameServer, type ServerIdentity } from './server-identity'
import { type Finding, type Question, type StandardTypes, Surveyor } from './survey'
import { TypeEntry } from './type-entry'
import type { KeptTypes, TypeStore } from './type-store'

export type StructureSettings = {
  /** By column: whose DataType may say what a value is. */
  wanted: readonly Wanted[]
  clock: SourceClock
  /** Whether the numbers of enumerations are told as texts. */
  texts: boolean
  store: TypeStore
  standard: StandardTypes
  statusName: StatusName
}

type Session = OpcuaSession & Browsable

/** A server that answers the first question within this is near: the types are soon known, so the first reading waits for them. */
const NEAR_MS = 20
const PATIENCE_MS = 100
const ENTRIES_MAX = 1000
const UNANSWERED: Finding = { reason: 'the server did not answer' }
const ASKING: Found = { kind: 'asking' }
const TOO_MANY: Found = { kind: 'unknown', reason: `there are more than ${ENTRIES_MAX} types of structures` }

export class StructureTypes {
  readonly #settings: StructureSettings
  readonly #views: readonly KnownTypes[]
  readonly #entries = new Map<string, TypeEntry>()
  #types: TypeDescriptions = new Map()
  readonly #arrivals = new Arrivals()
  /** Encoding -> type, from the connection before. */
  #kept: ReadonlyMap<string, string> = new Map()
  #identity: ServerIdentity | undefined
  #session: Session | undefined
  #surveyor: Surveyor | undefined
  #namespaces: readonly string[] = []
  /** What is known is of another connection, and it is being found out whether it still holds. */
  #isDoubtful = true
  #asking: Promise<void> | undefined
  #lastRequests = 1
  #isFirst = true
  #revision = 0

  constructor(settings: StructureSettings) {
    this.#settings = settings
    const { statusName } = settings
    this.#views = settings.wanted.map((_, column) => ({
      typeOf: (body) => this.#typeOf(body, column),
      doubt: (body) => this.#doubt(body),
      statusName,
    }))
  }

  /** For the values of this column. */
  of(column: number): KnownTypes {
    return this.#views[column] ?? { typeOf: () => ASKING, doubt: () => {}, statusName: this.#settings.statusName }
  }

  /** Another one whenever more is known: values are made anew then. */
  get revision(): number {
    return this.#revision
  }

  /** What the next cycle asks of the server besides values. */
  get requests(): number {
    return this.#asking || this.#due().length > 0 ? this.#lastRequests : 0
  }

  connected(session: Session): void {
    this.#session = session
    this.#surveyor = undefined
    this.#asking = undefined
    this.#isDoubtful = !session.resumed || this.#isDoubtful
    this.#isFirst = true
    for (const entry of this.#entries.values()) if (entry.found.kind === 'asking') entry.askSoon()
  }

  /**
   * Asks for what is missing. Only after connecting, and where the server is near, it takes a moment: the first values are made of what is
   * known then. Far away the values of other tags do not wait.
   */
  async ask(signal: AbortSignal): Promise<void> {
    const isFirst = this.#isFirst
    this.#isFirst = false
    const session = this.#session
    if (session && !this.#asking && this.#due().length > 0) this.#start(session)
    if (isFirst) await this.#patiently(signal)
  }

  async #patiently(signal: AbortSignal): Promise<void> {
    const { clock } = this.#settings
    const hasNoAnswer = (): boolean => this.#asking !== undefined && this.#isDoubtful
    const isMissing = (): boolean =>
      this.#asking !== undefined && [...this.#entries.values()].some(({ found }) => found.kind === 'asking')
    await this.#arrivals.wait(hasNoAnswer, { ms: NEAR_MS, clock, signal })
    if (!hasNoAnswer()) await this.#arrivals.wait(isMissing, { ms: PATIENCE_MS, clock, signal })
  }

  #typeOf(body: Body, column: number): Found {
    const encoding = resolveAddress(body.typeId, this.#namespaces)
    // Which namespace it is may be known once the server has been asked.
    if (!encoding) return this.#isDoubtful ? ASKING : { kind: 'unknown', reason: 'its namespace is not known' }
    const key = nodeKey(encoding)
    const entry = this.#entries.get(key) ?? this.#enter(key, encoding)
    if (!entry) return TOO_MANY
    entry.cameIn(column)
    if (this.#isDoubtful) return ASKING
    if (entry.found.kind !== 'known') return entry.found
    const type = this.#types.get(entry.found.root)
    return type?.kind === 'structure' ? { kind: 'known', type, types: this.#types } : ASKING
  }

  #enter(key: string, encoding: NodeRef): TypeEntry | undefined {
    if (this.#entries.size >= ENTRIES_MAX) return undefined
    const entry = new TypeEntry(encoding, this.#kept.get(key))
    this.#entries.set(key, entry)
    return entry
  }

  /** The server may have another definition by now. */
  #doubt({ typeId }: Body): void {
    const encoding = resolveAddress(typeId, this.#namespaces)
    const entry = encoding && this.#entries.get(nodeKey(encoding))
    if (!entry?.isSettled) return
    entry.askLater(this.#settings.clock.nowMs())
    this.#surveyor = undefined
  }

  #due(): TypeEntry[] {
    const nowMs = this.#settings.clock.nowMs()
    return [...this.#entries.values()].filter((entry) => this.#isDoubtful || entry.isDue(nowMs))
  }

  #start(session: Session): void {
    this.#asking = this.#askFor(session)
      .catch((thrown: unknown) => this.#refused(session, toFault(thrown)))
      .finally(() => {
        if (session === this.#session) this.#asking = undefined
        this.#arrivals.tell()
      })
  }

  async #askFor(session: Session): Promise<void> {
    if (this.#isDoubtful) await this.#meet(session)
    if (session !== this.#session) return
    const due = this.#due()
    const surveyor = this.#surveyorFor(session)
    const before = surveyor.requests
    const { findings, types } = await surveyor.ask(due.map((entry) => this.#questionOf(entry)))
    if (session !== this.#session) return
    this.#lastRequests = Math.max(1, surveyor.requests - before)
    const nowMs = this.#settings.clock.nowMs()
    for (const [index, entry] of due.entries()) entry.settle(findings[index] ?? UNANSWERED, nowMs)
    // What it did not tell it may tell the next time.
    if (due.some(({ isSettled }) => !isSettled)) this.#surveyor = undefined
    this.#types = reachable(this.#roots().values(), new Map([...this.#types, ...types]))
    this.#revision++
    this.#save()
  }

  /** What was known holds on if this is the server of before; it is asked for once more all the same, beside the reading. */
  async #meet(session: Session): Promise<void> {
    const { namespaces, identity } = await askIdentity(session.browsing())
    const isKnown = isSameServer(identity, this.#identity)
    const kept = isKnown || !identity ? undefined : await this.#settings.store.load(identity)
    if (session !== this.#session) return
    this.#namespaces = namespaces
    this.#identity = identity
    if (!isKnown) this.#beginWith(kept)
    this.#isDoubtful = false
    for (const entry of this.#entries.values()) entry.askSoon()
    this.#revision++
    this.#arrivals.tell()
  }

  /** Nothing else is known; which types have come since is. */
  #beginWith(kept: Pick<KeptTypes, 'roots' | 'types'> = { roots: new Map(), types: new Map() }): void {
    const before = [...this.#entries]
    this.#kept = kept.roots
    this.#types = kept.types
    this.#entries.clear()
    for (const [key, { encoding, columns }] of before) {
      const entry = this.#enter(key, encoding)
      for (const column of columns) entry?.cameIn(column)
    }
  }

  #surveyorFor(session: Session): Surveyor {
    const { texts, standard } = this.#settings
    this.#surveyor ??= new Surveyor({
      service: session.browsing(),
      namespaces: this.#namespaces,
      standard,
      ...(texts && { texts: (types: readonly NodeRef[]) => session.enumerationTexts(types) }),
    })
    return this.#surveyor
  }

  #questionOf({ encoding, columns }: TypeEntry): Question {
    const tags = columns.flatMap((column) => {
      const address = this.#settings.wanted[column]?.address
      return (address && resolveAddress({ ...address, range: '' }, this.#namespaces)) ?? []
    })
    return { encoding, tags }
  }

  /** What is known already stays so. */
  #refused(session: Session, { message }: Fault): void {
    if (session !== this.#session || session.lost) return
    // Nothing says that the server is the one of before.
    if (this.#isDoubtful) {
      this.#namespaces = []
      this.#identity = undefined
      this.#isDoubtful = false
      this.#beginWith()
    }
    const nowMs = this.#settings.clock.nowMs()
    for (const entry of this.#due()) entry.unanswered(message, nowMs)
    this.#revision++
  }

  #save(): void {
    if (this.#identity) {
      this.#settings.store.save({ identity: this.#identity, roots: this.#roots(), types: this.#types })
    }
  }

  #roots(): Map<string, string> {
    const known = new Map<string, string>()
    for (const [key, { found }] of this.#entries) if (found.kind === 'known') known.set(key, found.root)
    // Values of others may come yet.
    for (const [key, root] of this.#kept) if (!this.#entries.has(key)) known.set(key, root)
    return known
  }
}
