// The way to the device over as many connections as it takes: it opens one when there is none, leaves the pauses that the
// device needs, and finds out which these are. Devices may close a connection between any two requests.

import { setTimeout } from 'node:timers/promises'
import { isTold, TOLD } from '../../../lib/collector/repetition'
import type { LogLevel } from '../../../lib/contract/control'
import { Fault } from '../../../lib/contract/fault'
import { Connections } from '../../../lib/net/connections'
import { CLOSED_AT_ONCE, CONNECTION_CLOSED, isClose } from '../../../lib/net/faults'
import type { Answer, ReadRequest } from '../../../lib/polling/protocol'
import type { ReadArea } from '../areas'
import { isLine, type ModbusConfig } from '../fields'
import { Connection } from '../link/connection'
import { type Framing, framingOf } from '../link/framing'
import { openLink } from '../link/link'
import * as pacing from './pacing'
import * as settling from './settling'

type Request = ReadRequest<ReadArea>

/** What has happened on the connection that there is; all times on the monotonic clock, ms. */
type Course = {
  readonly connectedAtMs: number
  /** The first request to which nothing came, from connecting on. */
  silentAfterMs?: number
  /** Which that was; '' when it was answered later. */
  silentRequest?: string
  answeredAtMs?: number
  /** Something has come, if no answer in time. */
  isHeard: boolean
  /** To requests and to probes. */
  answersHere: number
}

const CLOSES_INSTEAD = 'the device closes the connection'
const CLOSED_AFTER_ONE_MAX = 2
/** A device that closes the connection behind each answer has done so by then. */
const CLOSE_MS = 100
const STOPPED = new Fault('link', 'stopped', 'reading was stopped')

export class Access {
  readonly #config: ModbusConfig
  readonly #log: (level: LogLevel, text: string) => void
  readonly #framing: Framing
  readonly #connections = new Connections()
  #connection: Connection | undefined
  #course: Course = { connectedAtMs: 0, isHeard: false, answersHere: 0 }
  #isOpen = false
  #settling = settling.NOTHING_KNOWN
  #pacing = pacing.NO_PAUSE
  #news: string | undefined
  #lateAnswers = 0
  #noises = 0
  #closes = 0
  /** Connections in a row that the device closed behind their first answer. */
  #closedAfterOne = 0
  /** The request at which the device closed such a connection; undefined once another one has shown why. */
  #closedAt: string | undefined

  constructor(config: ModbusConfig, log: (level: LogLevel, text: string) => void) {
    this.#config = config
    this.#log = log
    this.#framing = framingOf(config, Math.random)
  }

  /** Throws a Fault of kind `link`, or `config` when something is missing. */
  async open(signal: AbortSignal): Promise<void> {
    await this.#connect(signal)
    this.#isOpen = true
  }

  /** Throws a Fault when the connection is lost, no other one can be had, and nothing was answered in this cycle. */
  async ask(request: Request, signal: AbortSignal): Promise<Answer> {
    const outcome = await this.#connections.ask(() => this.#askAnew(request, signal), signal)
    if (outcome.kind === 'answered') return outcome.answer
    if (outcome.kind === 'unsent') return { kind: 'withheld', reason: outcome.reason }
    return { kind: 'silence', instead: CLOSES_INSTEAD }
  }

  /** What a cycle failed with, in better words where there are some. */
  explain(thrown: unknown): unknown {
    return this.#connections.explain(thrown)
  }

  /** What has been learned of the device since the last call. */
  takeNews(): string | undefined {
    const news = this.#news
    this.#news = undefined
    return news
  }

  /** A cycle begins. */
  begin(): void {
    this.#connections.begin()
  }

  /** A cycle is over: others may want the connection that the device has. */
  async rest(): Promise<void> {
    if (this.#config.closeAfterCycle) await this.#end()
  }

  async close(): Promise<void> {
    this.#isOpen = false
    await this.#end()
  }

  /** After a close another connection is opened; any other fault of one stands until the reader is opened again. */
  async #askAnew(request: Request, signal: AbortSignal): Promise<Answer> {
    try {
      return await this.#askOnce(request, signal)
    } catch (thrown) {
      if (isClose(thrown)) await this.#end(request)
      throw thrown
    }
  }

  async #askOnce(request: Request, signal: AbortSignal): Promise<Answer> {
    let connection = await this.#standing(signal)
    const stop = () => connection.drop(STOPPED)
    signal.addEventListener('abort', stop, { once: true })
    try {
      const way = await connection.clear(request)
      if (way === 'doubtful') return { kind: 'silence' }
      if (way === 'proven') {
        this.#course.answersHere++
        if (this.#isOneAnswerEach) connection = await this.#connect(signal)
        else if (this.#closedAt === keyOf(request)) await this.#awaitClose(connection, signal)
      }
      const askedAtMs = performance.now()
      const answer = await connection.read(request)
      if (answer.kind === 'silence' && answer.instead !== undefined) this.#course.isHeard = true
      this.#note(request, askedAtMs, answer.kind !== 'silence')
      return answer
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  async #standing(signal: AbortSignal): Promise<Connection> {
    const connection = this.#connection
    if (!this.#isOpen) throw new Fault('link', 'not-connected', 'not connected')
    const { answersHere } = this.#course
    if (connection && !connection.fault && !(this.#isOneAnswerEach && answersHere > 0)) return connection
    if (connection?.fault && connection.fault.code !== CONNECTION_CLOSED) throw connection.fault
    return await this.#connect(signal)
  }

  async #connect(signal: AbortSignal): Promise<Connection> {
    await this.#end()
    const link = await openLink(this.#config, signal)
    const connection = new Connection(link, this.#framing, {
      timeoutMs: this.#config.timeout,
      pauseMs: () => this.#pauseMs,
      onLate: () => this.#late(),
      onNoise: (text) => this.#noise(text),
    })
    this.#connection = connection
    this.#course = { connectedAtMs: performance.now(), isHeard: false, answersHere: 0 }
    const quietMs = Math.max(this.#config.connectDelay, settling.waitMs(this.#settling))
    await waitUntil(this.#course.connectedAtMs + quietMs, signal)
    return connection
  }

  get #pauseMs(): number {
    return Math.max(this.#config.requestDelay, pacing.pauseMs(this.#pacing))
  }

  /** The device closes each connection behind its first answer. */
  get #isOneAnswerEach(): boolean {
    return this.#closedAfterOne >= CLOSED_AFTER_ONE_MAX
  }

  /** @param at the request at which it failed, if it did */
  async #end(at?: Request): Promise<void> {
    const connection = this.#connection
    if (!connection) return
    this.#connection = undefined
    const { answersHere } = this.#course
    const isClosed = connection.fault?.code === CONNECTION_CLOSED
    if (isClosed) this.#noteClose(answersHere, at)
    if (isClosed || (this.#isOneAnswerEach && answersHere > 0)) this.#tellClose()
    const { silentAfterMs, answeredAtMs, isHeard } = this.#course
    if (connection.fault?.code === CLOSED_AT_ONCE) this.#settle({ type: 'closed-connection' })
    else if (silentAfterMs !== undefined && answeredAtMs === undefined && !isHeard)
      this.#settle({ type: 'silent-connection' })
    await connection.close()
  }

  #noteClose(answersHere: number, at: Request | undefined): void {
    this.#closedAt = undefined
    if (answersHere !== 1) this.#closedAfterOne = 0
    // whether it is that request that the device does not bear, the next connection shows
    else if (at) this.#closedAt = keyOf(at)
    else this.#closedAfterOne++
  }

  /** Behind the answer to a probe: what is closed now is not closed for the request that is to come. */
  async #awaitClose(connection: Connection, signal: AbortSignal): Promise<void> {
    await waitUntil(performance.now() + CLOSE_MS, signal)
    if (!connection.fault) return
    await this.#end()
    throw connection.fault
  }

  #note(request: Request, askedAtMs: number, isAnswered: boolean): void {
    const course = this.#course
    const { connectedAtMs, silentAfterMs, answeredAtMs, isHeard } = course
    const afterMs = answeredAtMs === undefined ? undefined : Math.max(askedAtMs - answeredAtMs, this.#pauseMs)
    const before = this.#pacing
    this.#pacing = pacing.step(before, { request: keyOf(request), afterMs, isAnswered })
    this.#tell(pacing.newsOf(before, this.#pacing))
    if (!isAnswered) {
      course.silentAfterMs ??= askedAtMs - connectedAtMs
      course.silentRequest ??= keyOf(request)
      return
    }
    if (course.answersHere === 0 && this.#closedAt === keyOf(request)) this.#closedAfterOne++
    this.#closedAt = undefined
    course.answersHere++
    if (silentAfterMs === undefined) {
      if (answeredAtMs === undefined) this.#settle({ type: 'first-answer' })
    } else if (course.silentRequest === keyOf(request)) {
      // only the same request tells a device that was not there from one that never answers some request
      if (!isHeard) this.#settle({ type: 'first-answer', silentAfterMs })
      course.silentRequest = ''
    }
    course.answeredAtMs = performance.now()
  }

  #settle(event: settling.SettlingEvent): void {
    // datagrams need no connection
    if (this.#config.transport === 'udp') return
    const before = this.#settling
    this.#settling = settling.step(before, event)
    this.#tell(settling.newsOf(before, this.#settling))
  }

  #tell(news: string | undefined): void {
    if (news === undefined) return
    this.#news = news
    this.#log('warn', `${news} would spare the requests that show it`)
  }

  #late(): void {
    this.#course.isHeard = true
    this.#pacing = pacing.heard(this.#pacing)
    if (!isTold(++this.#lateAnswers)) return
    const { timeout } = this.#config
    this.#log('debug', `an answer came after more than ${timeout} ms and was dropped (${this.#lateAnswers} so far)`)
  }

  /** The first one is worth a look at the wiring, or at the device. */
  #noise(text: string): void {
    this.#course.isHeard = true
    if (!isTold(++this.#noises)) return
    const advice = isLine(this.#config.transport) ? '; are wiring, termination, baud rate and parity right?' : ''
    if (this.#noises === 1) this.#log('warn', `dropped: ${text}${advice}`)
    else this.#log('debug', `dropped: ${text} (${this.#noises} times so far)`)
  }

  /** Closing a connection is a device's good right, and no reason to lose a cycle. */
  #tellClose(): void {
    if (++this.#closes !== TOLD) return
    const { interval } = this.#config
    const advice = this.#isOneAnswerEach
      ? ''
      : `. A longer idle time in the device, or an interval below ${interval} ms, would spare that`
    const text = `the device closes the connection between two requests; it is opened anew for each${advice}`
    this.#log('info', text)
  }
}

function keyOf({ unit, area, address, length }: Request): string {
  return `${unit} ${area} ${address} ${length}`
}

/** Throws a `stopped` Fault when the signal aborts. */
async function waitUntil(atMs: number, signal: AbortSignal): Promise<void> {
  const ms = atMs - performance.now()
  if (ms <= 0) return
  await setTimeout(Math.ceil(ms), undefined, { signal }).catch(() => {
    throw STOPPED
  })
}
