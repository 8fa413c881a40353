// Values by subscription: the server tells what changed. Whether it still does is watched, since a session may look well when
// its subscription is dead, and a subscription may live and say nothing. After a loss the subscription is taken up where it was.

import { setImmediate } from 'node:timers/promises'
import { Fault, messageOf } from '../../lib/contract/fault'
import { Arrivals } from './arrivals'
import { Asking } from './asking'
import { Delivery } from './delivery'
import { keepAliveMsOf, limitsOf, MARGIN_MS, subscribe, watchServer } from './foundation'
import { Intake } from './intake'
import { Items } from './items'
import { Lookout } from './lookout'
import { Publishing } from './publishing'
import { Recovery } from './recovery'
import { describeTrouble } from './repair'
import { CURRENT_TIME } from './server-status'
import type { OpcuaSession, Publication, SubscriptionAnswer } from './session'
import type { Answer, Heard, Source, SourceSettings } from './source'
import { takeUp } from './taking-up'
import { Watchdog } from './watchdog'

export type SubscriptionSettings = SourceSettings & { publishingMs: number; samplingMs: number; queueSize: number }

/** It is not with its session any more, which need not be its end: another one may take it over. */
const ELSEWHERE = new Set(['BadNoSubscription', 'GoodSubscriptionTransferred'])

const WAITING = 'connected again: waiting for what the server has to tell'

export class Subscription implements Source {
  readonly forecast = { requests: 0, cycleMs: 0 }
  readonly #settings: SubscriptionSettings
  readonly #items: Items
  readonly #watchdog = new Watchdog()
  readonly #delivery: Delivery
  readonly #arrivals = new Arrivals()
  readonly #asking: Asking
  #intake: Intake
  #session: OpcuaSession | undefined
  #publishing: Publishing | undefined
  #current: SubscriptionAnswer | undefined
  #recovery: Recovery | undefined
  /** What is known is from before the loss of the connection: not to be shown before the server has told something. */
  #unheard = false
  #ended: string | undefined
  #fault: Fault | undefined
  #lookout: Lookout | undefined
  #first = true

  constructor(settings: SubscriptionSettings) {
    this.#settings = settings
    const { wanted, log, samplingMs, queueSize, clock } = settings
    this.#items = new Items({ wanted, log, samplingMs, queueSize, nowMs: () => clock.nowMs() })
    this.#delivery = new Delivery({ items: this.#items, watchdog: this.#watchdog, clockHandle: wanted.length, log })
    this.#asking = new Asking({
      wanted,
      items: this.#items,
      clock,
      log,
      searched: () => this.#watchdog.heard(clock.nowMs(), true),
      trouble: (session, current, thrown) => {
        if (current === this.#current) this.#trouble(session, thrown)
      },
      done: () => this.#arrivals.tell(),
    })
    this.#intake = this.#newIntake()
  }

  /** Of each subscription its own: what is still to come from another one is told no more. */
  #newIntake(): Intake {
    const intake = new Intake({
      log: this.#settings.log,
      tell: (publication) => {
        if (intake === this.#intake) this.#tell(publication)
      },
      acknowledge: (acknowledgement) => this.#publishing?.acknowledge(acknowledgement),
      lost: () => this.#asking.want(),
    })
    return intake
  }

  get degraded(): string | undefined {
    return this.#recovery?.text ?? this.#unproven()
  }
  get doubt(): string | undefined {
    return this.#delivery.doubt
  }
  get overflows(): number {
    return this.#delivery.overflows
  }

  async start(session: OpcuaSession): Promise<void> {
    this.stop()
    await Promise.all([this.#asking.running, this.#lookout?.stop()])
    this.#session = session
    this.#fault = undefined
    this.#recovery = undefined
    this.#first = true
    const { clock, timeoutMs } = this.#settings
    this.#publishing = new Publishing({
      session,
      clock,
      timeoutMs,
      keepAliveMs: () => (this.#current ? keepAliveMsOf(this.#current) : 0),
      hear: (publication) => this.#hear(session, publication),
      unreadable: (fault) => this.#hearUnreadable(session, fault),
      trouble: (thrown) => this.#trouble(session, thrown),
    })
    if (!(await this.#takeUp(session))) await this.#begin(session)
    this.#publishing.start()
    const recovery = this.#recoveryOf(session)
    this.#recovery = recovery
    this.#lookout = new Lookout(clock, (nowMs) => this.#look(session, recovery, nowMs))
    this.#ask()
  }

  takeEarlier(): readonly Heard[] {
    return this.#items.takeEarlier()
  }

  readAgain(): void {
    this.#asking.want()
  }

  stop(): void {
    this.#session = undefined
    this.#publishing?.stop()
    void this.#lookout?.stop()
    this.#arrivals.tell()
  }

  async read(signal: AbortSignal): Promise<readonly Answer[]> {
    if (this.#first) await this.#firstValues(signal)
    this.#first = false
    if (this.#session?.lost) this.#lose(this.#session.lost)
    // This process may have stood still: what has come meanwhile is heard first.
    if (this.#unproven() !== undefined) await setImmediate()
    if (this.#fault) throw this.#fault
    this.#ask()
    const problem = this.#unproven()
    if (problem === undefined) return this.#items.take()
    const unproven: Answer = { problem }
    return this.#settings.wanted.map(() => unproven)
  }

  /** Why what is known need not be true any more. */
  #unproven(): string | undefined {
    const standing = this.#watchdog.standing(this.#settings.clock.nowMs())
    return describeTrouble(standing, this.#ended) ?? (this.#unheard ? WAITING : undefined)
  }

  /** Until the server has said something of every item, but not for ever. */
  #firstValues(signal: AbortSignal): Promise<void> {
    const { timeoutMs: ms, clock } = this.#settings
    const isMissing = (): boolean =>
      this.#session !== undefined && !this.#fault && (this.#unheard || !this.#items.complete)
    return this.#arrivals.wait(isMissing, { ms, clock, signal })
  }

  /** Whether the subscription of before goes on. */
  async #takeUp(session: OpcuaSession): Promise<boolean> {
    const { log, clock } = this.#settings
    const current = this.#current
    if (!current || (this.#ended !== undefined && !ELSEWHERE.has(this.#ended))) return false
    if (this.#asking.isTorn) {
      if (session.resumed) await session.deleteSubscription(current.id).catch(() => {})
      return false
    }
    this.#ended = undefined
    if (!(await takeUp(session, current.id, this.#intake, log))) return false
    this.#watchdog.beginAgain(clock.nowMs())
    this.#unheard = true
    return true
  }

  async #begin(session: OpcuaSession): Promise<void> {
    this.#asking.limit(await session.operationLimits())
    this.#items.forget()
    await this.#subscribe(session)
  }

  async #subscribe(session: OpcuaSession): Promise<void> {
    const { publishingMs, wanted, clock, log } = this.#settings
    this.#current = undefined
    const current = await subscribe(session, publishingMs, this.#asking.notificationsMax, log)
    this.#intake = this.#newIntake()
    this.#asking.begin()
    this.#delivery.begin()
    this.#unheard = false
    this.#ended = undefined
    this.#current = current
    const clockMs = await watchServer(session, current, wanted.length)
    this.#watchdog.begin(clock.nowMs(), limitsOf(current, clockMs), clockMs !== undefined)
  }

  async #look(session: OpcuaSession, recovery: Recovery, nowMs: number): Promise<void> {
    if (session !== this.#session || this.#fault) return
    if (this.#asking.isDue) this.#ask()
    try {
      await recovery.look(nowMs)
    } catch (thrown) {
      this.#trouble(session, thrown)
    }
  }

  #recoveryOf(session: OpcuaSession): Recovery {
    const { clock, log } = this.#settings
    return new Recovery({
      watchdog: this.#watchdog,
      nowMs: () => clock.nowMs(),
      log,
      ended: () => this.#ended,
      lifeSignMs: () => this.#current && keepAliveMsOf(this.#current) + MARGIN_MS,
      readClock: async () => (await session.read([CURRENT_TIME]))[0],
      goOn: () => this.#goOn(session),
      renew: () => this.#renew(session),
      giveUp: (why) => this.#giveUp(session, why),
    })
  }

  async #goOn(session: OpcuaSession): Promise<void> {
    this.#publishing?.start()
    if (this.#current) await session.enablePublishing(this.#current.id).catch((thrown: unknown) => this.#ifGone(thrown))
  }

  /** Not every server lets publishing be turned on, or knows what is to be deleted: only one that does not answer matters. */
  #ifGone(thrown: unknown): void {
    if (!(thrown instanceof Fault && thrown.kind === 'device')) throw thrown
    if (thrown.code === 'BadSubscriptionIdInvalid') this.#ended ??= thrown.code
  }

  async #renew(session: OpcuaSession): Promise<boolean> {
    // What is refused from now on was meant for the old one.
    const old = this.#current
    this.#current = undefined
    this.#publishing?.stop()
    await this.#asking.running
    this.#items.forget()
    // It may be gone, or not: two would bring everything twice.
    if (old) await session.deleteSubscription(old.id).catch((thrown: unknown) => this.#ifGone(thrown))
    await this.#subscribe(session)
    if (this.#session !== session) return false
    this.#publishing?.start()
    this.#ask()
    return true
  }

  /** It is ended in good form, so that nothing of it is taken up again. */
  async #giveUp(session: OpcuaSession, why: string): Promise<void> {
    this.#current = undefined
    this.#fault = new Fault('link', 'subscription-silent', why)
    this.#publishing?.stop()
    await session.close()
  }

  #ask(): void {
    if (this.#session && this.#current) this.#asking.ask(this.#session, this.#current)
  }

  #trouble(session: OpcuaSession, thrown: unknown): void {
    if (session !== this.#session) return
    if (thrown instanceof Fault && thrown.kind === 'device') this.#ended ??= thrown.code
    else if (session.lost) this.#lose(session.lost)
    else this.#fault ??= thrown instanceof Fault ? thrown : new Fault('bug', 'subscription', messageOf(thrown))
    this.#arrivals.tell()
  }

  #lose({ message }: Error): void {
    this.#fault ??= new Fault('link', 'connection-lost', message)
    this.#publishing?.stop()
  }

  async #hear(session: OpcuaSession, publication: Publication): Promise<void> {
    const { subscriptionId, samples } = publication
    if (session !== this.#session || subscriptionId !== this.#current?.id) return
    this.#watchdog.heard(this.#settings.clock.nowMs(), samples.length > 0)
    await this.#intake.take(session, publication)
    if (this.#watchdog.standing(this.#settings.clock.nowMs()) === 'well') this.#unheard = false
    this.#arrivals.tell()
  }

  #hearUnreadable(session: OpcuaSession, { message }: Fault): void {
    if (session !== this.#session || !this.#current) return
    if (this.#asking.cannotRead())
      this.#settings.log('warn', `${message}: the values are read one by one to find the reason`)
    this.#intake.cannotRead()
    this.#ask()
  }

  #tell({ samples, ended }: Publication): void {
    if (ended !== undefined) this.#ended = ended
    if (samples.length > 0) this.#asking.couldRead()
    this.#delivery.deliver(samples, this.#session)
  }
}
