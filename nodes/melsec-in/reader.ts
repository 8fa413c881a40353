// The MELSEC reader as the collector sees it: its configuration, its connection, its cycles.

import { setTimeout } from 'node:timers/promises'
import type { Finish } from '../../lib/collector/finish'
import type { Reader, ReaderFactory, Reading } from '../../lib/collector/reader'
import type { TagColumn } from '../../lib/contract/batch'
import type { Forecast, LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { Poller } from '../../lib/polling/poller'
import type { Ask } from '../../lib/polling/protocol'
import type { Area } from './areas'
import { type MelsecConfig, parseMelsecConfig, plcOf } from './fields'
import { ROUND_TRIP_MS } from './forecast'
import type { Request } from './frames/request'
import { readingPlanOf } from './items'
import { Access } from './link/access'
import type { Answer } from './link/connection'
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
  readonly #access: Access
  readonly #atRandom: Way
  readonly #inBatches: Way
  readonly #trial: RandomTrial
  /** Since points were picked at random the PLC may have become another one. */
  #mayHaveChanged = false
  #isIntroduced = false

  constructor(config: MelsecConfig, log: Log) {
    this.#config = config
    this.#log = log
    const { columns, width, finish } = readingPlanOf(config)
    this.tags = columns
    this.#width = width
    this.#finish = finish
    this.#access = new Access(config, log)
    this.#atRandom = this.#wayOf({ random: true })
    this.#inBatches = this.#wayOf({ random: false })
    const trials = this.#atRandom.questions.trials()
    this.#trial = new RandomTrial(
      plcOf(config),
      { trials, isAllowed: config.randomRead, nowMs: () => performance.now() },
      log,
    )
  }

  forecast(): Forecast {
    return (this.#trial.isOver ? this.#inBatches : this.#atRandom).poller.forecast()
  }

  async open(signal: AbortSignal): Promise<void> {
    await this.#access.open(signal)
    await this.#introduce(signal)
    this.#trial.reconnected()
    for (const { poller } of [this.#atRandom, this.#inBatches]) poller.reconnected()
  }

  async read(signal: AbortSignal): Promise<Reading> {
    this.#access.begin()
    this.#trial.begin()
    const once = (request: Request): Promise<Answer> => this.#access.askOnce(request, signal)
    if (this.#trial.isDue === 'before') await this.#tryRandom(once)
    let reading = await this.#poll(signal)
    if (this.#trial.end() === 'doubtful') {
      await this.#tryRandom(once).catch((thrown) => this.#outlive(thrown))
      if (this.#trial.isOver) reading = await this.#poll(signal)
    }
    if (this.#trial.isDue === 'behind') await this.#tryRandom(once).catch((thrown) => this.#outlive(thrown))
    const degraded = [reading.degraded, this.#trial.takeNews()].filter((text) => text !== undefined).join('; ')
    return this.#finish(degraded === '' ? reading : { ...reading, degraded })
  }

  async #poll(signal: AbortSignal): Promise<Reading> {
    const { isInUse, isOver } = this.#trial
    const { questions, poller } = isInUse ? this.#atRandom : this.#inBatches
    if (isInUse && this.#mayHaveChanged) poller.reconnected()
    this.#mayHaveChanged = isOver || (this.#mayHaveChanged && !isInUse)
    const answerTo: Ask<Area> = async (block) => {
      const request = questions.requestFor(block)
      if (!request) return questions.refusalOf(block, this.#trial.isOver)
      return questions.answerTo(block, await this.#trial.askBlock(request, (asked) => this.#ask(asked, signal)))
    }
    return await poller.poll(answerTo, signal).catch((thrown: unknown) => {
      throw this.#access.explain(thrown)
    })
  }

  async close(): Promise<void> {
    await this.#access.close()
  }

  /** What a random read ends the connection with is for its trial to judge. */
  #ask(request: Request, signal: AbortSignal): Promise<Answer> {
    return request.kind === 'random' ? this.#access.askOnce(request, signal) : this.#access.ask(request, signal)
  }

  async #tryRandom(ask: (request: Request) => Promise<Answer>): Promise<void> {
    if ((await this.#trial.run(ask)) === 'broken') this.#access.spoil()
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
      const answer = await this.#access.askOnce({ kind: 'cpu-type' }, signal)
      if (answer.kind === 'cpu-type') this.#log('info', `the PLC is a ${answer.name}`)
    } catch (thrown) {
      // a server that does not know the command may end the connection; whether it reads is for the first cycle to find out
      if (!(thrown instanceof Fault) || thrown.kind === 'bug' || signal.aborted) throw thrown
      await this.#access.open(signal)
    }
  }

  #wayOf(way: { random: boolean }): Way {
    const questions = new Questions(this.#config, way)
    const poller = new Poller(questions.plan, {
      protocol: questions.protocol,
      columns: this.#width,
      timeoutMs: this.#config.timeout,
      intervalMs: this.#config.interval,
      retries: 0,
      silenceCostMs: () => this.#access.silenceCostMs,
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
}
