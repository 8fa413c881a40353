// The MELSEC reader as the collector sees it: its configuration, its connection, its cycles.

import { setTimeout } from 'node:timers/promises'
import type { Finish } from '../../lib/collector/finish'
import type { Reader, ReaderFactory, Reading } from '../../lib/collector/reader'
import { isTold, TOLD } from '../../lib/collector/repetition'
import type { TagColumn } from '../../lib/contract/batch'
import type { Forecast, LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { Poller } from '../../lib/polling/poller'
import type { Area } from './areas'
import { type MelsecConfig, parseMelsecConfig, plcOf } from './fields'
import { ROUND_TRIP_MS } from './forecast'
import { type Codec, codecOf, timerWithin } from './frames/codec'
import type { Request } from './frames/request'
import { readingPlanOf } from './items'
import { type Answer, Connection } from './link/connection'
import { NamedPort } from './link/named-port'
import { openLink } from './link/open-link'
import { Questions } from './questions'
import { RandomTrial } from './random-trial'

type Log = (level: LogLevel, text: string) => void

/** A plan of the tag list, and what has been learnt of it. */
type Way = { readonly questions: Questions; readonly poller: Poller<Area> }

export const melsecReader: ReaderFactory<MelsecConfig> = {
  type: 'melsec',
  parse: parseMelsecConfig,
  create: (config, log) => new MelsecReader(config, log),
}

class MelsecReader implements Reader {
  readonly tags: readonly TagColumn[]
  readonly #config: MelsecConfig
  readonly #log: Log
  /** Columns of a reading before it is finished. */
  readonly #width: number
  readonly #finish: Finish
  readonly #codec: Codec
  readonly #atRandom: Way
  readonly #inBatches: Way
  readonly #trial: RandomTrial
  readonly #namedPort: NamedPort | undefined
  #connection: Connection | undefined
  /** A random read has been left unanswered on the connection. */
  #isSpoilt = false
  #isIntroduced = false
  #lateAnswers = 0
  #noises = 0
  #idleCloses = 0

  constructor(config: MelsecConfig, log: Log) {
    this.#config = config
    this.#log = log
    const { columns, width, finish } = readingPlanOf(config)
    this.tags = columns
    this.#width = width
    this.#finish = finish
    this.#codec = codecOf(plcOf(config), config, timerWithin(config.monitoringTimer, config.timeout))
    this.#atRandom = this.#wayOf({ random: true })
    this.#inBatches = this.#wayOf({ random: false })
    const trials = this.#atRandom.questions.trials()
    this.#trial = new RandomTrial(plcOf(config), { trials, isAllowed: config.randomRead }, log)
    const { transport, frame, localPort, timeout } = config
    const isNamed = transport === 'udp' && frame !== '4E' && localPort !== 0
    this.#namedPort = isNamed ? new NamedPort(timeout) : undefined
  }

  forecast(): Forecast {
    return (this.#trial.isGivenUp ? this.#inBatches : this.#atRandom).poller.forecast()
  }

  async open(signal: AbortSignal): Promise<void> {
    await this.#reopen(signal)
    await this.#introduce(signal)
    this.#trial.reconnected()
    for (const { poller } of [this.#atRandom, this.#inBatches]) poller.reconnected()
  }

  async read(signal: AbortSignal): Promise<Reading> {
    if (!this.#connection) throw new Fault('link', 'not-connected', 'not connected')
    const stop = () => this.#connection?.drop(new Fault('link', 'stopped', 'reading was stopped'))
    signal.addEventListener('abort', stop, { once: true })
    try {
      const ask = (request: Request): Promise<Answer> => this.#ask(request, signal)
      if (this.#trial.isDue === 'before') await this.#tryRandom(ask)
      const { questions, poller } = this.#trial.isInUse ? this.#atRandom : this.#inBatches
      const reading = await poller.poll(async (block) => {
        const request = questions.requestFor(block)
        if (!request) return questions.refusalOf(block, this.#trial.isGivenUp)
        return questions.answerTo(block, await this.#trial.askBlock(request, ask))
      }, signal)
      if (this.#trial.isDue === 'behind') await this.#tryRandom(ask).catch((thrown) => this.#outlive(thrown))
      return this.#finish(reading)
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    await connection?.close()
  }

  async #tryRandom(ask: (request: Request) => Promise<Answer>): Promise<void> {
    this.#isSpoilt = (await this.#trial.run(ask)) === 'broken'
  }

  /** The values of a cycle are in: what the connection ends with now is for the next one to see. */
  #outlive(thrown: unknown): void {
    if (!(thrown instanceof Fault) || thrown.kind === 'bug') throw thrown
  }

  /** Which PLC it is, of those that can tell and have not been seen to refuse: for the log only. */
  async #introduce(signal: AbortSignal): Promise<void> {
    const { series, frame } = this.#config
    if (this.#isIntroduced || frame === '1E' || (series !== 'iqr' && series !== 'fx5')) return
    this.#isIntroduced = true
    try {
      const answer = await this.#ask({ kind: 'cpu-type' }, signal)
      if (answer.kind === 'cpu-type') this.#log('info', `the PLC is a ${answer.name}`)
    } catch (thrown) {
      // a server that does not know the command may end the connection; whether it reads is for the first cycle to find out
      if (!(thrown instanceof Fault) || thrown.kind === 'bug' || signal.aborted) throw thrown
      await this.#reopen(signal)
    }
  }

  async #ask(request: Request, signal: AbortSignal): Promise<Answer> {
    await this.#namedPort?.quiet(signal)
    const connection = await this.#standing(signal)
    return await connection.ask(request)
  }

  /** Closing a connection that was quiet for long is a PLC's good right, and no reason to lose a cycle. */
  async #standing(signal: AbortSignal): Promise<Connection> {
    const connection = this.#connection
    if (!connection) throw new Fault('link', 'not-connected', 'not connected')
    if (connection.isSpent || this.#isSpoilt) return await this.#reopen(signal, connection.address)
    if (!connection.closedWhileIdle) return connection
    this.#idleClose()
    return await this.#reopen(signal)
  }

  async #reopen(signal: AbortSignal, address?: string): Promise<Connection> {
    await this.close()
    this.#isSpoilt = false
    const { transport, frame, timeout } = this.#config
    const connection = new Connection(await openLink({ ...this.#config, address }, signal), this.#codec, {
      datagrams: transport === 'udp',
      numbered: frame === '4E',
      namedPort: this.#namedPort,
      timeoutMs: timeout,
      onLate: () => this.#late(),
      onNoise: (text) => this.#noise(text),
    })
    this.#connection = connection
    if (signal.aborted) connection.drop(new Fault('link', 'stopped', 'reading was stopped'))
    return connection
  }

  #wayOf(way: { random: boolean }): Way {
    const questions = new Questions(this.#config, way)
    const poller = new Poller(questions.plan, {
      protocol: questions.protocol,
      columns: this.#width,
      timeoutMs: this.#config.timeout,
      intervalMs: this.#config.interval,
      retries: 0,
      assumedMs: ROUND_TRIP_MS,
      lineMs: () => 0,
      nowMs: () => performance.now(),
      chance: Math.random,
      // a stop ends the pause; the connection is gone by then, and says why
      pause: (ms, signal) => setTimeout(ms, undefined, signal && { signal }).catch(() => {}),
      log: this.#log,
    })
    return { questions, poller }
  }

  #late(): void {
    if (!isTold(++this.#lateAnswers)) return
    const { timeout } = this.#config
    this.#log('debug', `an answer came after more than ${timeout} ms and was dropped (${this.#lateAnswers} so far)`)
  }

  #noise(text: string): void {
    if (!isTold(++this.#noises)) return
    this.#log(this.#noises === 1 ? 'warn' : 'debug', `dropped: ${text} (${this.#noises} times so far)`)
  }

  #idleClose(): void {
    if (++this.#idleCloses !== TOLD) return
    const { interval } = this.#config
    this.#log(
      'info',
      `the PLC closes the connection between two cycles; it is opened anew for each. An interval below ${interval} ms would spare that`,
    )
  }
}
