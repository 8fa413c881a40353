// A supervisor's way into the database: the historians, the process that stands in for them, what is counted, and who judges a queue
// that is said to be damaged.

import { join } from 'node:path'
import type { DurableQueueRef } from '../../lib/contract/control'
import type { DeadLetterQuestion } from '../../lib/contract/dead-letters'
import { Fault } from '../../lib/contract/fault'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import { describeCause, type RefusedCause } from '../../lib/contract/refused-cause'
import type { Chronicle } from './chronicle'
import type { SupervisorSettings } from './fields'
import type { FileWriter } from './file-writer'
import { queueSettings, standbySpec } from './historian-spec'
import { type HistorianHost, Historians, isFirst } from './historians'
import type { InspectionPlace } from './inspection-process'
import type { OperatorLog } from './operator-log'
import type { ProcessSpec } from './process-spec'
import { Processor } from './processor'
import { QueueStandby } from './queue-standby'
import { describeOpinion, QueueWitness } from './queue-witness'
import type { SupervisedProcess } from './supervised-process'
import type { QueueChange, Surroundings } from './surroundings'

/** The part of a process's surroundings that concerns the database. */
type DatabaseSurroundings = Pick<
  Surroundings,
  | 'durable'
  | 'known'
  | 'queueChanged'
  | 'queueSuspected'
  | 'queueCounted'
  | 'distrustDurable'
  | 'refused'
  | 'historySetAside'
>

export type DatabaseWayParts = {
  /** Of the supervisor. */
  folder: string
  files: FileWriter
  log: OperatorLog
  host: HistorianHost
  processes(): Iterable<SupervisedProcess>
  /** Where a process lives that is only asked about the queue. */
  witnessPlace: InspectionPlace
  /** What the process needs that stands in for a historian, but for what concerns the database. */
  standbySurroundings(spec: ProcessSpec): Omit<Surroundings, keyof DatabaseSurroundings>
  changed(status: ProcessorStatus): void
  chronicle: Chronicle
}

export class DatabaseWay {
  readonly processor: Processor
  readonly #parts: DatabaseWayParts
  readonly #historians: Historians
  readonly #standby: QueueStandby
  readonly #witness: QueueWitness
  #settings: SupervisorSettings

  /** Nothing starts before `configure`. */
  constructor(parts: DatabaseWayParts, settings: SupervisorSettings) {
    this.#parts = parts
    this.#settings = settings
    this.#historians = new Historians(parts.host, parts.folder)
    this.#witness = new QueueWitness(parts.witnessPlace)
    this.processor = this.#newProcessor()
    this.#standby = new QueueStandby(this.#standbySurroundings())
  }

  configure(settings: SupervisorSettings): void {
    this.#settings = settings
    this.processor.configure(queueSettings(settings.config, this.#parts.folder))
    this.#historians.adopt(settings, () => this.processor.changed())
    this.#keepQueue()
  }

  get keepsHistory(): boolean {
    return this.#settings.config.historian === 'embedded'
  }

  get historian(): SupervisedProcess | undefined {
    return this.#historians.running
  }

  /** The process that keeps the queue to the database. */
  get keeper(): SupervisedProcess | undefined {
    const first = this.#historians.first?.process
    return first?.machine.state.status === 'running' ? first : this.#standby.process
  }

  /** Rejects with a Fault. */
  askKeeper(question: DeadLetterQuestion, timeoutMs: number): Promise<unknown> {
    const { keeper } = this
    if (keeper) return keeper.ask({ type: 'query', query: question }, timeoutMs)
    return Promise.reject(new Fault('link', 'failed', `the historian of "${this.#settings.name}" is not running`))
  }

  /** What the database refused may be taken now. */
  retry(): void {
    this.#historians.retry()
  }

  /** `process`: that of the spec, which may be gone already. */
  surroundings(spec: ProcessSpec, process: () => SupervisedProcess | undefined): DatabaseSurroundings {
    return {
      durable: () => this.processor.ref,
      known: () => (isFirst(spec) ? this.processor.known : undefined),
      queueChanged: (change) => this.#onQueueChange(change, spec),
      queueSuspected: (reason) => {
        const keeper = process()
        if (keeper) void this.#judgeQueue(keeper, reason)
      },
      queueCounted: (counts) => this.processor.counted(counts),
      distrustDurable: (trouble) => this.keeper?.distrustDurable(trouble),
      refused: (causes) => {
        const refuser = process()
        if (refuser) this.#onRefused(causes, refuser)
      },
      historySetAside: (text) => {
        // A reader has none.
        if (spec.type !== 'historian') return
        this.#parts.log.warn(text)
        this.#parts.chronicle.notice('history-set-aside', text, { process: process() })
      },
    }
  }

  /** Before a process is started: the file has one keeper at a time. */
  async vacated(spec: ProcessSpec): Promise<void> {
    if (!isFirst(spec)) return
    await this.#standby.stepBack()
    // It may have been stopped meanwhile.
    this.#keepQueue()
  }

  /** A process is in another state. */
  transitioned(spec: ProcessSpec): void {
    if (isFirst(spec)) this.#keepQueue()
  }

  /** When the historians have ended. Settles when no process is left. */
  async retire(): Promise<void> {
    await this.#standby.stepBack()
    await this.#witness.close()
  }

  /** Node-RED itself is about to be gone. Returns the process that nobody else knows. */
  abandon(): SupervisedProcess | undefined {
    this.#witness.killNow()
    return this.#standby.process
  }

  close(): void {
    this.processor.close()
  }

  #newProcessor(): Processor {
    const { folder, files, log, processes, changed } = this.#parts
    const listener = {
      replaced: (durable: DurableQueueRef | undefined) => {
        for (const process of processes()) process.durableReplaced(durable)
      },
      changed,
      report: (text: string) => log.warnRarely(text),
      workers: () => this.#historians.rows(),
      senderTrouble: () => this.#senderTrouble(),
    }
    const clock = { now: () => performance.now(), wallClock: () => new Date() }
    const settings = queueSettings(this.#settings.config, folder)
    return new Processor(join(folder, 'processor.json'), files, settings, listener, clock)
  }

  #senderTrouble(): string | undefined {
    const process = [...this.#parts.processes()].find(({ durableTrouble }) => durableTrouble !== '')
    return process && `nothing of "${process.spec.name}" gets into the queue to the database: ${process.durableTrouble}`
  }

  /** While the historian does not run, another process keeps the queue. */
  #keepQueue(): void {
    const status = this.#historians.first?.process.machine.state.status
    if (status === undefined) void this.#standby.stepBack()
    if (status === 'stopped' || status === 'error' || status === 'crashed') this.#standby.standIn(this.#standbySpec())
  }

  #standbySpec(): ProcessSpec {
    const { config, name } = this.#settings
    return standbySpec(config, this.#parts.folder, { id: this.#parts.host.id, name })
  }

  #standbySurroundings(): Surroundings {
    const spec = this.#standbySpec()
    return {
      ...this.#parts.standbySurroundings(spec),
      ...this.surroundings(spec, () => this.#standby.process),
      known: () => this.processor.known,
    }
  }

  /** The process that keeps the queue finds its file damaged: if another one does not, that process is the broken one. */
  async #judgeQueue(keeper: SupervisedProcess, reason: string): Promise<void> {
    const { generation } = keeper.machine
    const path = queueSettings(this.#settings.config, this.#parts.folder)?.path
    if (path === undefined) return
    const opinion = await this.#witness.lookAt(path)
    if (keeper.machine.generation !== generation) return
    this.#parts.log.warnRarely(describeOpinion(opinion, keeper.spec.name, reason))
    if (opinion.kind === 'intact') keeper.endFor('finds the queue to the database damaged, which is intact')
    else keeper.queueJudged(opinion.kind === 'damaged' ? opinion.damage : undefined)
  }

  #onQueueChange(change: QueueChange, { type }: ProcessSpec): void {
    this.processor.queueChanged(change)
    if (!change.setAside || type !== 'historian') return
    this.#parts.chronicle.notice('queue-set-aside', change.report, { process: this.#historians.first?.process })
  }

  /** Each cause is told once, however many values it concerns. */
  #onRefused(causes: readonly RefusedCause[], process: SupervisedProcess): void {
    for (const cause of this.processor.refused(causes)) {
      this.#parts.log.warn(describeCause(cause))
      this.#parts.chronicle.refused({ name: process.spec.name, machine: process.machine, cause })
    }
  }
}
