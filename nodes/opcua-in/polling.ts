// Values by reading them, cycle for cycle: for servers whose subscriptions are not to be trusted.

import type { Forecast } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { Aside, describeAside } from './aside'
import { Batches } from './batches'
import { type NodeRef, resolveAddress } from './node-ids'
import { SERVER_STATE, ServerStatus } from './server-status'
import type { OpcuaSession, Sample } from './session'
import { type Answer, batchSize, type Heard, namespacesFor, type Source, type SourceSettings } from './source'
import { isUnreadable, reasonOf } from './statuses'

/** A namespace that the server did not know is looked for again after this, ms. */
const NAMESPACES_MS = 30_000

/** In the place of a column: the state of the server, which is read along with the values. */
const STATE = -1
type Asked = { node: NodeRef; column: number }

export class Polling implements Source {
  readonly degraded = undefined
  readonly overflows = 0
  readonly #settings: SourceSettings
  readonly #batches = new Batches(1)
  /** Alone, and not to be learned from. */
  readonly #singles = new Batches(1)
  readonly #aside: Aside
  /** Of those that are aside, what they were told last. */
  readonly #problems = new Map<number, Answer>()
  readonly #server = new ServerStatus()
  #session: OpcuaSession | undefined
  #nodes: (NodeRef | undefined)[] = []
  #resolvedMs = 0
  #cycleMs = 0

  constructor(settings: SourceSettings) {
    this.#settings = settings
    this.#aside = new Aside(() => settings.clock.nowMs())
  }

  get doubt(): string | undefined {
    return this.#server.doubt
  }
  /** As long as the last cycle took. */
  get forecast(): Forecast {
    const known = this.#nodes.filter((node) => node !== undefined).length
    return { requests: Math.ceil((known + 1) / this.#batches.size), cycleMs: this.#cycleMs }
  }

  async start(session: OpcuaSession): Promise<void> {
    this.#session = session
    this.#aside.clear()
    this.#problems.clear()
    this.#server.hear(undefined, undefined)
    const { nodesPerRead } = await session.operationLimits()
    this.#batches.limit(batchSize(nodesPerRead))
    await this.#resolve(session)
  }

  takeEarlier(): readonly Heard[] {
    return []
  }

  readAgain(): void {}

  stop(): void {
    this.#session = undefined
  }

  async read(signal: AbortSignal, isDue: (column: number) => boolean = () => true): Promise<readonly Answer[]> {
    const { clock, wanted } = this.#settings
    const session = this.#session
    if (!session) throw new Fault('link', 'not-connected', 'not connected')
    const startedMs = clock.nowMs()
    if (this.#nodes.includes(undefined) && startedMs - this.#resolvedMs >= NAMESPACES_MS) await this.#resolve(session)
    const answers: Answer[] = wanted.map(
      ({ address }, column) => this.#problems.get(column) ?? { problem: unknownNamespace(address.namespace) },
    )
    const known = this.#nodes.flatMap((node, column) => (node && isDue(column) ? [{ node, column }] : []))
    const refusals = new Map<number, Fault>()
    const call = async (batch: readonly Asked[]): Promise<void> => {
      signal.throwIfAborted()
      const samples = await session.read(batch.map(({ node }) => node))
      batch.forEach(({ column }, index) => {
        const sample = samples[index]
        if (column === STATE) this.#hearState(sample, session)
        else if (sample) answers[column] = { sample }
      })
    }
    const refused = ({ column }: Asked, fault: Fault): void => {
      refusals.set(column, fault)
    }
    const all = [{ node: SERVER_STATE, column: STATE }, ...known]
    const together = all.filter(({ column }) => !this.#aside.has(column))
    const due = new Set(this.#aside.due())
    const alone = all.filter(({ column }) => due.has(column))
    await this.#batches.each(together, call, refused)
    // A server that refuses everything refuses none of them in particular.
    const isGeneral = refusals.size === together.length
    await this.#singles.each(alone, call, refused)
    for (const [column, fault] of refusals) if (column !== STATE) answers[column] = { problem: refusal(fault) }
    for (const { column } of alone) if (!refusals.has(column)) this.#release(column)
    this.#setAside([...refusals].filter(([column, { code }]) => due.has(column) || !isGeneral || isUnreadable(code)))
    this.#cycleMs = clock.nowMs() - startedMs
    return answers
  }

  #setAside(refusals: readonly (readonly [column: number, fault: Fault])[]): void {
    const { wanted, log } = this.#settings
    const news = refusals.filter(([column]) => !this.#aside.has(column))
    for (const [column, fault] of refusals) {
      this.#aside.put(column)
      this.#problems.set(column, { problem: refusal(fault) })
    }
    if (news.length === 0) return
    log(
      'warn',
      describeAside(news.map(([column, { message }]) => [wanted[column]?.name ?? 'the state of the server', message])),
    )
  }

  #release(column: number): void {
    this.#aside.release(column)
    this.#problems.delete(column)
  }

  #hearState(sample: Sample | undefined, session: OpcuaSession): void {
    const news = this.#server.hear(sample, session)
    if (news === undefined) return
    this.#settings.log('warn', this.#server.doubt ?? 'the server runs again')
    // Namespaces may be there that were not.
    if (news === 'running') this.#resolvedMs = -Infinity
  }

  async #resolve(session: OpcuaSession): Promise<void> {
    const { wanted } = this.#settings
    const namespaces = await namespacesFor(
      session,
      wanted.map(({ address }) => address),
    )
    this.#nodes = wanted.map(({ address }) => resolveAddress(address, namespaces))
    this.#resolvedMs = this.#settings.clock.nowMs()
  }
}

export function unknownNamespace(namespace: number | string): string {
  return `the server has no namespace ${namespace}: is its URI right? It is looked for again now and then`
}

/** A service that the server refused for one item alone. */
export function refusal({ code }: Fault): string {
  return reasonOf(code)
}
