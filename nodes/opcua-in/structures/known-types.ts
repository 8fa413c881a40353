// What is known of the types of structures. What is not known yet is asked for beside the reading; what is known from another connection
// is used only once the server has confirmed it.

import { type Fault, toFault } from '../../../lib/contract/fault'
import { Arrivals } from '../arrivals'
import type { Browsable } from '../browse-service'
import { type NodeRef, resolveAddress } from '../node-ids'
import type { OpcuaSession } from '../session'
import type { SourceClock, Wanted } from '../source'
import { type Body, lastBody } from './body'
import type { StatusName } from './builtin'
import { Descriptions } from './descriptions'
import { BEING_ASKED, type Found, type KnownTypes } from './lookup'
import type { AskTexts } from './node-facts'
import { FIRST_WAIT_MS, Schedule } from './schedule'
import { type Finding, type StandardTypes, type Survey, Surveyor } from './survey'
import { TypeEntries } from './type-entries'
import type { TypeEntry } from './type-entry'
import type { TypeStore } from './type-store'

export type StructureSettings = {
  /** By column: whose DataType may say what a value is. */
  wanted: readonly Wanted[]
  clock: SourceClock
  /** Whether the numbers of enumerations are told as texts. */
  texts: boolean
  store: TypeStore
  standard: StandardTypes
  statusName: StatusName
  /** Values are from before their types were changed: they have to be read again. */
  outdated(): void
}

type Session = OpcuaSession & Browsable

/** A server that answers the first question within this is near, so that a reading may wait for the types of its structures. */
const NEAR_MS = 20
/** Such a reading waits no longer than this. */
const READING_WAIT_MS = 100
/** As long as a session lasts, what is known is confirmed so often: nothing else says that a server has changed its types. */
const CONFIRM_MS = 600_000
const UNANSWERED: Finding = { reason: 'the server did not answer' }
const ASKING: Found = { kind: 'asking', reason: BEING_ASKED }
const CONFIRMING: Found = {
  kind: 'asking',
  reason: 'the server is being asked whether this structure still looks as it did',
}
const OUTDATED: Found = { kind: 'unknown', reason: 'its type was changed since it came, so it is read again' }
const NO_NAMESPACE: Found = { kind: 'unknown', reason: 'its namespace is not known' }

export class StructureTypes {
  readonly #settings: StructureSettings
  readonly #views: readonly KnownTypes[]
  readonly #entries = new TypeEntries()
  readonly #arrivals = new Arrivals()
  readonly #descriptions: Descriptions
  #session: Session | undefined
  #surveyor: Surveyor | undefined
  /** What is known is what the server has said over this connection. */
  #isConfirmed = false
  readonly #confirming = new Schedule({ firstWaitMs: FIRST_WAIT_MS, isDue: true })
  /** Why it could not be confirmed. */
  #problem: string | undefined
  /** A structure came that cannot be read before. */
  #isAwaited = false
  /** The last body of those that came over an earlier connection, and of those that came before the types were changed. */
  #lastBefore = 0
  #lastOutdated = 0
  #asking: Promise<void> | undefined
  #lastRequests = 1
  /** The next reading is the first after connecting, or the first with a value that does not fit. */
  #mayWait = true
  #isComparing = false
  #revision = 0

  constructor(settings: StructureSettings) {
    this.#settings = settings
    const { statusName } = settings
    this.#descriptions = new Descriptions(settings.store)
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
    return this.#asking || this.#isDue() ? this.#lastRequests : 0
  }

  /** Before values of this session come. */
  connected(session: Session): void {
    this.#session = session
    this.#surveyor = undefined
    this.#asking = undefined
    this.#isConfirmed = false
    this.#problem = undefined
    this.#confirming.reset()
    this.#confirming.soon()
    this.#lastBefore = lastBody()
    for (const entry of this.#entries.all) entry.connected()
    this.#mayWait = true
    this.#isComparing = false
    this.#revision++
  }

  /**
   * Asks for what is missing. Only after connecting or for a value that does not fit, and where the server is near, it takes a moment: the
   * values are made of what is known then. Far away the values of other tags do not wait.
   */
  async ask(signal: AbortSignal): Promise<void> {
    const mayWait = this.#mayWait
    this.#mayWait = false
    const session = this.#session
    if (session && !this.#asking && this.#isDue()) this.#start(session)
    if (mayWait) await this.#awaitTypes(signal)
  }

  async #awaitTypes(signal: AbortSignal): Promise<void> {
    const { clock } = this.#settings
    const hasNoAnswer = (): boolean => this.#asking !== undefined && this.#isComparing
    const isMissing = (): boolean => this.#asking !== undefined && this.#missing().length > 0
    await this.#arrivals.wait(hasNoAnswer, { ms: NEAR_MS, clock, signal })
    if (!hasNoAnswer()) await this.#arrivals.wait(isMissing, { ms: READING_WAIT_MS, clock, signal })
  }

  #typeOf(body: Body, column: number): Found {
    const encoding = resolveAddress(body.typeId, this.#descriptions.namespaces)
    const entry = encoding && this.#entries.enter(encoding)
    if (encoding && !entry) return TypeEntries.FULL
    entry?.cameIn(column)
    if (!this.#isConfirmed) return this.#unconfirmed(encoding)
    if (!entry) return NO_NAMESPACE
    if (entry.problem !== undefined) return { kind: 'unknown', reason: entry.problem }
    const described = this.#descriptions.of(entry.encoding)
    if (!described) return ASKING
    if (body.order > this.#lastOutdated) return { kind: 'known', ...described }
    this.#settings.outdated()
    return OUTDATED
  }

  #unconfirmed(encoding: NodeRef | undefined): Found {
    this.#isAwaited = true
    if (this.#problem !== undefined) return { kind: 'unknown', reason: this.#problem }
    return encoding && this.#descriptions.has(encoding) ? CONFIRMING : ASKING
  }

  /** The server may have another definition by now. Where it is near, the reading waits for that: other values of this type may fit. */
  #doubt({ typeId }: Body): void {
    const encoding = resolveAddress(typeId, this.#descriptions.namespaces)
    const entry = encoding && this.#descriptions.has(encoding) ? this.#entries.enter(encoding) : undefined
    if (entry?.doubt(this.#settings.clock.nowMs())) this.#mayWait = true
  }

  #isDue(): boolean {
    return this.#isConfirmationDue() || (this.#isConfirmed && this.#missing().length > 0)
  }
  #isConfirmationDue(): boolean {
    const nowMs = this.#settings.clock.nowMs()
    if (!this.#isConfirmed) return this.#isAwaited && this.#confirming.isDue(nowMs)
    if (this.#descriptions.isEmpty) return false
    return this.#confirming.isDue(nowMs) || this.#entries.all.some((entry) => entry.isDoubtful(nowMs))
  }
  /** Those that are asked for now. */
  #missing(): TypeEntry[] {
    const nowMs = this.#settings.clock.nowMs()
    return this.#entries.all.filter(({ encoding, asking }) => !this.#descriptions.has(encoding) && asking.isDue(nowMs))
  }

  #start(session: Session): void {
    this.#asking = this.#askFor(session)
      .catch((thrown: unknown) => this.#refused(session, toFault(thrown)))
      .finally(() => {
        if (session === this.#session) {
          this.#asking = undefined
          this.#isComparing = false
        }
        this.#arrivals.tell()
      })
  }

  async #askFor(session: Session): Promise<void> {
    const confirmed = this.#isConfirmationDue() ? await this.#confirm(session) : 0
    const due = this.#missing()
    if (session !== this.#session) return
    this.#lastRequests = Math.max(1, confirmed)
    if (due.length === 0) return
    const surveyor = this.#surveyorFor(session)
    const before = surveyor.requests
    const survey = await surveyor.ask(
      due.map((entry) => entry.question(this.#settings.wanted, this.#descriptions.namespaces)),
    )
    if (session !== this.#session) return
    this.#lastRequests = Math.max(1, confirmed + surveyor.requests - before)
    this.#learn(due, survey)
  }

  /** Returns how many requests that took. */
  async #confirm(session: Session): Promise<number> {
    const texts = this.#textsFrom(session)
    this.#isComparing = true
    const { namespaces, isSame, requests } = await this.#descriptions.compare(session.browsing(), texts)
    if (session !== this.#session) return requests
    this.#isComparing = false
    if (!isSame) this.#forget(namespaces)
    this.#isConfirmed = true
    this.#problem = undefined
    for (const entry of this.#entries.all) if (this.#descriptions.has(entry.encoding)) entry.confirmed()
    this.#confirming.reset()
    this.#confirming.at(this.#settings.clock.nowMs() + CONFIRM_MS)
    this.#revision++
    this.#arrivals.tell()
    return requests
  }

  /** The server says something else than before. */
  #forget(namespaces: readonly string[]): void {
    if (!this.#descriptions.isEmpty) this.#lastOutdated = this.#isConfirmed ? lastBody() : this.#lastBefore
    if (this.#descriptions.forget(namespaces)) this.#entries.clear()
    this.#surveyor = undefined
    for (const entry of this.#entries.all) entry.forget()
    this.#revision++
  }

  #learn(due: readonly TypeEntry[], survey: Survey): void {
    const encodings = due.map(({ encoding }) => encoding)
    // What it told of the others holds no longer either: all are asked for anew.
    if (!this.#descriptions.learn(encodings, survey)) {
      this.#forget(this.#descriptions.namespaces)
      return
    }
    const nowMs = this.#settings.clock.nowMs()
    for (const [index, entry] of due.entries()) {
      const { reason } = { reason: undefined, ...(survey.findings[index] ?? UNANSWERED) }
      if (reason === undefined) entry.confirmed()
      else entry.unknown(reason, nowMs)
      // What it did not tell it may tell the next time.
      if (reason !== undefined) this.#surveyor = undefined
    }
    this.#revision++
  }

  /** What is known already stays so, and is not used as long as it is not confirmed. */
  #refused(session: Session, { message }: Fault): void {
    if (session !== this.#session || session.lost) return
    const nowMs = this.#settings.clock.nowMs()
    if (this.#isConfirmationDue()) this.#confirming.later(nowMs)
    if (!this.#isConfirmed) this.#problem = message
    for (const entry of this.#isConfirmed ? this.#missing() : []) entry.unknown(message, nowMs)
    for (const entry of this.#entries.all) if (entry.isDoubtful(nowMs)) entry.unconfirmed(nowMs)
    this.#revision++
  }

  #surveyorFor(session: Session): Surveyor {
    const texts = this.#textsFrom(session)
    const { namespaces } = this.#descriptions
    const { standard } = this.#settings
    this.#surveyor ??= new Surveyor({ service: session.browsing(), namespaces, standard, ...(texts && { texts }) })
    return this.#surveyor
  }

  #textsFrom(session: Session): AskTexts | undefined {
    return this.#settings.texts ? (types) => session.enumerationTexts(types) : undefined
  }
}
