// What proves that values of a subscription are alive: messages of the server, and, where it tells its clock, data in them. A
// subscription may say that it lives and bring nothing; a server may have a clock that stands still, or that it does not tell.

export type WatchdogLimits = {
  /** ms without any message. */
  silentMs: number
  /** ms without data, from a server that tells its clock. */
  starvedMs: number
}

/** `waiting`: nothing has come yet, and it is not late either. `starved`: only messages without data. */
export type Standing = 'waiting' | 'well' | 'silent' | 'starved'

const DOUBTS_MAX = 2

export class Watchdog {
  #limits: WatchdogLimits = { silentMs: Infinity, starvedMs: Infinity }
  #beganMs = 0
  #heardMs: number | undefined
  #dataMs: number | undefined
  #clock: unknown
  #ticking = false
  #doubts = 0
  #distrusted = false
  /** The clock is watched: there is always something to tell. */
  #expecting = false

  get limits(): WatchdogLimits {
    return this.#limits
  }
  /** The clock of the server has been seen to go. */
  get ticking(): boolean {
    return this.#ticking
  }
  /** Last told. */
  get clock(): unknown {
    return this.#clock
  }

  /** The connection is another one: the same has to be proved anew. */
  beginAgain(nowMs: number): void {
    this.begin(nowMs, this.#limits, this.#expecting)
  }

  /** Everything that was known has to be proved anew; what is known of the server's clock is remembered. */
  begin(nowMs: number, limits: WatchdogLimits, isClockTold: boolean): void {
    this.#limits = limits
    this.#expecting = isClockTold && !this.#distrusted
    this.#beganMs = nowMs
    this.#heardMs = undefined
    this.#dataMs = undefined
    this.#clock = undefined
  }

  heard(nowMs: number, hasData: boolean): void {
    this.#heardMs = nowMs
    if (hasData) this.#dataMs = nowMs
  }

  /** What the clock of the server shows: one that changes goes, and to which time does not matter. */
  tick(time: unknown): void {
    if (this.#clock !== undefined && time !== this.#clock) {
      this.#ticking = true
      this.#doubts = 0
      this.#distrusted = false
      this.#expecting = true
    }
    this.#clock = time
  }

  /** A subscription starved that had told the clock once. When the next one does that too, it is the clock that is not told. */
  doubtClock(): void {
    if (this.#ticking || this.#clock === undefined) return
    this.#doubts++
    if (this.#doubts >= DOUBTS_MAX) this.distrustClock()
  }

  /** It is no proof on this server, until it is seen to go. */
  distrustClock(): void {
    this.#ticking = false
    this.#distrusted = true
    this.#expecting = false
  }

  standing(nowMs: number): Standing {
    const { silentMs, starvedMs } = this.#limits
    if (nowMs - (this.#heardMs ?? this.#beganMs) > silentMs) return 'silent'
    if (this.#expecting && nowMs - (this.#dataMs ?? this.#beganMs) > starvedMs) {
      return this.#heardMs === this.#dataMs ? 'silent' : 'starved'
    }
    return (this.#expecting ? this.#dataMs : this.#heardMs) === undefined ? 'waiting' : 'well'
  }
}
