// Keeps the history within its limits, in the background of one historian process: a round every minute, in slices between
// which the process does its other work.

import { toHistoryFault } from './history-fault'
import { HistoryFile } from './history-file'
import { describeSetAside } from './history-sink'
import type { RetentionLimits } from './retention-plan'
import { retentionRound } from './retention-round'

export type RetentionOptions = {
  path: string
  limits: RetentionLimits
  /** Is told what went wrong. */
  tell: (text: string) => void
  /** A damaged file was set aside: for the operator. */
  setAside: (text: string) => void
  /** ms since the epoch. */
  wallClock?: () => number
}

const ROUND_EVERY_MS = 60_000
/** After a slice it rests for so many times what the slice took, and at least so long. */
const REST_FACTOR = 4
const REST_MS_MIN = 20
/** Others are not kept waiting, nor is this process: what cannot be done now is done in the next round. */
const BUSY_TIMEOUT_MS = 50

export class Retention {
  readonly #options: RetentionOptions
  #timer: NodeJS.Timeout | undefined
  #file: HistoryFile | undefined
  #round: Generator<void, number> | undefined
  #lastRoundAt = performance.now()
  #lastTold = ''
  #isClosed = false

  /** Starts at once. One for a history: no harm is done by two, but no use either. */
  constructor(options: RetentionOptions) {
    this.#options = options
    this.#goOnIn(REST_MS_MIN)
  }

  /** May be called twice. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#leave()
  }

  #goOnIn(ms: number): void {
    if (!this.#isClosed) this.#timer = setTimeout(() => this.#goOn(), ms).unref()
  }

  #goOn(): void {
    const startedAt = performance.now()
    let isDone = true
    try {
      isDone = this.#slice()
    } catch (thrown) {
      this.#onTrouble(thrown)
      this.#leave()
    }
    if (isDone) this.#round = undefined
    this.#goOnIn(isDone ? ROUND_EVERY_MS : Math.max(REST_FACTOR * (performance.now() - startedAt), REST_MS_MIN))
  }

  /** Whether the round is over. */
  #slice(): boolean {
    // replaced by another process, or deleted: the new one has just begun
    if (this.#file?.isInPlace() === false) this.#leave()
    this.#round ??= this.#begin()
    if (!this.#round.next().done) return false
    this.#lastTold = ''
    return true
  }

  #begin(): Generator<void, number> {
    const { limits, wallClock = Date.now } = this.#options
    this.#file ??= this.#open()
    const now = performance.now()
    const elapsedMs = now - this.#lastRoundAt
    this.#lastRoundAt = now
    return retentionRound(this.#file.database, limits, { wallMs: wallClock(), elapsedMs })
  }

  #open(): HistoryFile {
    const { path, setAside, wallClock = Date.now } = this.#options
    const file = HistoryFile.open(path, new Date(wallClock()), (aside) => setAside(describeSetAside(aside)))
    file.database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
    return file
  }

  #leave(): void {
    this.#round = undefined
    this.#file?.close()
    this.#file = undefined
  }

  #onTrouble(thrown: unknown): void {
    const { path, wallClock = Date.now, tell, setAside } = this.#options
    const fault = toHistoryFault(thrown, path)
    if (fault.code === 'history-busy') return
    let text = `the history cannot be kept within its limits: ${fault.message}`
    try {
      const aside = fault.code === 'history-damaged' ? this.#file?.abandon(new Date(wallClock())) : undefined
      if (aside !== undefined) {
        setAside(describeSetAside({ path: aside, reason: fault.message }))
        return
      }
    } catch (second) {
      text = toHistoryFault(second, path).message
    }
    // the same trouble every minute is told once
    if (text !== this.#lastTold) tell(text)
    this.#lastTold = text
  }
}
