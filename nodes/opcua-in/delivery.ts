// To whom the values of a message go: to the items, and what the server says of itself to the watchdog and to its status.

import type { LogLevel } from '../../lib/contract/control'
import type { Items } from './items'
import { ServerStatus } from './server-status'
import type { OpcuaSession, Publication, Sample } from './session'
import { hasOverflow } from './statuses'
import type { Watchdog } from './watchdog'

export type DeliveryParts = {
  items: Items
  watchdog: Watchdog
  /** Handle of the server's clock; that of its state is the next one. */
  clockHandle: number
  log(level: LogLevel, text: string): void
}

export class Delivery {
  readonly #parts: DeliveryParts
  readonly #server = new ServerStatus()
  #overflows = 0

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /** Why the server itself says that none of its values is to be relied on. */
  get doubt(): string | undefined {
    return this.#server.doubt
  }
  /** Values that the server lost because its queue was full. */
  get overflows(): number {
    return this.#overflows
  }

  /** A new subscription: what the server said of itself need not hold any more. */
  begin(): void {
    this.#server.hear(undefined, undefined)
  }

  deliver(samples: Publication['samples'], session: OpcuaSession | undefined): void {
    const { items, watchdog, clockHandle } = this.#parts
    for (const { handle, sample } of samples) {
      if (hasOverflow(sample.code)) this.#overflows++
      if (handle === clockHandle) watchdog.tick(clockOf(sample))
      else if (handle === clockHandle + 1) this.#hearState(sample, session)
      else items.hear(handle, sample)
    }
  }

  #hearState(sample: Sample, session: OpcuaSession | undefined): void {
    const { items, log } = this.#parts
    const news = this.#server.hear(sample, session)
    if (news === undefined) return
    log('warn', this.#server.doubt ?? 'the server runs again')
    // Nodes may be there that were not.
    if (news === 'running') items.askSoon()
  }
}

/** Comparable. */
export function clockOf(sample: Sample | undefined): unknown {
  const data: unknown = sample?.value?.data
  return data instanceof Date ? data.getTime() : data
}
