// The way to one monitor: what is pushed to it, unless it is slow. For a slow one nothing is kept: once it has taken what
// lies before it, it gets a snapshot of that moment.

/** One connection. `taken` is called when the bytes have left this process, or never will. */
export type Wire = {
  write(bytes: Buffer, taken: () => void): void
  /** Bytes that wait in this process. */
  readonly backlogBytes: number
}

/** With more than this waiting, nothing more is pushed. */
export const BACKLOG_MAX_BYTES = 256 * 1024

export class Outlet {
  readonly #wire: Wire
  readonly #snapshot: () => readonly Buffer[]
  #behind = false

  constructor(wire: Wire, snapshot: () => readonly Buffer[]) {
    this.#wire = wire
    this.#snapshot = snapshot
  }

  push(bytes: Buffer): void {
    if (this.#mayWrite()) this.#write(bytes)
  }

  /** Everything as it is now. */
  renew(): void {
    if (!this.#mayWrite()) return
    for (const bytes of this.#snapshot()) this.#write(bytes)
  }

  #mayWrite(): boolean {
    this.#behind ||= this.#wire.backlogBytes > BACKLOG_MAX_BYTES
    return !this.#behind
  }

  #write(bytes: Buffer): void {
    this.#wire.write(bytes, () => {
      if (!this.#behind || this.#wire.backlogBytes > 0) return
      this.#behind = false
      this.renew()
    })
  }
}
