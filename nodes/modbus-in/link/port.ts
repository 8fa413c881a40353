// The port that modbus-serial reads and writes: a link behind the checks of a framing. modbus-serial itself would take any
// frame with a known transaction id, count ids to 255 only, and collect without end what makes no frame.

import { EventEmitter } from 'node:events'
import type { Finding, Framing } from './framing'
import type { Link } from './link'
import { type Asked, rtuFrame } from './rtu'

export type PortListener = {
  /** Nothing that the device sends from here on can be trusted. */
  violation(text: string): void
  /** An answer came to a request that had been given up. */
  late(): void
  /** The request under way is over: its answer holds no value, as the text says. */
  deviation(text: string): void
  /** Something came that answers nothing. */
  noise(text: string): void
}

export class GuardedPort extends EventEmitter {
  // modbus-serial's transaction: one request at a time, so it can always be the same one
  _transactionIdRead = 1
  _transactionIdWrite = 1
  readonly #link: Link
  readonly #framing: Framing
  readonly #listener: PortListener
  /** When the last byte was, or will be, on the line. */
  #lastByteMs = Number.NEGATIVE_INFINITY
  #heardMs = Number.NEGATIVE_INFINITY
  #heard: (() => void) | undefined
  /** As it was asked for last. */
  #pauseMs = 0
  #proving: NodeJS.Timeout | undefined
  /** The request that modbus-serial is to be asked for next; it does not know of wide addresses. */
  #asked: Asked | undefined

  constructor(link: Link, framing: Framing, listener: PortListener) {
    super()
    this.#link = link
    this.#framing = framing
    this.#listener = listener
    framing.restart()
  }

  get isOpen(): boolean {
    return this.#link.isOpen
  }

  /** How long the line, and a device that needs a pause behind what it said, must still be left alone before the next request, ms. */
  restMs(pauseMs: number): number {
    this.#pauseMs = pauseMs
    const { line } = this.#link
    const nowMs = performance.now()
    const gapMs = line ? this.#lastByteMs + line.gapMs - nowMs : 0
    return pauseMs > 0 ? Math.max(gapMs, this.#heardMs + pauseMs - nowMs) : gapMs
  }

  open(callback: (error?: Error) => void): void {
    callback()
  }

  close(callback?: () => void): void {
    callback?.()
  }

  destroy(): void {
    clearTimeout(this.#proving)
  }

  /** To be called before modbus-serial writes this request. */
  prepare(asked: Asked): void {
    this.#asked = asked
  }

  /** modbus-serial writes as many registers as it expects; over the wire goes what was asked for. */
  write(): void {
    if (!this.#asked) return
    const { unit, functionCode, address, count, width } = this.#asked
    this.#asked = undefined
    this.#send(this.#framing.request(rtuFrame(unit, functionCode, address, count), performance.now(), width))
  }

  /** The request under way has timed out; its answer, if it comes, is late. Says what came instead, if anything. */
  giveUp(): string | undefined {
    this.#heard = undefined
    clearTimeout(this.#proving)
    return this.#framing.giveUp()
  }

  doubts(asked: Asked): boolean {
    return this.#framing.doubts(asked, performance.now())
  }

  /** Asks what can put an end to the doubts, and tells when it has. Without an answer there comes a `giveUp`. */
  probe(asked: Asked, clear: () => void): void {
    this.#heard = () => {
      if (this.doubts(asked)) return
      this.#heard = undefined
      clear()
    }
    this.#send(this.#framing.probe(asked, performance.now()))
  }

  receive(chunk: Buffer): void {
    this.#lastByteMs = performance.now()
    this.#heardMs = this.#lastByteMs
    for (const finding of this.#framing.receive(chunk)) this.#tell(finding)
    this.#heard?.()
  }

  /** Beside the request under way, when the line has been silent for long enough. */
  #prove(): void {
    clearTimeout(this.#proving)
    this.#proving = setTimeout(
      () => {
        const bytes = this.#framing.prove(performance.now())
        if (bytes && this.#link.isOpen) this.#send(bytes)
      },
      Math.ceil(Math.max(this.restMs(this.#pauseMs), 0)),
    )
  }

  #send(bytes: Buffer): void {
    const { line } = this.#link
    if (line) this.#lastByteMs = performance.now() + line.timeMs(bytes.length)
    this.#link.write(bytes)
  }

  #tell(finding: Finding): void {
    switch (finding.kind) {
      case 'answer':
        this.emit('data', finding.rtu)
        return
      case 'deviation':
        this.#listener.deviation(finding.text)
        return
      case 'doubtful':
        this.#prove()
        return
      case 'late':
        this.#listener.late()
        return
      case 'noise':
        this.#listener.noise(finding.text)
        return
      case 'violation':
        this.#listener.violation(finding.text)
    }
  }
}
