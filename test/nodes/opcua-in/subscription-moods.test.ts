import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { Fault } from '../../../lib/contract/fault'
import type { Subscription } from '../../../nodes/opcua-in/subscription'
import { SteppedClock } from '../../lib/child/stepped-clock'
import { randomNumbers } from '../../support/random'
import { CLOCK, ImaginedServer, type ImaginedSession, STATE, sampleOf } from './imagined-server'
import { subscriptionOf } from './subscription-bench'

const never = new AbortController().signal
const RUNS = 150
const SECONDS = 200
/** Two keep-alives of 2 s and 1 s; a message, and a reading, each stand for the second that they end. */
const WATCHDOG_S = 5 + 2
/** The longest way back, once the server is well: three steps of the watchdog, and then the longest wait before connecting. */
const RECOVERY_S = 30

const MOODS = ['well', 'quiet', 'silent', 'empty', 'late', 'refusing', 'mute', 'lost', 'suspended'] as const
type Mood = (typeof MOODS)[number]

const SERVICES = ['read', 'subscribe', 'unsubscribe', 'create', 'republish', 'transfer', 'enable', 'operationLimits']
const STATUSES = ['BadSubscriptionIdInvalid', 'BadTooManyOperations', 'BadUserAccessDenied', 'BadInternalError']

/** A reader in the place of the collector, and a server whose one value changes every second, whatever it tells, unless it is quiet. */
class Run {
  readonly #clock = new SteppedClock()
  readonly #server = new ImaginedServer()
  readonly #chance: () => number
  readonly #subscription: Subscription
  #session: ImaginedSession | undefined
  #second = 0
  /** By the second. */
  readonly #truth: number[] = []
  #lastTold = -1
  #restIn = 0
  #mood: Mood = 'well'
  readonly told: string[] = []

  constructor(seed: number) {
    this.#chance = randomNumbers(seed)
    this.#subscription = subscriptionOf(['a'], this.#clock, [])
    this.#server.nodes.set(STATE, sampleOf(0))
    this.#live()
  }

  /** Whatever the server does, what is shown as good was true a moment ago. */
  async through(seconds: number): Promise<void> {
    const until = this.#second + seconds
    while (this.#second < until) {
      if (this.#chance() < 0.1) this.#turn(this.#oneOf(MOODS))
      await this.#secondOf()
    }
  }

  /** The server is well again: how many seconds the value took to be good again. */
  async recover(): Promise<number> {
    this.#turn('well')
    const from = this.#second
    while (this.#second - from < 120) {
      await this.#secondOf()
      if (this.told.at(-1)?.endsWith('good')) return this.#second - from
    }
    throw new Error('it never was')
  }

  async #secondOf(): Promise<void> {
    this.#live()
    this.#speak()
    await this.#clock.advance(1000)
    const shown = await this.#shown()
    this.told.push(`${this.#second} ${this.#mood}: ${typeof shown === 'number' ? `${shown} good` : shown}`)
    if (typeof shown !== 'number') return
    const ageS = this.#second - this.#truth.lastIndexOf(shown)
    assert.ok(ageS <= WATCHDOG_S, `the value is ${ageS} s old:\n${this.told.slice(-40).join('\n')}`)
    assert.notEqual(this.#subscription.degraded === undefined && this.#session?.lost !== undefined, true)
  }

  #live(): void {
    this.#second++
    const value = this.#mood === 'quiet' ? (this.#truth[this.#second - 1] ?? 0) : this.#second
    this.#truth[this.#second] = value
    this.#server.nodes.set('a', sampleOf(value))
    this.#server.nodes.set(CLOCK, sampleOf(new Date(this.#second * 1000)))
  }

  #turn(mood: Mood): void {
    this.#mood = mood
    this.#server.refuses.clear()
    if (mood === 'refusing') {
      for (let count = 0; count < 3; count++) this.#server.refuses.set(this.#oneOf(SERVICES), this.#oneOf(STATUSES))
      this.#server.refusePublish(new Fault('device', this.#oneOf(STATUSES), 'refused'))
    }
    if (mood === 'mute') for (const service of SERVICES) this.#server.refuses.set(service, 'mute')
    if (mood === 'lost' && this.#chance() < 0.5) this.#server.restart()
    if (mood === 'lost') this.#server.drop()
    this.#server.nodes.set(STATE, sampleOf(mood === 'suspended' ? 3 : 0))
  }

  #speak(): void {
    const isKeepAlive = this.#second % 2 === 0
    switch (this.#mood) {
      case 'well':
      case 'suspended':
        this.#tellAll()
        return
      case 'quiet':
        // as a server does: what has changed, and nothing else
        if (this.#lastTold !== this.#truth[this.#second]) this.#tellAll()
        else this.#server.tell({ [CLOCK]: this.#server.sampleOf(CLOCK) })
        return
      case 'late':
        if (this.#chance() < 0.3) this.#tellAll()
        return
      case 'empty':
      case 'refusing':
        if (isKeepAlive) this.#server.tell()
        return
      default:
        return
    }
  }

  #tellAll(): void {
    if (this.#server.waiting > 0) this.#lastTold = this.#truth[this.#second] ?? -1
    this.#server.tellAll()
  }

  async #shown(): Promise<number | string> {
    try {
      if (!this.#session) await this.#connect()
      if (!this.#session) return 'waiting to connect'
      const [answer] = await this.#within(this.#subscription.read(never))
      if (!answer || this.#subscription.doubt !== undefined) return 'doubtful'
      if ('problem' in answer) return answer.problem
      const data: unknown = answer.sample.value?.data
      return typeof data === 'number' ? data : answer.sample.status
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      this.#subscription.stop()
      this.#session?.leave()
      this.#session = undefined
      this.#restIn = 1 + Math.floor(this.#chance() * 8)
      return thrown.message
    }
  }

  async #connect(): Promise<void> {
    if (this.#restIn-- > 0) return
    if (this.#mood === 'lost' || this.#mood === 'mute') throw new Fault('link', 'no-answer', 'no connection')
    const session = this.#server.session(this.#chance() < 0.5)
    await this.#subscription.start(session)
    this.#session = session
  }

  /** The first reading waits for values, in the time of the stepped clock. */
  async #within<T>(reading: Promise<T>): Promise<T> {
    let done = false
    reading
      .finally(() => {
        done = true
      })
      .catch(() => {})
    for (let step = 0; step < 20 && !done; step++) await setImmediate()
    while (!done) await this.#clock.advance(100)
    return reading
  }

  #oneOf<T>(list: readonly T[]): T {
    const one = list[Math.floor(this.#chance() * list.length)]
    if (one === undefined) throw new Error('the list is empty')
    return one
  }
}

describe('A subscription to a server of changing moods', () => {
  it(`never shows a value as good that nothing has proved for ${WATCHDOG_S} s, and always comes back`, async () => {
    const longest: number[] = []
    let good = 0
    for (let seed = 1; seed <= RUNS; seed++) {
      const run = new Run(seed)
      await run.through(SECONDS)
      longest.push(await run.recover())
      good += run.told.filter((line) => line.endsWith('good')).length
    }
    assert.ok(Math.max(...longest) <= RECOVERY_S, `it took ${Math.max(...longest)} s`)
    // It is not by showing nothing that it shows nothing false.
    assert.ok(good > (RUNS * SECONDS) / 4, `${good} good ones`)
  })
})
