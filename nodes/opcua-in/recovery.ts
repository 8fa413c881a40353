// What is done about a subscription that brings nothing, step by step (repair.ts): the server is asked to go on, then there is a new
// subscription, then a new connection.

import type { LogLevel } from '../../lib/contract/control'
import { clockOf } from './delivery'
import { describeStep, nextStep, type Stage, WELL } from './repair'
import type { Sample } from './session'
import type { Standing, Watchdog } from './watchdog'

export type RecoveryParts = {
  watchdog: Watchdog
  nowMs(): number
  log(level: LogLevel, text: string): void
  /** Why the server has ended the subscription. */
  ended(): string | undefined
  /** How long the server takes to show that it lives; undefined as long as there is no subscription. */
  lifeSignMs(): number | undefined
  /** The clock of the server, which is always among what it tells. */
  readClock(): Promise<Sample | undefined>
  /** Asks the server to send again what it has to tell. */
  goOn(): Promise<void>
  /** Makes another subscription. Whether its session is still the one that counts. */
  renew(): Promise<boolean>
  giveUp(why: string): Promise<void>
}

export class Recovery {
  readonly #parts: RecoveryParts
  #stage: Stage = WELL

  constructor(parts: RecoveryParts) {
    this.#parts = parts
  }

  /** What is being done, and why. */
  get text(): string | undefined {
    return this.#stage.kind === 'well' ? undefined : this.#stage.text
  }

  /** To be called now and then. Rejects with a Fault. */
  async look(nowMs: number): Promise<void> {
    const { watchdog, ended, log, giveUp } = this.#parts
    const standing = watchdog.standing(nowMs)
    const step = nextStep(this.#stage, standing, ended(), nowMs)
    if (step === 'none') return
    if (step === 'recovered') {
      this.#stage = WELL
      log('info', 'the server sends values again')
      return
    }
    const text = describeStep(step, standing, ended())
    if (step === 'ask') await this.#askToGoOn(text, standing)
    else if (step === 'renew') await this.#renew(text, standing)
    else await giveUp(text)
  }

  /** It may have lost the requests that wait, or somebody has turned publishing off. */
  async #askToGoOn(text: string, standing: Standing): Promise<void> {
    const { nowMs, log, goOn } = this.#parts
    const lifeSignMs = this.#parts.lifeSignMs()
    if (lifeSignMs === undefined || (standing === 'starved' && (await this.#clockStands()))) return
    this.#stage = { kind: 'asked', text, untilMs: nowMs() + lifeSignMs }
    log('warn', text)
    await goOn()
  }

  /** A clock that stands when read, too, is the server's own trouble, and says nothing of the subscription. */
  async #clockStands(): Promise<boolean> {
    const { watchdog, readClock, log } = this.#parts
    if (clockOf(await readClock()) !== watchdog.clock) return false
    watchdog.distrustClock()
    log('warn', 'the clock of the server stands still')
    return true
  }

  async #renew(text: string, standing: Standing): Promise<void> {
    const { watchdog, log, nowMs, renew } = this.#parts
    if (standing === 'starved') watchdog.doubtClock()
    const stage = { kind: 'renewed', text, untilMs: Infinity } as const
    this.#stage = stage
    log('warn', text)
    if (await renew()) this.#stage = { ...stage, untilMs: nowMs() + watchdog.limits.silentMs }
  }
}
