// One client and the device behind: its requests are counted and answered, each unit's one at a time and in order, and
// what comes back goes through the faults.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Habit } from './character'
import type { Client, Guest } from './doors/door'
import type { FaultList } from './fault-list'
import { type Corruptions, type Exchange, NOTHING_HELD, type Step, scriptReply } from './reply-script'

/** Cuts what a client sends into requests. Throws when it can never become any: the client is cut off. */
export type RequestCutter = { push(bytes: Buffer): Buffer[] }

/** What answers the requests of one client. */
export type Backend = {
  /** undefined = it says nothing to this. Throws a ConnectionReset where it ends the client's connection instead. */
  ask(request: Buffer): Promise<Buffer | undefined>
  close(): void
}

/** What a backend ends the connection with. */
export class ConnectionReset extends Error {}

export type PassageParts = {
  faults: FaultList
  corruptions: Corruptions
  requests: RequestCutter
  backend: Backend
  habit: Required<Habit>
  /** Monotonic clock, ms. */
  now(): number
  /** The unit (station) that a request is for, in a protocol that has them. */
  unitOf(request: Buffer): number | undefined
  onRequest(request: Buffer): void
  /** @param byItself the device did not end it */
  onGone(byItself: boolean): void
  /** Without a request for so long the client's connection is closed. */
  idleCloseMs(): number | undefined
}

export class Passage implements Guest {
  readonly #client: Client
  readonly #parts: PassageParts
  /** Unit -> when all its requests so far will be answered. */
  readonly #lanes = new Map<number | undefined, Promise<void>>()
  #underWay = new AbortController()
  #held = NOTHING_HELD
  #requests = 0
  #endedByDevice = false
  #idle: NodeJS.Timeout | undefined

  constructor(client: Client, parts: PassageParts) {
    this.#client = client
    this.#parts = parts
    this.#restAgain()
    this.#carryOut(parts.habit.greeting(), this.#underWay.signal).catch(() => {
      // dropped
    })
  }

  receive(bytes: Buffer): void {
    this.#restAgain()
    try {
      for (const request of this.#parts.requests.push(bytes)) this.#arrive(request)
    } catch {
      this.reset()
    }
  }

  gone(): void {
    this.#drop()
    clearTimeout(this.#idle)
    this.#parts.backend.close()
    this.#parts.onGone(!this.#endedByDevice)
  }

  reset(): void {
    this.#endedByDevice = true
    this.#drop()
    this.#client.reset()
  }

  /** Whatever is under way for this client is not done any more. */
  #drop(): void {
    this.#underWay.abort()
    this.#underWay = new AbortController()
    this.#lanes.clear()
    this.#held = NOTHING_HELD
  }

  #arrive(request: Buffer): void {
    this.#requests++
    this.#parts.onRequest(request)
    const unit = this.#parts.unitOf(request)
    const faults = this.#parts.faults.takeAtRequest(this.#requests, unit)
    const isHeard = this.#parts.habit.hears(this.#parts.now())
    if (faults.some(({ kind }) => kind === 'reset-at-request')) this.reset()
    if (faults.length > 0 || !isHeard) return
    const { signal } = this.#underWay
    const before = this.#lanes.get(unit) ?? Promise.resolve()
    const served = before
      .then(() => this.#serve(request, unit, signal))
      .catch((thrown) => {
        // otherwise dropped, or the backend is gone: no reply
        if (thrown instanceof ConnectionReset) this.reset()
      })
    this.#lanes.set(unit, served)
  }

  async #serve(request: Buffer, unit: number | undefined, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { backend, habit, now } = this.#parts
    const answer = await backend.ask(request)
    if (!answer || signal.aborted) return
    const steps = this.#script({ request, reply: habit.frame(answer) }, unit)
    await this.#carryOut(habit.send(steps, now()), signal)
    habit.sent(now())
  }

  #script(exchange: Exchange, unit: number | undefined): Step[] {
    const { faults, corruptions } = this.#parts
    const { steps, held } = scriptReply(exchange, faults.takeAtReply(unit), this.#held, corruptions)
    this.#held = held
    return steps
  }

  async #carryOut([step, ...rest]: Step[], signal: AbortSignal): Promise<void> {
    if (!step) return
    if (step.do === 'postpone') {
      const later = sleep(step.ms, undefined, { signal }).then(() => this.#carryOut(rest, signal))
      later.catch(() => {
        // dropped
      })
      return
    }
    if (step.do === 'wait') await sleep(step.ms, undefined, { signal })
    else if (step.do === 'send') this.#client.send(step.bytes)
    else if (step.do === 'close') this.#close()
    else this.reset()
    if (!signal.aborted) await this.#carryOut(rest, signal)
  }

  #close(): void {
    this.#endedByDevice = true
    this.#client.close()
  }

  #restAgain(): void {
    clearTimeout(this.#idle)
    const ms = this.#parts.idleCloseMs()
    this.#idle = ms === undefined ? undefined : setTimeout(() => this.#close(), ms)
  }
}
