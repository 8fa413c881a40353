// What a subscription asks for by Read: values that the server has not told yet, values after a message that was lost, and those that
// no message can bring.

import type { LogLevel } from '../../lib/contract/control'
import type { Fault } from '../../lib/contract/fault'
import { Aside, describeAside } from './aside'
import { Batches } from './batches'
import type { Items } from './items'
import type { NodeRef } from './node-ids'
import { refusal } from './polling'
import type { OpcuaSession } from './session'
import { isUnreadable } from './statuses'

export type RereadingParts = {
  items: Items
  nameOf(column: number): string
  nowMs(): number
  log(level: LogLevel, text: string): void
}

type Asked = { node: NodeRef; column: number }

/** Between two readings because of messages that were lost: a server may lose many. */
const AGAIN_MS = 2000

export class Rereading {
  readonly #parts: RereadingParts
  readonly #batches = new Batches(1)
  readonly #singles = new Batches(1)
  readonly #aside: Aside
  #isWanted = false
  #notBeforeMs = -Infinity

  constructor(parts: RereadingParts) {
    this.#parts = parts
    this.#aside = new Aside(parts.nowMs)
  }

  limit(size: number): void {
    this.#batches.limit(size)
  }

  /** A new subscription. */
  begin(): void {
    this.#isWanted = false
    this.#aside.clear()
  }

  /** What is known need not be the newest any more. */
  want(): void {
    this.#isWanted = true
  }

  get isDue(): boolean {
    const { nowMs, items } = this.#parts
    const isLate = nowMs() >= this.#notBeforeMs
    return (isLate && (this.#isWanted || items.contested.length > 0)) || this.#aside.due().length > 0
  }

  /**
   * @param itemBatches for calls that concern items
   * @param first those whose first value would come late
   * @returns how many were found that no message can bring
   */
  async read(
    session: OpcuaSession,
    subscriptionId: number,
    itemBatches: Batches,
    first: readonly number[],
  ): Promise<number> {
    const { items, nowMs } = this.#parts
    const columns = new Set([...first, ...items.contested])
    if (this.#isWanted) for (const column of items.watched) columns.add(column)
    const due = this.#aside.due()
    this.#isWanted = false
    this.#notBeforeMs = nowMs() + AGAIN_MS
    const refusals = new Map<number, Fault>()
    const refused = ({ column }: Asked, fault: Fault): void => {
      if (isUnreadable(fault.code)) refusals.set(column, fault)
    }
    const read = (batch: readonly Asked[]): Promise<void> => this.#read(session, batch)
    await this.#batches.each(await items.nodesOf(session, [...columns]), read, refused)
    await this.#singles.each(await items.nodesOf(session, due), read, refused)
    for (const column of due) if (!refusals.has(column)) this.#restore(column)
    this.#setAside(refusals)
    const problems = new Map([...refusals].map(([column, fault]) => [column, refusal(fault)]))
    await items.withdraw(session, subscriptionId, problems, itemBatches)
    return refusals.size
  }

  async #read(session: OpcuaSession, batch: readonly Asked[]): Promise<void> {
    const { items } = this.#parts
    const told = batch.map(({ column }) => items.told(column))
    const samples = await session.read(batch.map(({ node }) => node))
    batch.forEach(({ column }, index) => {
      const sample = samples[index]
      if (sample) items.hearRead(column, sample, told[index] ?? 0)
    })
  }

  #restore(column: number): void {
    this.#aside.release(column)
    this.#parts.items.restore(column)
  }

  #setAside(refusals: ReadonlyMap<number, Fault>): void {
    const { nameOf, log } = this.#parts
    const news = [...refusals].filter(([column]) => !this.#aside.has(column))
    for (const column of refusals.keys()) this.#aside.put(column)
    if (news.length > 0) log('warn', describeAside(news.map(([column, { message }]) => [nameOf(column), message])))
  }
}
