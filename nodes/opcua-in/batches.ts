// Many operations in few calls, so that one which a server cannot stand costs no other.

import { Fault } from '../../lib/contract/fault'

/** Servers that say so want fewer at a time, whatever they are. */
const TOO_MANY = new Set([
  'BadTooManyOperations',
  'BadRequestTooLarge',
  'BadResponseTooLarge',
  'BadEncodingLimitsExceeded',
])

/** So many, one by one and from all over the list: if each is refused alike, it is not the items that the server refuses. */
const PROBES = 5

type Call<T> = (batch: readonly T[]) => Promise<void>
type Refused<T> = (item: T, fault: Fault) => void

export class Batches {
  #size: number
  #learned = Infinity

  constructor(size: number) {
    this.#size = Math.max(1, size)
  }

  /** The server has told its limit, again perhaps: what it refused before it would refuse again. */
  limit(size: number): void {
    this.#size = Math.max(1, Math.min(size, this.#learned))
  }

  /** Learned from the server, once it has refused more. */
  get size(): number {
    return this.#size
  }

  /**
   * Calls with as many as may be, one call after the other. A call that the server refuses as a whole is halved until it is one
   * item's fault, which `refused` hears of; where it refuses everything, all items are refused without asking for each. Rejects with any
   * other Fault. The size is learned from calls that are answered once they are smaller, not from items that are refused alone.
   */
  async each<T>(items: readonly T[], call: Call<T>, refused: Refused<T>): Promise<void> {
    for (let at = 0; at < items.length; ) {
      const batch = items.slice(at, at + this.#size)
      const refusal = await refusalOf(call, batch)
      if (refusal && at === 0 && !TOO_MANY.has(refusal.code) && (await isGeneral(items, call, refusal))) {
        for (const item of items) refused(item, refusal)
        return
      }
      at += batch.length
      if (refusal) await this.#halve(batch, refusal, call, refused)
    }
  }

  /** Whether an item was refused alone. */
  async #halve<T>(batch: readonly T[], refusal: Fault, call: Call<T>, refused: Refused<T>): Promise<boolean> {
    const [only] = batch
    if (batch.length === 1 && only !== undefined) {
      refused(only, refusal)
      return true
    }
    const half = Math.ceil(batch.length / 2)
    let isItems = false
    for (const part of [batch.slice(0, half), batch.slice(half)]) {
      const again = await refusalOf(call, part)
      if (again && (await this.#halve(part, again, call, refused))) isItems = true
    }
    if (!isItems && TOO_MANY.has(refusal.code)) this.#learn(half)
    return isItems
  }

  #learn(size: number): void {
    this.#learned = Math.min(this.#learned, size)
    this.#size = Math.min(this.#size, size)
  }
}

/** What the server said against the call as a whole; undefined when it was answered. Rejects with any other Fault. */
async function refusalOf<T>(call: Call<T>, batch: readonly T[]): Promise<Fault | undefined> {
  try {
    await call(batch)
    return undefined
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.kind === 'device') return thrown
    throw thrown
  }
}

async function isGeneral<T>(items: readonly T[], call: Call<T>, { code }: Fault): Promise<boolean> {
  if (items.length <= PROBES) return false
  for (let probe = 0; probe < PROBES; probe++) {
    const at = Math.floor((probe * (items.length - 1)) / (PROBES - 1))
    const refusal = await refusalOf(call, items.slice(at, at + 1))
    if (refusal?.code !== code) return false
  }
  return true
}
