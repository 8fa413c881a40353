// Values by subscription: the server tells what changed. Whether it still does is watched, since a session may look well when
// its subscription is dead, and a subscription may live and say nothing. After a loss the subscription is taken up where it was.

import { setImmediate } from 'node:timers/promises'
import { Fault, messageOf } from '../../lib/contract/fault'
import { Batches } from './batches'
import { Intake } from './intake'
import { Items } from './items'
import { Publishing } from './publishing'
import { CURRENT_TIME, SERVER_STATE, ServerStatus } from './server-status'
import type { ItemAnswer, OpcuaSession, Publication, Sample, SubscriptionAnswer } from './session'
import { type Answer, batchSize, type Source, type SourceSettings } from './source'
import { hasOverflow, qualityOf } from './statuses'
import { type Standing, Watchdog } from './watchdog'

export type SubscriptionSettings = SourceSettings & { publishingMs: number; samplingMs: number; queueSize: number }

/**
 * A server that has nothing to tell says so after about this time, ms, or after its publishing interval where that is longer: the
 * watchdog waits for two of them, so with an interval of 1 s nobody sees a value that is older than 5 s as good.
 */
const KEEP_ALIVE_MS = 2000
/** Beyond two keep-alives, for the network and for timers of small controllers, ms. */
const MARGIN_MS = 1000
/** A subscription outlives the session, so that the next one can take it over; at least 3 keep-alives (OPC 10000-4, 5.14.2.2). */
const LIFETIME_MS = 60_000
const LIFETIME_KEEP_ALIVES = 3
/** So often the watchdog looks, ms. */
const LOOK_MS = 500
/** With a faster publishing interval the first values need not be read. */
const SLOW_MS = 300

/** It is not with its session any more, which need not be its end: another one may take it over. */
const ELSEWHERE = new Set(['BadNoSubscription', 'GoodSubscriptionTransferred'])

const SILENT = 'the server has stopped sending'
const STARVED = 'the server sends no values any more, though it says that it is there'
const WAITING = 'connected again: waiting for what the server has to tell'

/** What has been done about a server that tells nothing, and until when it may take effect, ms. */
type Stage = { kind: 'well' } | { kind: 'asked' | 'renewed'; text: string; untilMs: number }

const WELL: Stage = { kind: 'well' }

export class Subscription implements Source {
  readonly forecast = undefined
  readonly #settings: SubscriptionSettings
  readonly #items: Items
  readonly #watchdog = new Watchdog()
  readonly #server = new ServerStatus()
  readonly #intake: Intake
  readonly #batches = new Batches(1)
  readonly #readBatches = new Batches(1)
  #session: OpcuaSession | undefined
  #publishing: Publishing | undefined
  #current: SubscriptionAnswer | undefined
  #stage: Stage = WELL
  /** What is known is from before the loss of the connection: not to be shown before the server has told something. */
  #unheard = false
  #ended: string | undefined
  #fault: Fault | undefined
  #asking: Promise<void> | undefined
  /** Items were being made when the connection was lost: which of them are there nobody knows. */
  #torn = false
  #looking: Promise<void> = Promise.resolve()
  #lookedMs = 0
  #cancelLook: () => void = () => {}
  #overflows = 0
  #first = true
  #arrived: () => void = () => {}

  constructor(settings: SubscriptionSettings) {
    this.#settings = settings
    const { wanted, log, samplingMs, queueSize, clock } = settings
    this.#items = new Items({ wanted, log, samplingMs, queueSize, nowMs: () => clock.nowMs() })
    this.#intake = new Intake({
      log,
      tell: (publication) => this.#tell(publication),
      acknowledge: (acknowledgement) => this.#publishing?.acknowledge(acknowledgement),
    })
  }

  get degraded(): string | undefined {
    return this.#stage.kind === 'well' ? this.#unproven() : this.#stage.text
  }
  get doubt(): string | undefined {
    return this.#server.doubt
  }
  get overflows(): number {
    return this.#overflows
  }

  async start(session: OpcuaSession): Promise<void> {
    this.stop()
    await Promise.all([this.#asking, this.#looking])
    this.#session = session
    this.#fault = undefined
    this.#stage = WELL
    this.#first = true
    const { clock, timeoutMs } = this.#settings
    this.#publishing = new Publishing({
      session,
      clock,
      timeoutMs,
      keepAliveMs: () => this.#keepAliveMs,
      hear: (publication) => this.#hear(session, publication),
      trouble: (thrown) => this.#trouble(session, thrown),
    })
    if (!(await this.#takeUp(session))) await this.#begin(session)
    this.#publishing.start()
    this.#lookedMs = clock.nowMs()
    this.#lookLater(session)
    this.#ask()
  }

  stop(): void {
    this.#session = undefined
    this.#publishing?.stop()
    this.#cancelLook()
    if (this.#asking) this.#torn = true
    this.#arrived()
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
    if (problem === undefined) return this.#items.answers
    const unproven: Answer = { problem }
    return this.#settings.wanted.map(() => unproven)
  }

  /** Why what is known need not be true any more. */
  #unproven(): string | undefined {
    const standing = this.#watchdog.standing(this.#settings.clock.nowMs())
    if (this.#ended !== undefined) return `the server has ended the subscription (${this.#ended})`
    if (standing === 'silent') return SILENT
    if (standing === 'starved') return STARVED
    return this.#unheard ? WAITING : undefined
  }

  /** Until the server has said something of every item, but not for ever. */
  async #firstValues(signal: AbortSignal): Promise<void> {
    let done = false
    const cancel = this.#settings.clock.after(this.#settings.timeoutMs, () => {
      done = true
      this.#arrived()
    })
    const stop = (): void => this.#arrived()
    signal.addEventListener('abort', stop, { once: true })
    const awaited = () => this.#session && !this.#fault && (this.#unheard || !this.#items.complete)
    while (!done && !signal.aborted && awaited()) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
    }
    signal.removeEventListener('abort', stop)
    cancel()
  }

  /** With a session that is back its subscriptions are there; a new one takes over what the old one had. Whether that was so. */
  async #takeUp(session: OpcuaSession): Promise<boolean> {
    const { log, clock } = this.#settings
    const current = this.#current
    if (!current || (this.#ended !== undefined && !ELSEWHERE.has(this.#ended))) return false
    if (this.#torn) {
      if (session.resumed) await session.deleteSubscription(current.id).catch(() => {})
      return false
    }
    try {
      if (!session.resumed) await session.transferSubscription(current.id)
      this.#begun(current)
      this.#unheard = true
      const missed = await this.#intake.catchUp(session, current.id)
      const how = session.resumed ? 'the session lives on' : 'the subscription was taken over by a new session'
      log('info', `connected again: ${how}; messages that had been missed: ${missed}`)
      this.#watchdog.begin(clock.nowMs(), this.#watchdog.limits)
      return true
    } catch (thrown) {
      if (!(thrown instanceof Fault && thrown.kind === 'device')) throw thrown
      log('info', `connected again: the server has the subscription no longer (${thrown.code}), so it is made anew`)
      return false
    }
  }

  async #begin(session: OpcuaSession): Promise<void> {
    const { itemsPerCall, nodesPerRead } = await session.operationLimits()
    this.#batches.limit(batchSize(itemsPerCall))
    this.#readBatches.limit(batchSize(nodesPerRead))
    this.#items.forget()
    await this.#subscribe(session)
  }

  async #subscribe(session: OpcuaSession): Promise<void> {
    const { publishingMs, log } = this.#settings
    this.#current = undefined
    const keepAliveCount = Math.ceil(KEEP_ALIVE_MS / publishingMs)
    const lifetimeCount = Math.max(keepAliveCount * LIFETIME_KEEP_ALIVES, Math.ceil(LIFETIME_MS / publishingMs))
    const current = await session.createSubscription({ publishingMs, keepAliveCount, lifetimeCount })
    if (current.publishingMs > publishingMs) {
      log('warn', `the server publishes every ${current.publishingMs} ms, not every ${publishingMs} ms as it should`)
    }
    this.#intake.begin()
    this.#torn = false
    this.#begun(current)
    await this.#watchServer(session, current)
  }

  #begun(current: SubscriptionAnswer): void {
    this.#current = current
    this.#ended = undefined
    this.#unheard = false
    const silentMs = 2 * this.#keepAliveMs + MARGIN_MS
    this.#watchdog.begin(this.#settings.clock.nowMs(), { silentMs, starvedMs: this.#watchdog.limits.starvedMs })
  }

  /** Its clock, so that there is always something to tell, and its state: for both it may have no node. */
  async #watchServer(session: OpcuaSession, { id, publishingMs }: SubscriptionAnswer): Promise<void> {
    const { wanted, clock } = this.#settings
    const common = { queueSize: 1, deadband: undefined }
    const clockWish = { ...common, node: CURRENT_TIME, handle: wanted.length, samplingMs: Math.max(publishingMs, 1000) }
    const stateWish = { ...common, node: SERVER_STATE, handle: wanted.length + 1, samplingMs: publishingMs }
    this.#server.hear(undefined, undefined)
    const answers = await session.createItems(id, [clockWish, stateWish]).catch((thrown: unknown): ItemAnswer[] => {
      if (thrown instanceof Fault && thrown.kind === 'device') return []
      throw thrown
    })
    const [told] = answers
    const isTold = told !== undefined && qualityOf(told.code) !== 'bad'
    this.#watchdog.expectClock(isTold)
    const { silentMs } = this.#watchdog.limits
    const starvedMs = Math.max(silentMs, 2 * (publishingMs + (told?.samplingMs ?? 0)) + MARGIN_MS)
    this.#watchdog.begin(clock.nowMs(), { silentMs, starvedMs })
  }

  get #keepAliveMs(): number {
    const { publishingMs, keepAliveCount } = this.#current ?? { publishingMs: KEEP_ALIVE_MS, keepAliveCount: 1 }
    return publishingMs * keepAliveCount
  }

  #lookLater(session: OpcuaSession): void {
    this.#cancelLook = this.#settings.clock.after(LOOK_MS, () => {
      this.#looking = this.#look(session)
        .catch((thrown: unknown) => this.#trouble(session, thrown))
        .then(() => {
          if (this.#session === session && !this.#fault) this.#lookLater(session)
        })
    })
  }

  async #look(session: OpcuaSession): Promise<void> {
    const nowMs = this.#settings.clock.nowMs()
    // A process that stood still has heard nothing in that time.
    const wasAsleep = nowMs - this.#lookedMs > 3 * LOOK_MS
    this.#lookedMs = nowMs
    if (!wasAsleep) await this.#repair(session, this.#watchdog.standing(nowMs), nowMs)
    this.#lookedMs = this.#settings.clock.nowMs()
  }

  /** One step at a time: Publish is asked anew, then the subscription is made anew, then the session. */
  async #repair(session: OpcuaSession, standing: Standing, nowMs: number): Promise<void> {
    const stage = this.#stage
    if (this.#ended !== undefined) {
      if (stage.kind === 'renewed') return this.#giveUp(session)
      return this.#renew(session, `the server has ended the subscription (${this.#ended}): subscribing anew`)
    }
    if (standing === 'well') return this.#recovered()
    switch (stage.kind) {
      case 'well':
        if (standing === 'silent' || standing === 'starved') await this.#askAnew(session, standing)
        return
      case 'asked':
        if (nowMs >= stage.untilMs) await this.#renew(session, `${SILENT}, also when asked: subscribing anew`)
        return
      default:
        if (nowMs >= stage.untilMs) await this.#giveUp(session)
    }
  }

  #recovered(): void {
    if (this.#stage.kind === 'well') return
    this.#stage = WELL
    this.#settings.log('info', 'the server sends values again')
  }

  /** It may have lost the requests that wait, or somebody has turned publishing off. */
  async #askAnew(session: OpcuaSession, standing: 'silent' | 'starved'): Promise<void> {
    if (standing === 'starved' && (await this.#clockStands(session))) return
    const text = `${standing === 'silent' ? SILENT : STARVED}: asking it anew`
    this.#stage = { kind: 'asked', text, untilMs: this.#settings.clock.nowMs() + this.#keepAliveMs + MARGIN_MS }
    this.#settings.log('warn', text)
    this.#publishing?.start()
    const { id } = this.#current ?? {}
    if (id !== undefined) await session.enablePublishing(id).catch((thrown: unknown) => this.#ifGone(thrown))
  }

  /** A clock that stands when read, too, is the server's own trouble, and says nothing of the subscription. */
  async #clockStands(session: OpcuaSession): Promise<boolean> {
    const [sample] = await session.read([CURRENT_TIME])
    if (clockOf(sample) !== this.#watchdog.clock) return false
    this.#watchdog.distrustClock()
    this.#settings.log('warn', 'the clock of the server stands still')
    return true
  }

  /** Not every server lets publishing be turned on, or knows what is to be deleted: only one that does not answer matters. */
  #ifGone(thrown: unknown): void {
    if (!(thrown instanceof Fault && thrown.kind === 'device')) throw thrown
    if (thrown.code === 'BadSubscriptionIdInvalid') this.#ended ??= thrown.code
  }

  async #renew(session: OpcuaSession, text: string): Promise<void> {
    const stage = { kind: 'renewed', text, untilMs: Infinity } as const
    if (this.#watchdog.standing(this.#settings.clock.nowMs()) === 'starved') this.#watchdog.doubtClock()
    this.#stage = stage
    this.#settings.log('warn', text)
    // What is refused from now on was meant for the old one.
    const old = this.#current
    this.#current = undefined
    this.#publishing?.stop()
    await this.#asking
    this.#items.forget()
    // It may be gone, or not: two would bring everything twice.
    if (old) await session.deleteSubscription(old.id).catch((thrown: unknown) => this.#ifGone(thrown))
    await this.#subscribe(session)
    if (this.#session !== session) return
    this.#publishing?.start()
    this.#stage = { ...stage, untilMs: this.#settings.clock.nowMs() + this.#watchdog.limits.silentMs }
    this.#ask()
  }

  /** It is ended in good form, so that nothing of it is taken up again. */
  async #giveUp(session: OpcuaSession): Promise<void> {
    this.#current = undefined
    this.#fault = new Fault('link', 'subscription-silent', `${SILENT}, though subscribed anew: connecting anew`)
    this.#publishing?.stop()
    await session.close()
  }

  /** Runs beside the cycles: thousands of items take their time. */
  #ask(): void {
    const [due, session, current] = [this.#items.due(), this.#session, this.#current]
    if (this.#asking || !session || !current || due.length === 0) return
    this.#asking = this.#askFor(session, current, due)
      .catch((thrown: unknown) => {
        if (current === this.#current) this.#trouble(session, thrown)
      })
      .finally(() => {
        this.#asking = undefined
        this.#arrived()
      })
  }

  async #askFor(
    session: OpcuaSession,
    { id, publishingMs }: SubscriptionAnswer,
    columns: readonly number[],
  ): Promise<void> {
    await this.#items.ask(session, id, this.#batches, columns)
    if (publishingMs > SLOW_MS) await this.#items.readMissing(session, this.#readBatches)
  }

  #trouble(session: OpcuaSession, thrown: unknown): void {
    if (session !== this.#session) return
    if (thrown instanceof Fault && thrown.kind === 'device') this.#ended ??= thrown.code
    else if (session.lost && !(thrown instanceof Fault && thrown.code === 'subscription-silent'))
      this.#lose(session.lost)
    else this.#fault ??= thrown instanceof Fault ? thrown : new Fault('bug', 'subscription', messageOf(thrown))
    this.#arrived()
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
    this.#arrived()
  }

  #tell({ subscriptionId, samples, ended }: Publication): void {
    if (subscriptionId !== this.#current?.id) return
    if (ended !== undefined) this.#ended = ended
    const clockHandle = this.#settings.wanted.length
    for (const { handle, sample } of samples) {
      if (hasOverflow(sample.code)) this.#overflows++
      if (handle === clockHandle) this.#watchdog.tick(clockOf(sample))
      else if (handle === clockHandle + 1) this.#hearState(sample)
      else this.#items.hear(handle, sample)
    }
  }

  #hearState(sample: Sample): void {
    const news = this.#server.hear(sample, this.#session)
    if (news === undefined) return
    this.#settings.log('warn', this.#server.doubt ?? 'the server runs again')
    // Nodes may be there that were not.
    if (news === 'running') this.#items.askSoon()
  }
}

/** Comparable. */
function clockOf(sample: Sample | undefined): unknown {
  const data: unknown = sample?.value?.data
  return data instanceof Date ? data.getTime() : data
}
