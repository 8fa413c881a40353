// One supervisor: its readers' processes, their live queue, their files. It outlives its config node for the moment of a deploy.

import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { DurableQueueRef } from '../../lib/contract/control'
import type { DeadLetterQuestion } from '../../lib/contract/dead-letters'
import { Fault } from '../../lib/contract/fault'
import { LIVE_CAPACITY_BYTES } from '../../lib/contract/limits'
import type { ProcessEvent } from '../../lib/contract/process-event'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import { describeCause, type RefusedCause } from '../../lib/contract/refused-cause'
import { CertificateStore } from './certificate-store'
import type { ChildProgram } from './child'
import { DesiredState } from './desired-state'
import type { Membership, ReaderListener, SupervisorFace } from './face'
import type { SupervisorConfig, SupervisorSettings } from './fields'
import type { FileWriter } from './file-writer'
import { queueSettings, standbySpec } from './historian-spec'
import { Historians, isFirst } from './historians'
import type { InspectionPlace } from './inspection-process'
import { type Damage, Journal } from './journal'
import { LAST_WRITES_MS, untilWritten } from './last-writes'
import { adviceOnFolder, LiveFolderRecord } from './live-folder'
import { LiveLane, type LiveLaneListener } from './live-lane'
import { type Member, Members } from './members'
import { describeDamage, describeEnd } from './notices'
import type { OutageBook } from './outages'
import { policyOf } from './policy'
import { makePrivateFolder } from './private-files'
import type { ProcessSpec } from './process-spec'
import { Processor } from './processor'
import { makeQueuePlace } from './queue-place'
import { QueueStandby } from './queue-standby'
import { describeOpinion, QueueWitness } from './queue-witness'
import { Repetitions } from './repetitions'
import { RunFiles } from './run-files'
import { certificateFiles, collectorProgram, historianProgram } from './sandbox'
import { SpawnGate } from './spawn-gate'
import { forgetMeasurements, startMeter } from './statistics'
import type { SupervisedProcess } from './supervised-process'
import { SupervisorWall } from './supervisor-wall'
import type { EdgeNews, Notice, QueueChange, Refusal, Surroundings, Transition } from './surroundings'
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

export type SupervisorLog = { warn(text: string): void; info(text: string): void; debug(text: string): void }

/** The folder that readers with certificates name in their specs. */
const CERTIFICATES = 'pki'

export class Supervisor implements SupervisorFace {
  readonly id: string
  /** Where inspections with its settings live. */
  readonly inspections: InspectionPlace
  /** Of the devices of its readers. */
  readonly certificates: CertificateStore
  /** What happened to its processes, over restarts of Node-RED. */
  readonly journal: Journal
  readonly #fleet: FleetSide
  #log: SupervisorLog
  readonly #members: Members
  readonly #gate = new SpawnGate()
  readonly #repetitions = new Repetitions()
  readonly #runFiles: RunFiles
  readonly #desired: DesiredState
  readonly #lane: LiveLane
  readonly #folder: string
  readonly #processor: Processor
  readonly #historians: Historians
  readonly #standby: QueueStandby
  readonly #witness: QueueWitness
  readonly #laneRecord: LiveFolderRecord
  readonly #swept: Promise<void>
  /** The journal of earlier runs has been read. */
  readonly #looked: Promise<void>
  #outages: OutageBook | undefined
  readonly #wall: SupervisorWall
  readonly #watchTimer: NodeJS.Timeout
  #meter: { stop(): void }
  #settings: SupervisorSettings
  #watchedAt = performance.now()
  #unclaimed = 0

  /** Throws a QueueError, or what the file system says, without a place for the live queue. */
  constructor(id: string, settings: SupervisorSettings, folder: string, fleet: FleetSide, log: SupervisorLog) {
    this.id = id
    this.#settings = settings
    this.#folder = folder
    this.certificates = new CertificateStore(join(folder, CERTIFICATES))
    this.#fleet = fleet
    this.#log = log
    // Without it the flow goes on all the same, and the queue to the database says what is wrong.
    this.#guardFile(() => {
      makePrivateFolder(folder)
      makeQueuePlace(folder)
    })
    this.journal = new Journal({
      path: join(folder, 'journal.jsonl'),
      files: fleet.files,
      warn: (text) => this.#log.warn(text),
      damaged: (damage) => this.#onJournalDamage(damage),
    })
    fleet.eventsKnown(this.journal.lastSeq())
    this.#looked = this.#lookBack()
    this.#runFiles = new RunFiles(join(folder, 'run'), fleet.files)
    this.#desired = new DesiredState(join(folder, 'stopped.json'), fleet.files, (text) => this.#log.warn(text))
    this.#members = new Members({
      desired: this.#desired,
      surroundings: (spec, member) => this.#surroundings(spec, member),
      autoStart: () => this.#config.autoStart,
      changed: (name) => fleet.changed(name),
      shuttingDown: () => fleet.shuttingDown(),
    })
    this.#laneRecord = new LiveFolderRecord(join(folder, 'live.json'), fleet.files)
    this.#lane = new LiveLane(LIVE_CAPACITY_BYTES, this.#laneListener(), () => performance.now())
    this.#wall = this.#newWall()
    this.#swept = this.#sweep()
    this.inspections = this.#inspectionPlace()
    this.#watchTimer = setInterval(() => this.#watch(), TICK_MS)
    this.#meter = this.#startMeter()
    this.#historians = new Historians(this, folder)
    this.#standby = new QueueStandby(this.#standbySurroundings())
    this.#witness = new QueueWitness({ ...this.inspections, program: (spec) => this.#historianProgram(spec) })
    this.#processor = this.#newProcessor()
    this.#historians.adopt(settings, () => this.#processor.changed())
    this.#keepQueue()
  }

  get name(): string {
    return this.#settings.name
  }
  get processor(): Processor {
    return this.#processor
  }
  get #config(): SupervisorConfig {
    return this.#settings.config
  }
  get members(): ReadonlyMap<string, Member> {
    return this.#members.all
  }
  /** Messages in the live queue that nobody here is meant by. */
  get unclaimed(): number {
    return this.#unclaimed
  }

  /** New settings hold for running processes too; what only a start can change waits for the next start. */
  configure(settings: SupervisorSettings, log: SupervisorLog): void {
    this.#settings = settings
    this.#log = log
    const isOtherWall = this.#wall.adopt(settings.config.sandbox)
    this.#processor.configure(queueSettings(settings.config, this.#folder))
    this.#historians.adopt(settings, () => this.#processor.changed())
    this.#keepQueue()
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
    for (const process of this.#members.processes()) if (process.spec.folder === CERTIFICATES) process.retry()
  }

  /** What the database refused may be taken now. */
  retryHistorians(): void {
    this.#historians.retry()
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
    await this.#standby.stepBack()
    await this.#witness.close()
    await untilWritten(this.journal.settled(), LAST_WRITES_MS)
  }

  get keepsHistory(): boolean {
    return this.#config.historian === 'embedded'
  }

  get historian(): SupervisedProcess | undefined {
    return this.#historians.running
  }

  /** Asks the process that keeps the queue to the database; rejects with a Fault. */
  askKeeper(question: DeadLetterQuestion, timeoutMs: number): Promise<unknown> {
    const { keeper } = this
    if (!keeper) return Promise.reject(new Fault('link', 'failed', `the historian of "${this.name}" is not running`))
    return keeper.ask({ type: 'query', query: question }, timeoutMs)
  }

  /** The process that keeps the queue to the database. */
  get keeper(): SupervisedProcess | undefined {
    const first = this.#historians.first?.process
    return first?.machine.state.status === 'running' ? first : this.#standby.process
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
    this.#processor.close()
    this.#meter.stop()
    this.#lane.close()
    this.journal.close()
    this.#guardWrite(this.#laneRecord.forget())
    forgetMeasurements()
  }

  /** Node-RED itself is about to be gone. Returns the pids of what it leaves behind. */
  abandon(): number[] {
    this.#lane.close()
    this.#witness.killNow()
    const standby = this.#standby.process
    return [...this.#members.processes(), ...(standby ? [standby] : [])].flatMap((process) => {
      process.abandon()
      return process.pid ?? []
    })
  }

  #newProcessor(): Processor {
    const listener = {
      replaced: (durable: DurableQueueRef | undefined) => {
        for (const process of this.#members.processes()) process.durableReplaced(durable)
      },
      changed: (status: ProcessorStatus) => this.#fleet.processor(status, this.name),
      report: (text: string) => this.#warn(text),
      workers: () => this.#historians.rows(),
      senderTrouble: () => this.#senderTrouble(),
    }
    const clock = { now: () => performance.now(), wallClock: () => new Date() }
    const settings = queueSettings(this.#config, this.#folder)
    return new Processor(join(this.#folder, 'processor.json'), this.#fleet.files, settings, listener, clock)
  }

  #senderTrouble(): string | undefined {
    const process = [...this.#members.processes()].find(({ durableTrouble }) => durableTrouble !== '')
    return process && `nothing of "${process.spec.name}" gets into the queue to the database: ${process.durableTrouble}`
  }

  #laneListener(): LiveLaneListener {
    return {
      message: (message) => {
        const member = this.members.get(message.to)
        if (member) member.process.receive(message)
        else this.#unclaimed += 1
      },
      flooded: (to) => {
        const process = this.members.get(to)?.process
        const whose = process ? `"${process.spec.name}"` : `somebody who is not there (${to})`
        const reason = `more readings come for ${whose} than any device gives: they are thrown away, so that the others are not late`
        this.#log.warn(reason)
        process?.endFor('floods the live queue with readings, at the cost of the others')
      },
      thrownAway: (to, origin, readings) => {
        const process = this.members.get(to)?.process
        if (process?.spec.name === origin) process.inbox.lose(readings)
      },
      replaced: (live, reason) => {
        this.#log.warn(`${reason}: a new one was made`)
        for (const process of this.#members.processes()) process.liveReplaced(live, reason)
      },
      stuck: (reason) => this.#warn(reason),
      folder: (path) => {
        const advice = adviceOnFolder(path)
        if (advice !== undefined) this.#warn(advice, 'live queue on a disk')
        this.#guardWrite(this.#laneRecord.remember(path))
      },
    }
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
      supervisorName: () => this.name,
      policy: () => policyOf(this.#config),
      memoryLimitMb: () => this.#config.memoryLimit,
      live: () => this.#lane.ref,
      drainLive: () => this.#lane.drain(),
      distrustLive: (unheardSince) => {
        const { name } = member().process.spec
        this.#lane.distrust(`nothing of "${name}" comes through the live queue`, unheardSince)
      },
      durable: () => this.#processor.ref,
      known: () => (isFirst(spec) ? this.#processor.known : undefined),
      queueChanged: (change) => this.#onQueueChange(change, spec),
      queueSuspected: (reason) => void this.#judgeQueue(member().process, reason),
      queueCounted: (counts) => this.#processor.counted(counts),
      distrustDurable: (trouble) => this.keeper?.distrustDurable(trouble),
      refused: (causes) => this.#onRefused(causes, member().process),
      historySetAside: (text) => {
        // No reader has one.
        if (spec.type !== 'historian') return
        this.#log.warn(text)
        this.#notice({ code: 'history-set-aside', text }, member().process)
      },
      outages: (name) => this.#outages?.of(name),
      program: (wanted) =>
        wanted.type === 'historian' ? this.#historianProgram(wanted) : this.#collectorProgram(wanted),
      wall: () => this.#wall.wall,
      obstacle: () => this.#wall.problem,
      folder: (wanted) => this.#folderOf(wanted),
      gate: this.#gate,
      vacated: async () => {
        await this.#ready()
        await this.#fleet.vacated(member())
        if (!isFirst(spec)) return
        await this.#standby.stepBack()
        // It may have been stopped meanwhile.
        this.#keepQueue()
      },
      started: (pid) => {
        this.#lane.endFlood(spec.recipient)
        this.#guardWrite(this.#runFiles.write(spec.recipient, pid))
      },
      ended: () => {
        this.#lane.endFlood(spec.recipient)
        this.#guardWrite(this.#runFiles.remove(spec.recipient))
      },
      changed: () => this.#fleet.changed(member().process.spec.name),
      transition: (transition) => {
        this.journal.add(this.#fleet.transition(transition, this.name))
        if (isFirst(spec)) this.#keepQueue()
      },
      edge: (news) => this.#onEdge(news),
      now: () => performance.now(),
      wallClock: () => new Date(),
      chance: Math.random,
    }
  }

  /** While the historian does not run, another process keeps the queue. */
  #keepQueue(): void {
    const status = this.#historians.first?.process.machine.state.status
    if (status === undefined) void this.#standby.stepBack()
    if (status !== 'stopped' && status !== 'error' && status !== 'crashed') return
    this.#standby.standIn(standbySpec(this.#config, this.#folder, this))
  }

  /** The process that keeps the queue finds its file damaged: if another one does not, that process is the broken one. */
  async #judgeQueue(keeper: SupervisedProcess, reason: string): Promise<void> {
    const { generation } = keeper.machine
    const path = queueSettings(this.#config, this.#folder)?.path
    if (path === undefined) return
    const opinion = await this.#witness.lookAt(path)
    if (keeper.machine.generation !== generation) return
    this.#warn(describeOpinion(opinion, keeper.spec.name, reason))
    if (opinion.kind === 'intact') keeper.endFor('finds the queue to the database damaged, which is intact')
    else keeper.queueJudged(opinion.kind === 'damaged' ? opinion.damage : undefined)
  }

  /** Nobody sees it, and no command is meant for it: it comes and goes with the historian. */
  #standbySurroundings(): Surroundings {
    const spec = standbySpec(this.#config, this.#folder, this)
    const standby = (): Member => {
      throw new Error('the standby is no member')
    }
    return {
      ...this.#surroundings(spec, standby),
      known: () => this.#processor.known,
      queueSuspected: (reason) => {
        if (this.#standby.process) void this.#judgeQueue(this.#standby.process, reason)
      },
      distrustLive: () => {},
      refused: () => {},
      historySetAside: () => {},
      outages: () => undefined,
      changed: () => {},
      transition: () => {},
      edge: () => {},
      vacated: () => this.#ready(),
    }
  }

  #onQueueChange(change: QueueChange, { type }: ProcessSpec): void {
    this.#processor.queueChanged(change)
    if (!change.setAside || type !== 'historian') return
    this.#notice({ code: 'queue-set-aside', text: change.report }, this.#historians.first?.process)
  }

  /** Of a process, to be seen in its row, too; or of the supervisor as a whole. */
  #notice(notice: Pick<Notice, 'code' | 'text' | 'since'>, process?: SupervisedProcess): void {
    process?.notice(notice.text)
    const { name, generation } = process
      ? { name: process.spec.name, ...process.machine }
      : { name: this.name, generation: 0 }
    this.journal.add(this.#fleet.notice({ ...notice, name, generation }, this.name))
  }

  #onJournalDamage(damage: Damage): void {
    const text = describeDamage(damage)
    this.#log.warn(text)
    this.#notice({ code: 'journal-damaged', text })
  }

  async #lookBack(): Promise<void> {
    const legacy = await this.journal.begin()
    this.#outages = legacy.outages
    if (legacy.isTorn) this.#log.warn('the last event in the journal was cut off when Node-RED ended, and is left out')
    const text = describeEnd(legacy)
    if (text === undefined) return
    this.#log.warn(text)
    this.#notice({ code: 'ended-without-shutdown', text, since: legacy.lastSignOfLife })
  }

  /** Each cause is told once, however many values it concerns. */
  #onRefused(causes: readonly RefusedCause[], process: SupervisedProcess): void {
    for (const cause of this.#processor.refused(causes)) {
      this.#log.warn(describeCause(cause))
      const refusal = { name: process.spec.name, machine: process.machine, cause }
      this.journal.add(this.#fleet.refused(refusal, this.name))
    }
  }

  #onEdge(news: EdgeNews): void {
    this.journal.add(this.#fleet.edge(news, this.name))
    const { row, edge, reason } = news
    if (edge.kind === 'link')
      this.#log.info(edge.to === 'connected' ? `${row.name}: ${reason}` : `${row.name}: ${edge.to}: ${reason}`)
  }

  #inspectionPlace(): InspectionPlace {
    return {
      id: this.id,
      program: (spec) => this.#collectorProgram(spec),
      folder: (spec) => this.#folderOf(spec),
      gate: this.#gate,
      ready: () => this.#ready(),
      obstacle: () => this.#wall.problem,
      started: (key, pid) => this.#guardWrite(this.#runFiles.write(key, pid)),
      ended: (key) => this.#guardWrite(this.#runFiles.remove(key)),
      warn: (text) => this.#log.warn(`a device that somebody asks: ${text}`),
    }
  }

  #collectorProgram(spec: Pick<ProcessSpec, 'script' | 'sandbox' | 'folder' | 'device'>): ChildProgram {
    const { script, sandbox, device } = spec
    const program = collectorProgram(script, this.#config.memoryLimit, { sandbox, folder: this.#folderOf(spec) })
    return this.#wall.aroundReader(program, device === undefined ? [] : [device])
  }

  #historianProgram({ script }: Pick<ProcessSpec, 'script'>): ChildProgram {
    const program = historianProgram(script, this.#config.memoryLimit, this.#folder)
    return this.#wall.aroundHistorian(program, certificateFiles(program.env))
  }

  #newWall(): SupervisorWall {
    return new SupervisorWall({
      folder: this.#folder,
      wish: this.#config.sandbox,
      live: () => dirname(this.#lane.ref.path),
      warn: (text) => this.#log.warn(text),
    })
  }

  /** What an earlier Node-RED has left behind is gone, and the wall stands. */
  async #ready(): Promise<void> {
    await this.#swept
    // Without it an outage is told from now on: no reader waits longer for a disk that stands still.
    await untilWritten(this.#looked, LAST_WRITES_MS)
    await this.#wall.ready()
  }

  #folderOf({ folder }: Pick<ProcessSpec, 'folder'>): string | undefined {
    if (folder === undefined) return undefined
    const path = join(this.#folder, folder)
    this.#guardFile(() => makePrivateFolder(path))
    return path
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

  #guardFile(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#warnOfFile(error)
    }
  }

  #guardWrite(written: Promise<void>): void {
    written.catch((error) => this.#warnOfFile(error))
  }

  #warnOfFile(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    this.#warn(`a file of the supervisor could not be written: ${error}`, code)
  }

  /** What comes again and again is told now and then. */
  #warn(text: string, key?: string): void {
    const told = this.#repetitions.tell(text, performance.now(), key)
    if (told !== undefined) this.#log.warn(told)
  }
}
