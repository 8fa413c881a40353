// Which columns are enumerations, and what their numbers mean: asked once a connection, beside the reading, of those whose values
// came as Int32, which is what an enumeration is on the wire (OPC 10000-3, 8.14).

import { Batches } from './batches'
import type { EnumerationTexts } from './enumeration-texts'
import { type NodeRef, resolveAddress } from './node-ids'
import type { OpcuaSession } from './session'
import { type Answer, batchSize, namespacesFor, type SourceClock, type Wanted } from './source'
import { qualityOf } from './statuses'

const INT32 = 6
/** The first reading may wait so long for texts: they come in two round trips, and its values are the first that are seen. */
const PATIENCE_MS = 1000
/** Built-in and abstract types, which have no texts (OPC 10000-6, 5.1.2; OPC 10000-3, 8.1). */
const NO_ENUMERATION_MAX = 29

export class Enumerations {
  readonly #wanted: readonly (Wanted | undefined)[]
  readonly #clock: SourceClock
  /** Survives the connection: a column does not become numbers because the server is slow to tell once more. */
  readonly #texts: (EnumerationTexts | undefined)[]
  #session: OpcuaSession | undefined
  #asked = new Set<number>()
  #open = new Set<number>()
  #asking: Promise<void> | undefined
  #byType = new Map<string, EnumerationTexts | undefined>()
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
    this.#asked = new Set()
    this.#open = new Set()
    this.#asking = undefined
    this.#byType = new Map()
    this.#isFirst = true
  }

  /** Before values are made of these. Only the first time it takes a moment. */
  async see(answers: readonly Answer[]): Promise<void> {
    const session = this.#session
    const isFirst = this.#isFirst
    this.#isFirst = false
    if (!session) return
    const columns = answers.flatMap((answer, column) => (this.#isNew(answer, column) ? [column] : []))
    for (const column of columns) {
      this.#asked.add(column)
      this.#open.add(column)
    }
    if (!this.#asking && this.#open.size > 0) this.#ask(session)
    if (isFirst && this.#asking) await this.#patiently(this.#asking)
  }

  /** `asking`: what the numbers of this column are is not known yet. undefined: numbers. */
  of(column: number): EnumerationTexts | 'asking' | undefined {
    return this.#texts[column] ?? (this.#open.has(column) ? 'asking' : undefined)
  }

  #isNew(answer: Answer, column: number): boolean {
    if (!('sample' in answer) || this.#asked.has(column) || !this.#wanted[column]) return false
    const { code, value } = answer.sample
    return value?.type === INT32 && qualityOf(code) !== 'bad'
  }

  #ask(session: OpcuaSession): void {
    this.#asking = this.#askFor(session, [...this.#open])
      // What a connection is worth others find out; without an answer they are numbers.
      .catch(() => this.#settle(session, [...this.#open]))
      .then(() => {
        if (session !== this.#session) return
        this.#asking = undefined
        if (this.#open.size > 0) this.#ask(session)
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
    await new Batches(batchSize(nodesPerRead)).each(
      nodes,
      (batch) => this.#look(session, batch),
      () => {},
    )
    this.#settle(session, columns)
  }

  async #look(session: OpcuaSession, batch: readonly { column: number; node: NodeRef }[]): Promise<void> {
    const types = await session.dataTypes(batch.map(({ node }) => node))
    const unknown = new Map<string, NodeRef>()
    for (const type of types)
      if (type && mayHaveTexts(type) && !this.#byType.has(keyOf(type))) unknown.set(keyOf(type), type)
    if (unknown.size > 0) {
      const found = await session.enumerationTexts([...unknown.values()])
      if (session !== this.#session) return
      for (const [index, key] of [...unknown.keys()].entries()) this.#byType.set(key, found[index])
    }
    if (session !== this.#session) return
    for (const [index, { column }] of batch.entries()) {
      const type = types[index]
      if (type) this.#texts[column] = this.#byType.get(keyOf(type))
    }
    this.#settle(
      session,
      batch.map(({ column }) => column),
    )
  }

  #settle(session: OpcuaSession, columns: readonly number[]): void {
    if (session !== this.#session) return
    for (const column of columns) this.#open.delete(column)
  }

  async #patiently(asking: Promise<void>): Promise<void> {
    let cancel = (): void => {}
    const late = new Promise<void>((resolve) => {
      cancel = this.#clock.after(PATIENCE_MS, resolve)
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
