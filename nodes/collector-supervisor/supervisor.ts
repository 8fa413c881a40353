// One supervisor: its readers' processes, their live queue, their files. It outlives its config node for the moment of a deploy.

import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { DeadLetterQuestion } from '../../lib/contract/dead-letters'
import { Fault } from '../../lib/contract/fault'
import type { ProcessEvent } from '../../lib/contract/process-event'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import { CERTIFICATES_FOLDER, CertificateStore } from './certificate-store'
import { Chronicle } from './chronicle'
import { DatabaseWay, type DatabaseWayParts } from './database-way'
import { DesiredState } from './desired-state'
import type { Membership, ReaderListener, SupervisorFace } from './face'
import type { SupervisorConfig, SupervisorSettings } from './fields'
import type { FileWriter } from './file-writer'
import type { InspectionPlace } from './inspection-process'
import type { Journal } from './journal'
import { LAST_WRITES_MS, untilWritten } from './last-writes'
import { LiveIntake } from './live-intake'
import { type Member, Members } from './members'
import { OperatorLog, type SupervisorLog } from './operator-log'
import { policyOf } from './policy'
import { makePrivateFolder } from './private-files'
import type { ProcessSpec } from './process-spec'
import type { Processor } from './processor'
import { Programs } from './programs'
import { makeQueuePlace } from './queue-place'
import { RUN_FOLDER, RunFiles } from './run-files'
import { SpawnGate } from './spawn-gate'
import { forgetMeasurements, startMeter } from './statistics'
import type { SupervisedProcess } from './supervised-process'
import { SupervisorWall } from './supervisor-wall'
import type { EdgeNews, Notice, Refusal, Surroundings, Transition } from './surroundings'
import { LATE_TICK_MS, TICK_MS } from './watchdog'

/** What a supervisor tells to the fleet and asks of it. */
export type FleetSide = {
  readonly files: FileWriter
  /** Settles when every other process with this name or recipient is gone. */
  vacated(member: Member): Promise<void>
  /** Makes way for a reader: a released process with its name or id is ended. A text says who is in the way. */
  claim(name: string, recipient: string, supervisor: Supervisor): string | undefined
  /** The row of this name has come, is another, or has gone. */
  changed(name: string): void
  transition(transition: Transition, supervisor: string): ProcessEvent
  edge(news: EdgeNews, supervisor: string): ProcessEvent
  processor(status: ProcessorStatus, supervisor: string): void
  refused(refusal: Refusal, supervisor: string): ProcessEvent
  notice(notice: Notice, supervisor: string): ProcessEvent
  /** Events of earlier runs are known up to this number. */
  eventsKnown(seq: number): void
  shuttingDown(): boolean
}

export class Supervisor implements SupervisorFace {
  readonly id: string
  /** Where inspections with its settings live. */
  readonly inspections: InspectionPlace
  /** Of the devices of its readers. */
  readonly certificates: CertificateStore
  readonly #chronicle: Chronicle
  readonly #fleet: FleetSide
  readonly #log: OperatorLog
  readonly #members: Members
  readonly #gate = new SpawnGate()
  readonly #runFiles: RunFiles
  readonly #desired: DesiredState
  readonly #intake: LiveIntake
  readonly #folder: string
  readonly #programs: Programs
  readonly #database: DatabaseWay
  readonly #swept: Promise<void>
  readonly #wall: SupervisorWall
  readonly #watchTimer: NodeJS.Timeout
  #meter: { stop(): void }
  #settings: SupervisorSettings
  #watchedAt = performance.now()

  /** Throws a QueueError, or what the file system says, without a place for the live queue. */
  constructor(id: string, settings: SupervisorSettings, folder: string, fleet: FleetSide, log: SupervisorLog) {
    this.id = id
    this.#settings = settings
    this.#folder = folder
    this.certificates = new CertificateStore(join(folder, CERTIFICATES_FOLDER))
    this.#fleet = fleet
    this.#log = new OperatorLog(log)
    // Without it the flow goes on all the same, and the queue to the database says what is wrong.
    this.#log.guardFile(() => {
      makePrivateFolder(folder)
      makeQueuePlace(folder)
    })
    const warn = (text: string) => this.#log.warn(text)
    this.#chronicle = new Chronicle({ folder, files: fleet.files, log: this.#log, fleet, name: () => this.name })
    this.#runFiles = new RunFiles(join(folder, RUN_FOLDER), fleet.files)
    this.#desired = new DesiredState(join(folder, 'stopped.json'), fleet.files, warn)
    this.#members = new Members({
      desired: this.#desired,
      surroundings: (spec, member) => this.#surroundings(spec, member),
      autoStart: () => this.#config.autoStart,
      changed: (name) => fleet.changed(name),
      shuttingDown: () => fleet.shuttingDown(),
    })
    this.#intake = new LiveIntake({ folder, files: fleet.files, members: this.#members, log: this.#log })
    this.#wall = new SupervisorWall({ folder, wish: this.#config.sandbox, live: () => this.#intake.folder, warn })
    const memoryLimitMb = () => this.#config.memoryLimit
    this.#programs = new Programs({ folder, wall: this.#wall, memoryLimitMb, log: this.#log })
    this.#swept = this.#sweep()
    this.inspections = this.#inspectionPlace()
    this.#watchTimer = setInterval(() => this.#watch(), TICK_MS)
    this.#meter = this.#startMeter()
    this.#database = this.#newDatabaseWay()
    this.#database.configure(settings)
  }

  get name(): string {
    return this.#settings.name
  }
  /** What happened to its processes, over restarts of Node-RED. */
  get journal(): Journal {
    return this.#chronicle.journal
  }
  get processor(): Processor {
    return this.#database.processor
  }
  get #config(): SupervisorConfig {
    return this.#settings.config
  }
  get members(): ReadonlyMap<string, Member> {
    return this.#members.all
  }
  /** Messages in the live queue for processes that are not here. */
  get unclaimed(): number {
    return this.#intake.unclaimed
  }

  /** New settings hold for running processes too; what only a start can change waits for the next start. */
  configure(settings: SupervisorSettings, log: SupervisorLog): void {
    this.#settings = settings
    this.#log.adopt(log)
    const isOtherWall = this.#wall.adopt(settings.config.sandbox)
    this.#database.configure(settings)
    this.#meter.stop()
    this.#meter = this.#startMeter()
    for (const process of this.#members.processes()) {
      if (isOtherWall) process.renew()
      this.#fleet.changed(process.spec.name)
    }
  }

  add(spec: ProcessSpec, listener: ReaderListener): Membership | Fault {
    const inTheWay = this.#fleet.claim(spec.name, spec.recipient, this)
    if (inTheWay !== undefined) return new Fault('config', 'duplicate-name', inTheWay)
    return this.#members.join(spec, listener)
  }

  /** Readers that were waiting because of a certificate, or of anything else, try again. */
  retryReaders(): void {
    for (const process of this.#members.processes()) if (process.spec.folder === CERTIFICATES_FOLDER) process.retry()
  }

  /** What the database refused may be taken now. */
  retryHistorians(): void {
    this.#database.retry()
  }

  tellRow(row: ProcessRow): void {
    for (const { process, listener } of this.members.values()) if (process.spec.name === row.name) listener?.row(row)
  }

  /** What the operator wants is remembered over a restart of Node-RED; settles when it is on the disk, if that takes it in time. */
  remember(process: SupervisedProcess, stopped: boolean): Promise<void> {
    return untilWritten(this.#desired.set(process.spec.recipient, stopped), LAST_WRITES_MS)
  }

  /** Ends a process and forgets it. */
  retire(member: Member): Promise<void> {
    return this.#members.retire(member)
  }

  /** Ends all processes; settles when they are gone, and that is in the journal if the disk takes it. */
  async retireAll(): Promise<void> {
    await this.#members.retireAll()
    this.journal.end()
    await this.#database.retire()
    await untilWritten(this.journal.settled(), LAST_WRITES_MS)
  }

  get keepsHistory(): boolean {
    return this.#database.keepsHistory
  }

  get historian(): SupervisedProcess | undefined {
    return this.#database.historian
  }

  /** Asks the process that keeps the queue to the database; rejects with a Fault. */
  askKeeper(question: DeadLetterQuestion, timeoutMs: number): Promise<unknown> {
    return this.#database.askKeeper(question, timeoutMs)
  }

  /** The running process of a reader that has these very settings: a device may have no room for another connection. */
  runningWith(recipient: string, config: unknown): SupervisedProcess | undefined {
    const process = this.members.get(recipient)?.process
    const isIt = process?.machine.state.status === 'running' && isDeepStrictEqual(process.spec.config, config)
    return isIt ? process : undefined
  }

  /** For the end, when no process is left. */
  close(): void {
    clearInterval(this.#watchTimer)
    this.#database.close()
    this.#meter.stop()
    this.#intake.close()
    this.journal.close()
    forgetMeasurements()
  }

  /** Node-RED itself is about to be gone. Returns the pids of what it leaves behind. */
  abandon(): number[] {
    this.#intake.lane.close()
    const standby = this.#database.abandon()
    return [...this.#members.processes(), ...(standby ? [standby] : [])].flatMap((process) => {
      process.abandon()
      return process.pid ?? []
    })
  }

  #newDatabaseWay(): DatabaseWay {
    const parts: DatabaseWayParts = {
      folder: this.#folder,
      files: this.#fleet.files,
      log: this.#log,
      host: this,
      processes: () => this.#members.processes(),
      witnessPlace: { ...this.inspections, program: (spec) => this.#programs.historian(spec) },
      standbySurroundings: (spec) => this.#standbySurroundings(spec),
      changed: (status) => this.#fleet.processor(status, this.name),
      chronicle: this.#chronicle,
    }
    return new DatabaseWay(parts, this.#settings)
  }

  async #sweep(): Promise<void> {
    try {
      const pids = await this.#runFiles.sweep()
      if (pids.length > 0) this.#log.warn(`ended what an earlier run had left behind: ${pids.join(', ')}`)
    } catch (error) {
      this.#log.warn(`what an earlier run may have left behind could not be looked for: ${error}`)
    }
  }

  #surroundings(spec: ProcessSpec, member: () => Member): Surroundings {
    return {
      ...this.#commonSurroundings(spec),
      ...this.#database.surroundings(spec, () => member().process),
      distrustLive: (unheardSince) => {
        const { name } = member().process.spec
        this.#intake.lane.distrust(`nothing of "${name}" comes through the live queue`, unheardSince)
      },
      vacated: async () => {
        await this.#ready()
        await this.#fleet.vacated(member())
        await this.#database.vacated(spec)
      },
      changed: () => this.#fleet.changed(member().process.spec.name),
      transition: (transition) => {
        this.#chronicle.transition(transition)
        this.#database.transitioned(spec)
      },
      edge: (news) => this.#chronicle.edge(news),
      outages: (name) => this.#chronicle.outagesOf(name),
    }
  }

  /** Of the process that stands in for the historian. It comes and goes with that and is in no table: no command is meant for it. */
  #standbySurroundings(spec: ProcessSpec): ReturnType<DatabaseWayParts['standbySurroundings']> {
    return {
      ...this.#commonSurroundings(spec),
      distrustLive: () => {},
      vacated: () => this.#ready(),
      changed: () => {},
      transition: () => {},
      edge: () => {},
      outages: () => undefined,
    }
  }

  /** What is the same for every process, be it in a table or not. */
  #commonSurroundings({ recipient }: ProcessSpec) {
    const { lane } = this.#intake
    return {
      supervisorName: () => this.name,
      policy: () => policyOf(this.#config),
      memoryLimitMb: () => this.#config.memoryLimit,
      live: () => lane.ref,
      drainLive: () => lane.drain(),
      program: (wanted: ProcessSpec) => this.#programs.of(wanted),
      wall: () => this.#wall.wall,
      obstacle: () => this.#wall.problem,
      folder: (wanted: ProcessSpec) => this.#programs.folder(wanted),
      gate: this.#gate,
      started: (pid: number) => {
        lane.endFlood(recipient)
        this.#log.guardWrite(this.#runFiles.write(recipient, pid))
      },
      ended: () => {
        lane.endFlood(recipient)
        this.#log.guardWrite(this.#runFiles.remove(recipient))
      },
      now: () => performance.now(),
      wallClock: () => new Date(),
      chance: Math.random,
    }
  }

  #inspectionPlace(): InspectionPlace {
    return {
      id: this.id,
      program: (spec) => this.#programs.collector(spec),
      folder: (spec) => this.#programs.folder(spec),
      gate: this.#gate,
      ready: () => this.#ready(),
      obstacle: () => this.#wall.problem,
      started: (key, pid) => this.#log.guardWrite(this.#runFiles.write(key, pid)),
      ended: (key) => this.#log.guardWrite(this.#runFiles.remove(key)),
      warn: (text) => this.#log.warn(`a device that somebody asks: ${text}`),
    }
  }

  /** What an earlier Node-RED has left behind is gone, and the wall stands. */
  async #ready(): Promise<void> {
    await this.#swept
    await this.#chronicle.looked()
    await this.#wall.ready()
  }

  #watch(): void {
    const now = performance.now()
    const blocked = now - this.#watchedAt > TICK_MS + LATE_TICK_MS
    this.#watchedAt = now
    // After the poll phase: heartbeats that have already arrived are heard before anybody is judged.
    setImmediate(() => {
      for (const process of this.#members.processes()) process.watch(blocked)
    })
  }

  #startMeter(): { stop(): void } {
    return startMeter(this.#config.statsInterval * 1000, () => this.#members.processes())
  }
}
