// Values by subscription: the server tells what changed. Whether it still does is watched, since a session may look well when
// its subscription is dead, and a subscription may live and say nothing.

import { Fault, messageOf } from '../../lib/contract/fault'
import { Batches } from './batches'
import { Items } from './items'
import type { Acknowledgement, OpcuaSession, Publication, SubscriptionAnswer } from './session'
import { type Answer, batchSize, type Source, type SourceSettings } from './source'
import { hasOverflow, qualityOf } from './statuses'

export type SubscriptionSettings = SourceSettings & { publishingMs: number; samplingMs: number; queueSize: number }

/** A server that has nothing to tell says so after about this time, ms. */
const KEEP_ALIVE_MS = 5000
/** Keep-alives that a subscription outlives without being asked; at least 3 (OPC 10000-4, 5.14.2.2). */
const LIFETIME_KEEP_ALIVES = 10
/** Publish requests that wait at the server, so that it can always tell. */
const PUBLISH_IN_FLIGHT = 3
const WATCHDOG_MIN_MS = 3000
/** With a faster publishing interval the first values need not be read. */
const SLOW_MS = 300
/** A refused Publish comes at once, one that nobody answers late. */
const AT_ONCE_MS = 1000
/** Server_ServerStatus_CurrentTime: a value that never stands still. */
const CURRENT_TIME = { namespace: 0, id: { kind: 'numeric', value: 2258 }, range: '' } as const

const SILENT = 'the server stopped sending values: subscribing anew'

export class Subscription implements Source {
  readonly #session: OpcuaSession
  readonly #settings: SubscriptionSettings
  readonly #items: Items
  readonly #acknowledgements: Acknowledgement[] = []
  #batches = new Batches(1)
  #readBatches = new Batches(1)
  #current: SubscriptionAnswer | undefined
  /** The clock of the server is watched, too: data must come. */
  #ticking = false
  #heardMs = 0
  #stage: 'well' | 'renewed' = 'well'
  #ended: string | undefined
  #fault: Fault | undefined
  #asking: Promise<void> | undefined
  #overflows = 0
  #first = true
  #arrived: () => void = () => {}

  constructor(session: OpcuaSession, settings: SubscriptionSettings) {
    this.#session = session
    this.#settings = settings
    const { wanted, log, samplingMs, queueSize, clock } = settings
    this.#items = new Items({ wanted, log, samplingMs, queueSize, nowMs: () => clock.nowMs() })
  }

  get degraded(): string | undefined {
    return this.#stage === 'well' ? undefined : SILENT
  }
  get overflows(): number {
    return this.#overflows
  }

  async start(): Promise<void> {
    const { itemsPerCall, nodesPerRead } = await this.#session.operationLimits()
    this.#batches = new Batches(batchSize(itemsPerCall))
    this.#readBatches = new Batches(batchSize(nodesPerRead))
    await this.#subscribe()
    for (let count = 0; count < PUBLISH_IN_FLIGHT; count++) void this.#keepPublishing()
    this.#ask()
  }

  async read(signal: AbortSignal): Promise<readonly Answer[]> {
    if (this.#first) await this.#firstValues(signal)
    this.#first = false
    await this.#watch()
    if (this.#fault) throw this.#fault
    this.#ask()
    return this.#items.answers
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
    while (!done && !signal.aborted && !this.#fault && !this.#items.complete) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
    }
    signal.removeEventListener('abort', stop)
    cancel()
  }

  async #subscribe(): Promise<void> {
    const { publishingMs, clock, log } = this.#settings
    const keepAliveCount = Math.max(1, Math.round(KEEP_ALIVE_MS / publishingMs))
    const lifetimeCount = keepAliveCount * LIFETIME_KEEP_ALIVES
    const current = await this.#session.createSubscription({ publishingMs, keepAliveCount, lifetimeCount })
    this.#current = current
    this.#ended = undefined
    this.#heardMs = clock.nowMs()
    if (current.publishingMs > publishingMs) {
      log('info', `the server publishes every ${current.publishingMs} ms, not every ${publishingMs} ms`)
    }
    this.#ticking = await this.#watchServerTime(current)
  }

  async #watchServerTime({ id, publishingMs }: SubscriptionAnswer): Promise<boolean> {
    const samplingMs = Math.max(publishingMs, KEEP_ALIVE_MS / 2)
    const wish = {
      node: CURRENT_TIME,
      handle: this.#settings.wanted.length,
      samplingMs,
      queueSize: 1,
      deadband: undefined,
    }
    try {
      const [answer] = await this.#session.createItems(id, [wish])
      return answer !== undefined && qualityOf(answer.code) !== 'bad' && answer.samplingMs <= this.#limitMs
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.kind === 'device') return false
      throw thrown
    }
  }

  get #keepAliveMs(): number {
    const { publishingMs, keepAliveCount } = this.#current ?? { publishingMs: KEEP_ALIVE_MS, keepAliveCount: 1 }
    return publishingMs * keepAliveCount
  }
  get #limitMs(): number {
    return Math.max(WATCHDOG_MIN_MS, 2 * this.#keepAliveMs)
  }

  /** First the subscription is made anew; if that does not bring values, the connection. */
  async #watch(): Promise<void> {
    const silent = this.#settings.clock.nowMs() - this.#heardMs > this.#limitMs
    if (this.#fault || (!silent && this.#ended === undefined)) return
    if (this.#stage === 'renewed') {
      throw new Fault(
        'link',
        'subscription-silent',
        'the server sends no values, though subscribed anew: connecting anew',
      )
    }
    this.#stage = 'renewed'
    this.#settings.log('warn', this.#ended === undefined ? SILENT : `${SILENT} (${this.#ended})`)
    this.#items.forget(SILENT)
    await this.#asking
    const old = this.#current
    // It may be gone, or not: two would bring everything twice.
    if (old) await this.#session.deleteSubscription(old.id).catch(() => {})
    await this.#subscribe()
  }

  /** Runs beside the cycles: thousands of items take their time. */
  #ask(): void {
    const [due, current] = [this.#items.due(), this.#current]
    if (this.#asking || !current || due.length === 0) return
    this.#asking = this.#askFor(current, due)
      .catch((thrown: unknown) => this.#trouble(thrown))
      .finally(() => {
        this.#asking = undefined
        this.#arrived()
      })
  }

  async #askFor({ id, publishingMs }: SubscriptionAnswer, columns: readonly number[]): Promise<void> {
    await this.#items.ask(this.#session, id, this.#batches, columns)
    if (publishingMs > SLOW_MS) await this.#items.readMissing(this.#session, this.#readBatches)
  }

  #trouble(thrown: unknown): void {
    if (thrown instanceof Fault && thrown.kind === 'device') this.#ended ??= thrown.code
    else this.#fault ??= thrown instanceof Fault ? thrown : new Fault('bug', 'subscription', messageOf(thrown))
    this.#arrived()
  }

  /** Publish belongs to the session, so it goes on whatever becomes of a subscription. */
  async #keepPublishing(): Promise<void> {
    const { clock, timeoutMs } = this.#settings
    while (this.#session.lost === undefined && !this.#fault) {
      const startedMs = clock.nowMs()
      const acknowledgements = this.#acknowledgements.splice(0)
      try {
        const patienceMs = (PUBLISH_IN_FLIGHT + 1) * this.#keepAliveMs + timeoutMs
        this.#hear(await this.#session.publish(acknowledgements, patienceMs))
      } catch (thrown) {
        if (thrown instanceof Fault && thrown.code === 'BadTooManyPublishRequests') return
        const atOnce = clock.nowMs() - startedMs < AT_ONCE_MS
        if (this.#session.lost || (atOnce && !(thrown instanceof Fault && thrown.kind === 'device')))
          return this.#trouble(thrown)
        if (!atOnce) continue
        // Without a subscription there is nothing to publish: it is made anew at the next read, and so is this.
        this.#trouble(thrown)
        await new Promise<void>((resolve) => clock.after(AT_ONCE_MS, resolve))
      }
    }
    if (this.#session.lost) this.#trouble(new Fault('link', 'connection-lost', this.#session.lost.message))
  }

  #hear({ subscriptionId, sequenceNumber, samples, ended }: Publication): void {
    if (subscriptionId !== this.#current?.id) return
    if (ended !== undefined) this.#ended = ended
    if (samples.length > 0) this.#acknowledgements.push({ subscriptionId, sequenceNumber })
    // A keep-alive is enough only where nothing else can be expected.
    if (samples.length > 0 || !this.#ticking) this.#heardMs = this.#settings.clock.nowMs()
    if (samples.length > 0) this.#stage = 'well'
    for (const { handle, sample } of samples) {
      if (hasOverflow(sample.code)) this.#overflows++
      this.#items.hear(handle, sample)
    }
    if (samples.length > 0) this.#arrived()
  }
}
