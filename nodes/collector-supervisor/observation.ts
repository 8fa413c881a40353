// What is seen of one process from outside: what it reports, what it uses, what comes out of the queue from it; and the
// watchdog's verdict on that.

import type { Counters } from '../../lib/contract/control'
import type { Link } from '../../lib/contract/lifecycle'
import { newReport, onHeartbeat, onLink, onProcessEnd, type Report } from './report'
import type { Usage } from './statistics'
import * as watchdog from './watchdog'

type Facts = {
  blocked: boolean
  intervalMs: number
  mute?: boolean
  memoryLimitMb: number
  waitsForDisk?(): boolean
}

export class Observation {
  #report: Report
  /** Only while the process is running. */
  #watch: watchdog.Watch | undefined
  /** When a reading last came. */
  #heardAt = 0

  constructor(now: number) {
    this.#report = newReport(now)
  }

  get report(): Report {
    return this.#report
  }

  /** A new process exists; the totals of the one before are kept. */
  spawned(now: number, wallTime: number): void {
    this.#report = { ...newReport(now, this.#report), started: { wallTime, at: now } }
  }

  ready(now: number): void {
    this.#watch = watchdog.newWatch(now)
    this.#heardAt = now
  }

  /** It is on its way out, or gone: nobody watches it any more. */
  unwatch(): void {
    this.#watch = undefined
  }

  ended(): void {
    this.#watch = undefined
    this.#report = onProcessEnd(this.#report)
  }

  heartbeat(counters: Counters, now: number): void {
    const { cyclesTotal, loopDelayMs } = counters
    if (this.#watch) this.#watch = watchdog.onBeat(this.#watch, { cycles: cyclesTotal, loopDelayMs }, now)
    this.#report = onHeartbeat(this.#report, counters, now)
  }

  link(link: Link, reason: string, code?: string): void {
    this.#report = onLink(this.#report, link, reason, code)
  }

  /** Its readings do not get into the durable queue, and why; '' when they do. */
  durable(durableTrouble: string): void {
    this.#report = { ...this.#report, durableTrouble }
  }

  /** True if there was silence before. */
  reading(now: number): boolean {
    this.#heardAt = now
    return this.#silence('')
  }

  usage(usage: Usage, memoryLimitMb: number): void {
    this.#report = { ...this.#report, ...usage }
    if (this.#watch) this.#watch = watchdog.onMemory(this.#watch, usage.memoryMb, memoryLimitMb)
  }

  /** A message that was none of ours, or malformed. */
  babble(now: number): void {
    if (this.#watch) this.#watch = watchdog.onBabble(this.#watch, now)
  }

  /** It said more than its share. */
  flood(channel: watchdog.Channel, now: number): void {
    if (this.#watch) this.#watch = watchdog.onFlood(this.#watch, channel, now)
  }

  /**
   * Once a second. `blocked`: Node-RED itself was late, so that silence proves nothing. `mute`: it sends no
   * readings into the live queue and is not expected to. `waitsForDisk`: asked of a silent process only; to kill it would change
   * nothing before the disk answers, and then it would lose what it holds.
   */
  judge(now: number, facts: Facts): { verdict: watchdog.Verdict | undefined; changed: boolean; waitsForDisk: boolean } {
    if (!this.#watch) return { verdict: undefined, changed: false, waitsForDisk: false }
    const waitsForDisk = watchdog.isOverdue(this.#watch, now) && facts.waitsForDisk?.() === true
    if (facts.blocked || waitsForDisk) this.#watch = watchdog.forgive(this.#watch, now)
    const { link, memoryMb } = this.#report
    const connected = link === 'connected' || link === 'degraded'
    const verdict = watchdog.judge(this.#watch, now, { ...facts, connected, memoryMb })
    const limitMs = watchdog.silenceLimit(facts.intervalMs)
    const silent = facts.mute !== true && !facts.blocked && now - this.#heardAt > limitMs
    // A wait for a disk is forgiven, but what it does is not known all the same.
    const isUnheard = waitsForDisk || watchdog.isUnheard(this.#watch, now)
    const fellSilent = silent && this.#silence(`no readings for more than ${limitMs / 1000} s`)
    return { verdict, waitsForDisk, changed: (isUnheard && this.#unheard(waitsForDisk)) || fellSilent }
  }

  /**
   * Since when, ms, nothing has come of it although it says that it reads; `lastCycle` is the last cycle that came.
   * undefined while all comes, or it does not read.
   */
  unheardSince(lastCycle: number): number | undefined {
    if (!this.#watch || this.#report.silence === '') return undefined
    return this.#report.counters.cyclesTotal > lastCycle ? this.#heardAt : undefined
  }

  /** Until its next heartbeat. True if that is news, or why it is silent. */
  #unheard(waitsForDisk: boolean): boolean {
    const unheard = `no heartbeat for more than ${watchdog.UNHEARD_MS / 1000} s`
    const reason = waitsForDisk ? `${unheard}: it waits for a disk that does not answer` : unheard
    if (this.#report.unheard.startsWith(reason)) return false
    this.#report = { ...this.#report, unheard: reason, speed: 0 }
    return true
  }

  #silence(silence: string): boolean {
    if (this.#report.silence === silence) return false
    this.#report = { ...this.#report, silence }
    return true
  }
}
