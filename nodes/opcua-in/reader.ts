// The OPC UA reader as the collector sees it: its configuration, its session, its cycles.

import type { EarlierValue, Reader, ReaderFactory, Reading } from '../../lib/collector/reader'
import { isTold } from '../../lib/collector/repetition'
import type { TagColumn, Value } from '../../lib/contract/batch'
import type { Forecast, LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { Turns } from '../../lib/polling/turns'
import { Browser } from './browse'
import { parseBrowseQuestion } from './browse-question'
import type { Browsable } from './browse-service'
import { connectAs } from './connecting'
import { Enumerations } from './enumerations'
import { type OpcuaConfig, parseLocales, parseOpcuaConfig, parseUntaggedConfig } from './fields'
import { GapLog } from './gaps'
import { quietenLibrary } from './link/silence'
import { standardTypes } from './link/standard-types'
import { statusName } from './link/status-names'
import { meaningOf, type Scales, scalesOf } from './meanings'
import { Pki } from './pki'
import { Polling } from './polling'
import { onlyWhoseTurnItIs } from './rare-tags'
import type { OpcuaSession } from './session'
import type { Heard, Source, SourceSettings, Wanted } from './source'
import { StructureTypes } from './structures/known-types'
import { TypeFile } from './structures/type-store'
import { Subscription } from './subscription'
import { Taking } from './taking'
import { mayHaveTexts, samplingMsOf, wantedOf } from './wishes'

export const opcuaReader: ReaderFactory<OpcuaConfig> = {
  type: 'opcua',
  parse: parseOpcuaConfig,
  parseUntagged: parseUntaggedConfig,
  create: (config, log, folder) => new OpcuaReader(config, log, folder),
}

const TOLD_MAX = 100

class OpcuaReader implements Reader {
  readonly tags: readonly TagColumn[]
  readonly #config: OpcuaConfig
  readonly #log: (level: LogLevel, text: string) => void
  readonly #pki: Pki
  readonly #wanted: Wanted[]
  readonly #scales: Scales
  readonly #turns: Turns<OpcuaConfig['tags'][number]>
  readonly #taking: Taking
  readonly #source: Source
  readonly #enumerations: Enumerations
  readonly #structures: StructureTypes
  #session: (OpcuaSession & Browsable) | undefined
  /** Of the session that it asks. */
  #browser: { session: Browsable; browser: Browser } | undefined
  /** Whose connection was lost. */
  #left: OpcuaSession | undefined
  readonly #told = new Set<string>()
  readonly #gapLog: GapLog
  #overflows = 0

  constructor(config: OpcuaConfig, log: (level: LogLevel, text: string) => void, folder: string | undefined) {
    if (folder === undefined)
      throw new Fault('bug', 'no-folder', 'an OPC UA reader needs a folder for its certificates')
    quietenLibrary()
    this.#config = config
    this.#log = log
    this.#gapLog = new GapLog((text) => log('warn', text))
    this.#pki = new Pki(folder)
    // What a value is only its server knows.
    this.tags = config.tags.map(({ name, unit }) => ({ name, unit, kind: 'any' }))
    this.#wanted = config.tags.map(wantedOf)
    this.#scales = scalesOf(config.tags)
    this.#turns = new Turns(config.tags)
    this.#source = this.#sourceOf()
    this.#enumerations = new Enumerations(
      config.tags.map((tag, column) =>
        mayHaveTexts(config, tag) && !this.#scales.sources.has(column) ? this.#wanted[column] : undefined,
      ),
      clock,
    )
    this.#structures = this.#structuresIn(folder)
    this.#taking = new Taking({
      meanings: config.tags.map(meaningOf),
      acceptsUncertain: config.uncertain === 'accept',
      enumerations: this.#enumerations,
      structures: this.#structures,
    })
  }

  async open(signal: AbortSignal): Promise<void> {
    await this.suspend()
    const left = this.#left
    const session = await this.#connect(signal, left)
    this.#left = undefined
    if (!session.resumed) await left?.close()
    if (signal.aborted) {
      await session.close()
      throw new Fault('link', 'stopped', 'connecting was stopped')
    }
    this.#session = session
    this.#turns.restart()
    this.#enumerations.connected(session)
    this.#structures.connected(session)
    await this.#source.start(session)
  }

  async read(signal: AbortSignal): Promise<Reading> {
    const source = this.#source
    if (!this.#session) throw new Fault('link', 'not-connected', 'not connected')
    const turns = this.#turns
    turns.begin()
    const isDue = (column: number): boolean => {
      const tag = this.#config.tags[column]
      return tag === undefined || turns.isDue(tag) || this.#scales.sources.has(column)
    }
    const answers = await source.read(signal, turns.rare.length === 0 ? undefined : isDue)
    await this.#enumerations.see(answers)
    // Making the values shows which types are missing.
    for (const [column, answer] of answers.entries()) this.#taking.take(answer, column)
    await this.#structures.ask(signal)
    this.#tellOverflows(source.overflows)
    const { degraded = source.doubt, doubt } = source
    const unreliable = this.#config.uncertain === 'accept' ? undefined : doubt
    const values: (Value | null)[] = []
    const bad = new Map<number, string>()
    const sourceTimes = new Map<number, number>()
    answers.forEach((answer, column) => {
      const { plain, sourceTime } = this.#taking.take(answer, column)
      if ('gaps' in plain && plain.gaps) this.#gapLog.tell(this.#config.tags[column]?.name ?? '', plain.gaps)
      const problem = 'problem' in plain ? plain.problem : unreliable
      if (problem !== undefined) bad.set(column, problem)
      else if (sourceTime !== undefined) sourceTimes.set(column, sourceTime)
      values.push('value' in plain && problem === undefined ? plain.value : null)
    })
    const earlier = this.#earlierOf(source.takeEarlier(), unreliable)
    const finished = this.#scales.finish({
      values,
      bad,
      sourceTimes,
      ...(earlier.length > 0 && { earlier }),
      ...(degraded !== undefined && { degraded }),
    })
    return onlyWhoseTurnItIs(finished, this.#config.tags, turns)
  }

  #earlierOf(heard: readonly Heard[], unreliable: string | undefined): EarlierValue[] {
    const taken = this.#taking.takeEarlier(heard)
    return unreliable === undefined ? taken : []
  }

  forecast(): Forecast {
    const { requests, cycleMs } = this.#source.forecast
    return { requests: requests + this.#structures.requests, cycleMs }
  }

  /** The session stays at the server for a while, so that the next connection finds it and its subscription. */
  async suspend(): Promise<void> {
    this.#source.stop()
    const session = this.#session
    this.#session = undefined
    if (!session) return
    session.leave()
    await this.#left?.close()
    this.#left = session
  }

  status(column: number): string | undefined {
    const answer = this.#taking.answerOf(column)
    return answer && 'sample' in answer ? answer.sample.status : undefined
  }

  async browse(question: unknown, signal: AbortSignal): Promise<unknown> {
    const wanted = parseBrowseQuestion(question)
    const session = this.#session ?? (await this.#connect(signal))
    this.#session = session
    signal.throwIfAborted()
    if (this.#browser?.session !== session) {
      this.#browser = { session, browser: new Browser(session.browsing(), clock.nowMs, TYPE_SOURCES) }
    }
    return this.#browser.browser.answer(wanted, signal)
  }

  async close(): Promise<void> {
    this.#source.stop()
    const [session, left] = [this.#session, this.#left]
    this.#session = undefined
    this.#left = undefined
    await Promise.all([session?.close(), left?.close()])
  }

  #connect(signal: AbortSignal, left?: OpcuaSession): Promise<OpcuaSession & Browsable> {
    const tell = (level: LogLevel, text: string) => this.#tellOnce(level, text)
    return connectAs({ config: this.#config, pki: this.#pki, tell }, signal, left)
  }

  /** What is so at each connecting is told the first time. */
  #tellOnce(level: LogLevel, text: string): void {
    if (this.#told.has(text)) return
    if (this.#told.size < TOLD_MAX) this.#told.add(text)
    this.#log(level, text)
  }

  #structuresIn(folder: string): StructureTypes {
    const { name: reader, endpoint, enumerations, locale } = this.#config
    // texts that are kept are those of the languages they were asked for in
    const wording = [enumerations, ...parseLocales(locale)].join(' ')
    const store = new TypeFile({ folder, reader, endpoint: endpoint.trim(), wording })
    return new StructureTypes({
      ...TYPE_SOURCES,
      wanted: this.#wanted,
      clock,
      texts: enumerations === 'text',
      store,
      outdated: () => this.#source.readAgain(),
    })
  }

  #sourceOf(): Source {
    const { mode, interval, timeout, publishingInterval, queueSize } = this.#config
    const settings: SourceSettings = { wanted: this.#wanted, timeoutMs: timeout, clock, log: this.#log }
    if (mode === 'poll') return new Polling(settings)
    return new Subscription({
      ...settings,
      publishingMs: publishingInterval || interval,
      samplingMs: samplingMsOf(this.#config),
      queueSize,
    })
  }

  /** They are not among the `dropped` ones of the row, which were samples once: how many there were only the server knows. */
  #tellOverflows(overflows: number): void {
    const before = this.#overflows
    this.#overflows = overflows
    const news = Array.from({ length: overflows - before }, (_, index) => before + index + 1)
    if (!news.some(isTold)) return
    this.#log(
      'warn',
      `the queue of the server was full, so it lost values, ${overflows} times so far: a larger queue or a shorter publishing interval helps`,
    )
  }
}

const TYPE_SOURCES = { standard: standardTypes, statusName }

const clock = {
  nowMs: () => performance.now(),
  after: (ms: number, then: () => void) => {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}
