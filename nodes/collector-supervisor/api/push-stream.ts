// What all monitors of one kind are pushed: numbered, and written down once for all of them.

import type { PushMessage } from '../../../lib/contract/monitor'
import { Outlet, type Wire } from './outlet'

type Unnumbered<Message> = Message extends unknown ? Omit<Message, 'seq' | 'timestamp'> : never
export type Push = Unnumbered<PushMessage>

/** Where pushes come from. Followed only while somebody is there. */
export type PushSource = {
  snapshot(): Push[]
  /** From now on; until the function returned is called. */
  follow(push: (push: Push) => void): () => void
}

export class PushStream {
  readonly #source: PushSource
  readonly #encode: (message: PushMessage) => string
  readonly #outlets = new Set<Outlet>()
  #seq = 0
  #open = false
  #unfollow: (() => void) | undefined

  /** Nothing is told before `open`. */
  constructor(source: PushSource, encode: (message: PushMessage) => string) {
    this.#source = source
    this.#encode = encode
  }

  /** What there is to tell is complete: those that wait get their snapshot. */
  open(): void {
    if (this.#open) return
    this.#open = true
    for (const outlet of this.#outlets) outlet.renew()
  }

  /** A snapshot, then all pushes, until `leave`. `renew` sends another snapshot, also where nothing is told yet. */
  join(wire: Wire): { renew(): void; leave(): void } {
    const outlet = new Outlet(wire, () => this.#source.snapshot().map((push) => this.#written(push)))
    this.#outlets.add(outlet)
    this.#unfollow ??= this.#source.follow((push) => this.#push(push))
    if (this.#open) outlet.renew()
    return {
      renew: () => outlet.renew(),
      leave: () => {
        this.#outlets.delete(outlet)
        if (this.#outlets.size > 0) return
        this.#unfollow?.()
        this.#unfollow = undefined
      },
    }
  }

  #push(push: Push): void {
    this.#seq += 1
    if (!this.#open) return
    const bytes = this.#written(push)
    for (const outlet of this.#outlets) outlet.push(bytes)
  }

  #written(push: Push): Buffer {
    return Buffer.from(this.#encode({ ...push, seq: this.#seq, timestamp: new Date().toISOString() }))
  }
}
