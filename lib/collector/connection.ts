// Keeps one device connected: opens, waits until a reading says that the link is lost, closes, opens again with backoff.
// It runs beside the cycles and never holds them up.

import { type Clock, Pause } from '../child/clock'
import { backoffMs } from '../contract/backoff'
import type { Forecast, LogLevel } from '../contract/control'
import { Fault, messageOf, toFault } from '../contract/fault'
import type { Link } from '../contract/lifecycle'
import { within } from './deadline'
import type { Reader, ReaderSettings, Reading } from './reader'

export type ConnectionParts = {
  reader: Reader
  /** Makes the one that takes over from a reader which hangs. */
  create(): Reader
  settings: ReaderSettings
  clock: Clock
  /** From [0, 1). */
  chance(): number
  report(link: Link, reason: string, code?: string): void
  log(level: LogLevel, text: string): void
  /** The link is up and nothing has been read yet. */
  onUp(): void
}

const CONNECTING = 'connecting to the device'
/** A reader that has not let go of its connection after this time, ms, is replaced. */
const CLOSE_MS = 2000

export class Connection {
  readonly #parts: ConnectionParts
  readonly #stop = new AbortController()
  readonly #pause: Pause
  readonly #openMs: number
  readonly #readMs: number
  #reader: Reader
  #state: 'down' | 'unread' | 'up' = 'down'
  #reason = CONNECTING
  /** The same for programs, where it has one. */
  #code: string | undefined
  #failedAttempts = 0
  #closeMs = CLOSE_MS
  #suspended = false
  /** Settles, without a value or error, when the reader's last call has settled. */
  #call: Promise<void> = Promise.resolve()
  #lose: () => void = () => {}

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.#pause = new Pause(parts.clock)
    this.#reader = parts.reader
    this.#openMs = openLimitMs(parts.settings)
    this.#readMs = readLimitMs(parts.settings)
  }

  /** `unread`: open, and worth a reading at once. */
  get state(): 'down' | 'unread' | 'up' {
    return this.#state
  }
  /** Why nothing can be read. */
  get reason(): string {
    return this.#reason
  }

  /** What the reader's next cycle will ask of the device. */
  forecast(): Forecast | undefined {
    return this.#reader.forecast?.()
  }

  /** The reader's own word for the last value of a column. */
  status(column: number): string | undefined {
    return this.#reader.status?.(column)
  }

  /** Runs until `stop`; rejects with a Fault of kind `config` or `bug`. */
  async keep(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#openUntilLost()
      await this.#letGo()
      const waitMs = backoffMs(this.#failedAttempts, this.#parts.chance())
      if (waitMs > 0 && !this.#stop.signal.aborted) await this.#pause.for(waitMs)
    }
    if (this.#suspended) await this.#close((reader) => reader.close())
  }

  /**
   * What stood in the way may be gone: a wait for the next attempt ends now, and after an attempt that is just being made
   * there is none.
   */
  retry(): void {
    this.#failedAttempts = 0
    this.#pause.cut()
  }

  /** Ends what is going on at once, then closes the reader within this time. */
  stop(closeMs: number): void {
    this.#closeMs = closeMs
    this.#state = 'down'
    this.#stop.abort()
    this.#lose()
    this.#pause.cut()
  }

  /**
   * One reading, or the Fault for which there is none; undefined when stopped meanwhile. Throws a Fault of kind
   * `config` or `bug`.
   */
  async read(): Promise<Reading | Fault | undefined> {
    try {
      const reading = await this.#guard(this.#readMs, 'read', (signal) => this.#reader.read(signal))
      this.#answered(reading.degraded)
      return reading
    } catch (thrown) {
      if (this.#stop.signal.aborted) return undefined
      const fault = retriable(thrown)
      // A device that says no has answered: no reason to drop the connection.
      if (fault.kind === 'device') this.#answered(fault.message)
      else this.#lost(fault)
      return fault
    }
  }

  async #openUntilLost(): Promise<void> {
    this.#failedAttempts++
    this.#parts.report('connecting', this.#reason, this.#code)
    try {
      await this.#guard(this.#openMs, 'open', (signal) => this.#reader.open(signal))
    } catch (thrown) {
      if (!this.#stop.signal.aborted) this.#lost(retriable(thrown))
      return
    }
    const lost = new Promise<void>((resolve) => {
      this.#lose = resolve
    })
    this.#state = 'unread'
    this.#parts.onUp()
    await lost
  }

  /** Only an answer makes a link: many gateways accept connections for a device that is off. */
  #answered(degraded: string | undefined): void {
    this.#state = 'up'
    this.#failedAttempts = 0
    this.#reason = ''
    this.#code = undefined
    this.#parts.report(degraded === undefined ? 'connected' : 'degraded', degraded ?? '')
  }

  #lost(fault: Fault): void {
    this.#state = 'down'
    this.#reason = fault.message
    this.#code = fault.code
    this.#parts.report('disconnected', fault.message, fault.code)
    this.#lose()
  }

  /** For good, or until it is opened again. */
  async #letGo(): Promise<void> {
    this.#suspended = !this.#stop.signal.aborted && this.#reader.suspend !== undefined
    await this.#close((reader) => (this.#suspended ? reader.suspend?.() : undefined) ?? reader.close())
  }

  async #close(close: (reader: Reader) => Promise<void>): Promise<void> {
    const reader = this.#reader
    const overdue = (): Fault => new Fault('bug', 'close-deadline', `not done within ${this.#closeMs} ms`)
    try {
      await within({ ms: this.#closeMs, clock: this.#parts.clock, fault: overdue }, async () => {
        await close(reader)
        await this.#call
      })
    } catch (thrown) {
      this.#parts.log('warn', `closing the connection: ${messageOf(thrown)}`)
      if (this.#stop.signal.aborted) return
      // If the old one connects after all, it must not keep a connection that the device may have only one of.
      this.#call = this.#call.then(() => reader.close()).catch(() => {})
      this.#reader = this.#parts.create()
      this.#suspended = false
    }
  }

  #guard<T>(ms: number, verb: 'open' | 'read', operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock } = this.#parts
    const fault = (): Fault => new Fault('link', `${verb}-deadline`, `the device did not answer within ${ms} ms`)
    return within({ ms, clock, signal: this.#stop.signal, fault }, (signal) => {
      const call = operation(signal)
      this.#call = call.then(
        () => {},
        () => {},
      )
      return call
    })
  }
}

/** A Fault after which another attempt makes sense; throws the others. */
function retriable(thrown: unknown): Fault {
  const fault = toFault(thrown)
  if (fault.kind === 'config' || fault.kind === 'bug') throw fault
  return fault
}

// Readers keep to `timeout` for each answer; these limits only catch one that does not.

/** Time to connect, ms: several answers, one after the other. */
export function openLimitMs({ timeout }: ReaderSettings): number {
  return Math.max(10_000, 3 * timeout)
}

/**
 * Time for a whole reading, ms. Generous, since a slow line with many blocks takes long, but below the 60 s and 10 intervals
 * without progress after which the supervisor takes a process for hung.
 */
function readLimitMs({ interval }: ReaderSettings): number {
  return Math.max(45_000, 8 * interval)
}
