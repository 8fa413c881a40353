// Which columns are enumerations, and what their numbers mean: asked at each connection, beside the reading, of those whose values
// came as Int32, which is what an enumeration is on the wire (OPC 10000-3, 8.14), and now and then as long as it lasts.

import { Batches } from './batches'
import type { EnumerationTexts } from './enumeration-texts'
import { type NodeRef, resolveAddress } from './node-ids'
import type { OpcuaSession } from './session'
import { type Answer, batchSize, namespacesFor, type SourceClock, type Wanted } from './source'
import { qualityOf } from './statuses'

const INT32 = 6
/** The first reading may wait so long for texts: they come in two round trips, and its values are the first that are seen. */
const FIRST_READING_MS = 1000
/** Built-in and abstract types, which have no texts (OPC 10000-6, 5.1.2; OPC 10000-3, 8.1). */
const NO_ENUMERATION_MAX = 29

/** A server may change its types at any time, and nothing says so. */
const CONFIRM_MS = 600_000
/** What the server did not tell is asked for again after this. */
const AGAIN_MS = 30_000

export class Enumerations {
  readonly #wanted: readonly (Wanted | undefined)[]
  readonly #clock: SourceClock
  /** Survives the connection: a column that had texts does not become one of numbers because the server does not answer. */
  readonly #texts: (EnumerationTexts | undefined)[]
  #session: OpcuaSession | undefined
  /** Columns whose values may be enumerations. */
  #seen = new Set<number>()
  /** Those that the server has to tell before their values are made. */
  #open = new Set<number>()
  #asking: Promise<void> | undefined
  /** When those that are open are asked for, and when all are. */
  #openMs = Infinity
  #confirmMs = Infinity
  #isFirst = true

  /** @param wanted undefined for columns that stay numbers */
  constructor(wanted: readonly (Wanted | undefined)[], clock: SourceClock) {
    this.#wanted = wanted
    this.#clock = clock
    this.#texts = wanted.map(() => undefined)
  }

  /** On a new connection everything is asked for anew: the server may have changed. */
  connected(session: OpcuaSession): void {
    this.#session = session
    this.#seen = new Set()
    this.#open = new Set(this.#texts.flatMap((texts, column) => (texts ? [column] : [])))
    this.#asking = undefined
    this.#openMs = Infinity
    this.#confirmMs = Infinity
    this.#isFirst = true
  }

  /** Before values are made of these. Only the first time it takes a moment. */
  async see(answers: readonly Answer[]): Promise<void> {
    const session = this.#session
    const isFirst = this.#isFirst
    this.#isFirst = false
    if (!session) return
    for (const [column, answer] of answers.entries()) this.#hear(answer, column)
    const nowMs = this.#clock.nowMs()
    if (!this.#asking && nowMs >= this.#openMs) this.#ask(session, this.#waiting())
    else if (!this.#asking && nowMs >= this.#confirmMs) this.#ask(session, [...this.#seen])
    if (isFirst && this.#asking) await this.#firstTexts(this.#asking)
  }

  /** `asking`: what the numbers of this column are is not known yet. undefined: numbers. */
  of(column: number): EnumerationTexts | 'asking' | undefined {
    return this.#open.has(column) ? 'asking' : this.#texts[column]
  }

  #hear(answer: Answer, column: number): void {
    if (!('sample' in answer) || !this.#wanted[column]) return
    const { code, value } = answer.sample
    if (!value || qualityOf(code) === 'bad') return
    if (value.type !== INT32) this.#forget(column)
    else if (!this.#seen.has(column)) {
      this.#seen.add(column)
      this.#open.add(column)
      this.#openMs = 0
    }
  }

  /** Whatever it was, it is no enumeration now. */
  #forget(column: number): void {
    this.#texts[column] = undefined
    this.#seen.delete(column)
    this.#open.delete(column)
  }

  #waiting(): number[] {
    return [...this.#open].filter((column) => this.#seen.has(column))
  }

  #ask(session: OpcuaSession, columns: readonly number[]): void {
    this.#openMs = Infinity
    this.#asking = this.#askFor(session, columns)
      // What a connection is worth others find out.
      .catch(() => {})
      .then(() => {
        if (session !== this.#session) return
        this.#asking = undefined
        this.#settle(columns)
        if (this.#openMs === 0) this.#ask(session, this.#waiting())
      })
  }

  async #askFor(session: OpcuaSession, columns: readonly number[]): Promise<void> {
    const addresses = columns.map((column) => this.#wanted[column]?.address)
    const namespaces = await namespacesFor(session, addresses)
    const { nodesPerRead } = await session.operationLimits()
    const nodes = columns.flatMap((column) => {
      const address = this.#wanted[column]?.address
      const node = address && resolveAddress({ ...address, range: '' }, namespaces)
      return node ? [{ column, node }] : []
    })
    const byType = new Map<string, EnumerationTexts | undefined>()
    await new Batches(batchSize(nodesPerRead)).each(
      nodes,
      (batch) => this.#look(session, batch, byType),
      () => {},
    )
  }

  async #look(
    session: OpcuaSession,
    batch: readonly { column: number; node: NodeRef }[],
    byType: Map<string, EnumerationTexts | undefined>,
  ): Promise<void> {
    const types = await session.dataTypes(batch.map(({ node }) => node))
    const unknown = new Map<string, NodeRef>()
    for (const type of types) if (type && mayHaveTexts(type) && !byType.has(keyOf(type))) unknown.set(keyOf(type), type)
    if (unknown.size > 0) {
      const found = await session.enumerationTexts([...unknown.values()])
      for (const [index, key] of [...unknown.keys()].entries()) byType.set(key, found[index])
    }
    if (session !== this.#session) return
    for (const [index, { column }] of batch.entries()) {
      const type = types[index]
      if (!type) continue
      this.#texts[column] = byType.get(keyOf(type))
      this.#open.delete(column)
    }
  }

  /** A column of which the server told nothing is one of numbers, unless it had texts: then it is asked for again. */
  #settle(columns: readonly number[]): void {
    const nowMs = this.#clock.nowMs()
    for (const column of columns) if (!this.#texts[column]) this.#open.delete(column)
    if (columns.some((column) => this.#open.has(column))) this.#openMs = Math.min(this.#openMs, nowMs + AGAIN_MS)
    this.#confirmMs = nowMs + CONFIRM_MS
  }

  async #firstTexts(asking: Promise<void>): Promise<void> {
    let cancel = (): void => {}
    const late = new Promise<void>((resolve) => {
      cancel = this.#clock.after(FIRST_READING_MS, resolve)
    })
    await Promise.race([asking, late])
    cancel()
  }
}

function mayHaveTexts({ namespace, id }: NodeRef): boolean {
  return namespace !== 0 || id.kind !== 'numeric' || id.value > NO_ENUMERATION_MAX
}

function keyOf({ namespace, id }: NodeRef): string {
  return `${namespace};${id.kind};${id.value}`
}
