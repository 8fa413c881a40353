// Sends requests over a port one after the other: a write takes time there and cannot be given up.

/** A driver takes a request within this time. One that takes none for longer would send all of them together, some day. */
const SEND_TIMEOUT_MS = 1000

interface SenderEnds {
  /** The driver refused a write. */
  failed(error: unknown): void
  /** The driver did not take a request in time. */
  stuck(): void
}

export class Sender {
  readonly #write: (bytes: Buffer) => Promise<void>
  readonly #ends: SenderEnds
  #writing = false
  /** The request that is sent next. A newer one takes its place: the older one was given up by then. */
  #next: Buffer | undefined
  #deadline: NodeJS.Timeout | undefined
  #stopped = false

  constructor(write: (bytes: Buffer) => Promise<void>, ends: SenderEnds) {
    this.#write = write
    this.#ends = ends
  }

  send(bytes: Buffer): void {
    if (this.#stopped) return
    if (this.#writing) this.#next = bytes
    else this.#begin(bytes)
  }

  /** Sends nothing more and tells nothing more. */
  stop(): void {
    this.#stopped = true
    this.#next = undefined
    clearTimeout(this.#deadline)
  }

  #begin(bytes: Buffer): void {
    this.#writing = true
    this.#deadline = setTimeout(() => this.#ends.stuck(), SEND_TIMEOUT_MS)
    this.#write(bytes).then(
      () => this.#written(),
      (error) => {
        clearTimeout(this.#deadline)
        if (!this.#stopped) this.#ends.failed(error)
      },
    )
  }

  #written(): void {
    this.#writing = false
    clearTimeout(this.#deadline)
    const next = this.#next
    this.#next = undefined
    if (next && !this.#stopped) this.#begin(next)
  }
}
