// All supervisors of this Node-RED: unique names, one table, one place where commands end. It outlives deploys.

import type { Command, CommandResult } from '../../lib/contract/command'
import { Fault, messageOf } from '../../lib/contract/fault'
import type { HistoryAnswer, HistoryQuery } from '../../lib/contract/history-query'
import type { ProcessEvent } from '../../lib/contract/process-event'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import { type CertificateDecision, type CertificatesOf, decideCertificate, listCertificates } from './certificates'
import {
  type DeadLetter,
  type DeadLetterGroup,
  type DeadLetterScope,
  groupDeadLetters,
  listDeadLetters,
  moveDeadLetters,
} from './dead-letters'
import type { Fleet, LogLine, TableListener } from './face'
import type { SupervisorSettings } from './fields'
import { FileWriter } from './file-writer'
import { FOLDER_IN_USE, FolderLock } from './folder-lock'
import { History } from './history'
import { type Inspection, type InspectionRequest, type Inspector, inspectionSpec } from './inspection-request'
import { Inspections } from './inspections'
import { type JournalPage, type JournalQuery, mergePages } from './journal-page'
import { LAST_WRITES_MS } from './last-writes'
import { HANDOVER_MS, type Member } from './members'
import { resultOf } from './operation'
import type { SupervisorLog } from './operator-log'
import { ProcessTable } from './process-table'
import type { Question } from './questions'
import { ReaderKinds } from './reader-kinds'
import { leaveToReaper } from './reaper'
import { type RefusedReader, RefusedReaders, refusedResult, refusedRow } from './refused-readers'
import { edgeEvent, eventOf, noticeEvent, refusalEvent } from './report'
import { watchShutdown } from './shutdown'
import { type FleetSide, Supervisor } from './supervisor'

/** `holder`: its config node. Without one it is kept for a moment, then its processes end, then it goes itself. */
type Held = {
  supervisor: Supervisor
  lock: FolderLock | undefined
  holder: object | undefined
  grace: NodeJS.Timeout | undefined
  closing: boolean
}

/** Of a running reader, ms: it answers with its next cycle if that is near, and a reading takes its time. */
const RUNNING_ANSWER_MS = 60_000

export class Supervisors implements Fleet, Inspector {
  /** The readers whose nodes are registered. */
  readonly kinds = new ReaderKinds()
  readonly #inspections = new Inspections()
  readonly #history = new History()
  readonly #files = new FileWriter()
  readonly #held = new Map<string, Held>()
  readonly #table: ProcessTable
  readonly #refused = new RefusedReaders((name) => this.#table.changed(name))
  readonly #shutdown = watchShutdown(() => this.#abandon())
  #seq = 0

  constructor(report: (text: string) => void) {
    this.#table = new ProcessTable(this, report)
    this.#table.subscribe({
      rows: (rows) => {
        for (const row of rows) for (const supervisor of this.#all()) supervisor.tellRow(row)
      },
    })
  }

  /**
   * A config node takes the supervisor with its id, made new or kept from before a deploy. Throws as its constructor does, and a Fault
   * with the code FOLDER_IN_USE where another Node-RED has the folder.
   */
  acquire(holder: object, id: string, settings: SupervisorSettings, folder: string, log: SupervisorLog): Supervisor {
    const existing = this.#held.get(id)
    if (existing) {
      clearTimeout(existing.grace)
      existing.holder = holder
      existing.closing = false
      existing.supervisor.configure(settings, log)
      return existing.supervisor
    }
    const lock = lockFolder(folder, log)
    try {
      const supervisor = new Supervisor(id, settings, folder, this.#side(), log)
      this.#held.set(id, { supervisor, lock, holder, grace: undefined, closing: false })
      this.#shutdown.arm()
      return supervisor
    } catch (error) {
      lock?.release()
      throw error
    }
  }

  /** The config node is closed; `removed` for good, otherwise its supervisor is kept 5 s for the next one. */
  async release(holder: object, id: string, removed: boolean): Promise<void> {
    const held = this.#held.get(id)
    if (held?.holder !== holder) return
    held.holder = undefined
    clearTimeout(held.grace)
    // A deploy does not wait for processes to end; Node-RED's own end has to.
    if (this.#shutdown.begun) return this.#end(id, held)
    if (removed) {
      void this.#end(id, held)
      return
    }
    held.grace = setTimeout(() => void this.#end(id, held), HANDOVER_MS)
  }

  /** A reader whose supervisor cannot work is shown with the reason, until the function returned is called. */
  showRefused(reader: RefusedReader): () => void {
    return this.#refused.add(reader)
  }

  /** Node-RED is about to end, and all processes have. */
  get ended(): boolean {
    return this.#shutdown.begun && this.#held.size === 0
  }

  rows(): ProcessRow[] {
    const rows = new Map<string, ProcessRow>()
    for (const { member } of this.#members()) {
      // A process on its way out gives its name to the one that comes.
      if (member.retired && rows.has(member.process.spec.name)) continue
      rows.set(member.process.spec.name, member.process.row())
    }
    for (const reader of this.#refused.of(undefined)) {
      if (!rows.has(reader.spec.name)) rows.set(reader.spec.name, refusedRow(reader))
    }
    return [...rows.values()]
  }

  row(name: string): ProcessRow | undefined {
    const refused = this.#refused.find(name)
    const row = this.#find(name)?.member.process.row()
    return row ?? (refused && refusedRow(refused))
  }

  subscribe(listener: TableListener): { snapshot: ProcessRow[]; unsubscribe(): void } {
    return this.#table.subscribe(listener)
  }

  logs(name: string): LogLine[] | undefined {
    return this.#find(name)?.member.process.logs() ?? (this.#refused.find(name) ? [] : undefined)
  }

  supervisors(): Map<string, string> {
    const kept = [...this.#held].filter(([, { closing }]) => !closing)
    return new Map(kept.map(([id, { supervisor }]) => [id, supervisor.name]))
  }

  supervisorProblem(name: string): string | undefined {
    return this.#refused.problemOf(name)
  }

  processors(): Record<string, ProcessorStatus> {
    // No object: a supervisor may be called __proto__.
    const statuses = new Map<string, ProcessorStatus>()
    for (const [id, { supervisor, closing }] of this.#held) {
      const status = closing ? undefined : supervisor.processor.status()
      const key = statuses.has(supervisor.name) ? `${supervisor.name} (${id})` : supervisor.name
      if (status) statuses.set(key, status)
    }
    return Object.fromEntries(statuses)
  }

  deadLetters({ supervisor }: DeadLetterScope, max: number): Promise<DeadLetter[]> {
    return listDeadLetters(this.#keepers(supervisor), max)
  }

  deadLetterGroups({ supervisor }: DeadLetterScope): Promise<DeadLetterGroup[]> {
    return groupDeadLetters(this.#keepers(supervisor))
  }

  moveDeadLetters({ supervisor, ids }: DeadLetterScope, how: 'requeue' | 'discard'): Promise<number> {
    const keepers = this.#keepers(supervisor)
    if (how === 'requeue') for (const keeper of keepers) keeper.retryHistorians()
    return moveDeadLetters(keepers, how, ids)
  }

  certificates(supervisor?: string): Promise<Record<string, CertificatesOf>> {
    return listCertificates(this.#named(supervisor), Date.now())
  }

  decideCertificate(decision: CertificateDecision): Promise<string> {
    return decideCertificate(this.#named(decision.supervisor), decision)
  }

  async history(query: HistoryQuery, gone: AbortSignal): Promise<HistoryAnswer> {
    const refused = this.#find(query.collector) ? undefined : this.#refused.find(query.collector)
    if (refused) throw new Fault('config', 'conflict', refused.problem)
    return this.#history.ask(this.#named(undefined), query, gone)
  }

  async journal(query: JournalQuery): Promise<JournalPage> {
    const pages = await Promise.all(this.#all().map(({ journal }) => journal.read(query)))
    return mergePages(pages, query.limit)
  }

  inspect(request: InspectionRequest): Inspection {
    const held = this.#held.get(request.supervisor)
    if (!held || held.closing) {
      throw new Fault('config', 'not-found', 'there is no such supervisor yet: deploy it first, then ask')
    }
    const spec = inspectionSpec(request, this.kinds)
    const { client, node } = request
    // A process that has ended meanwhile is replaced by another one.
    const opened = () => this.#inspections.open(client, spec, held.supervisor.inspections)
    const ask = async (question: Question): Promise<unknown> => {
      const running = question.type === 'read-now' ? held.supervisor.runningWith(node, spec.config) : undefined
      return running ? running.ask(question, RUNNING_ANSWER_MS) : opened().ask(question)
    }
    return { ask, close: () => this.closeInspection(client) }
  }

  closeInspection(client: string): Promise<void> {
    return this.#inspections.close(client)
  }

  async command(command: Command, supervisorId?: string): Promise<CommandResult[]> {
    const all = this.#members().filter(
      ({ member, supervisor }) => !member.retired && (supervisorId === undefined || supervisor.id === supervisorId),
    )
    const refused = this.#refused.of(supervisorId)
    switch (command.command) {
      case 'start-all':
        return this.#operateAll(all, 'start', refused)
      case 'stop-all':
        return this.#operateAll(all.reverse(), 'stop', refused)
      case 'start':
      case 'stop':
      case 'restart': {
        const { name } = command
        const target = this.#find(name, supervisorId)
        const hindered = this.#refused.find(name, supervisorId)
        if (hindered && (!target || target.member.retired)) return [refusedResult(hindered)]
        if (!target) return [{ name, success: false, error: `there is no process "${name}"`, code: 'not-found' }]
        // Its node is gone: nobody could stop again what would be started now.
        if (target.member.retired) return [{ name, success: false, error: 'it is being removed', code: 'conflict' }]
        return [await this.#operate(target, command.command)]
      }
      default:
        return command satisfies never
    }
  }

  async #operateAll(all: Target[], wish: 'start' | 'stop', refused: RefusedReader[]): Promise<CommandResult[]> {
    const results = await Promise.all(all.map((target) => this.#operate(target, wish)))
    return [...results, ...refused.map(refusedResult)]
  }

  async #operate({ member, supervisor }: Target, wish: 'start' | 'stop' | 'restart'): Promise<CommandResult> {
    const { process } = member
    // Whoever is told that it is done may rely on it, even if Node-RED is killed in the next moment.
    const [outcome] = await Promise.all([process.operate(wish), supervisor.remember(process, wish === 'stop')])
    return resultOf(process.spec.name, outcome)
  }

  #members(): Target[] {
    return this.#all().flatMap((supervisor) =>
      [...supervisor.members.values()].map((member) => ({ member, supervisor })),
    )
  }

  /** The living one first, should one of the same name be on its way out. */
  #find(name: string, supervisorId?: string): Target | undefined {
    const found = this.#members().filter(
      ({ member, supervisor }) =>
        member.process.spec.name === name && (supervisorId === undefined || supervisor.id === supervisorId),
    )
    return found.find(({ member }) => !member.retired) ?? found[0]
  }

  #side(): FleetSide {
    return {
      files: this.#files,
      claim: (name, recipient, supervisor) => this.#claim(name, recipient, supervisor),
      vacated: (member) => this.#vacated(member),
      changed: (name) => this.#table.changed(name),
      transition: (transition, supervisor) => this.#tell((at) => eventOf(transition, { ...at, supervisor })),
      edge: (news, supervisor) => this.#tell((at) => edgeEvent(news, { ...at, supervisor })),
      refused: (refusal, supervisor) => this.#tell((at) => refusalEvent(refusal, { ...at, supervisor })),
      notice: (notice, supervisor) => this.#tell((at) => noticeEvent(notice, { ...at, supervisor })),
      eventsKnown: (seq) => {
        this.#seq = Math.max(this.#seq, seq)
      },
      processor: (status, supervisor) => this.#table.processor(supervisor, status),
      shuttingDown: () => this.#shutdown.begun,
    }
  }

  #tell(make: (at: { seq: number; now: number; wallTime: Date }) => ProcessEvent): ProcessEvent {
    this.#seq += 1
    const event = make({ seq: this.#seq, now: performance.now(), wallTime: new Date() })
    this.#table.event(event)
    return event
  }

  #claim(name: string, recipient: string, supervisor: Supervisor): string | undefined {
    for (const target of this.#members()) {
      const { spec } = target.member.process
      const itself = spec.recipient === recipient && target.supervisor === supervisor
      if (itself || (spec.name !== name && spec.recipient !== recipient)) continue
      if (target.member.listener && spec.recipient !== recipient) {
        return `the name "${name}" is already used by another reader: give this one a name of its own`
      }
      void target.supervisor.retire(target.member)
    }
    return undefined
  }

  async #vacated(newcomer: Member): Promise<void> {
    const { name, recipient } = newcomer.process.spec
    const others = this.#members().filter(({ member }) => {
      const { spec } = member.process
      return member !== newcomer && member.retired && (spec.name === name || spec.recipient === recipient)
    })
    await Promise.all(others.map(({ member }) => member.retired))
  }

  async #end(id: string, held: Held): Promise<void> {
    const { supervisor } = held
    held.closing = true
    await Promise.all([supervisor.retireAll(), this.#inspections.closeAll(supervisor.inspections)])
    // Brought back meanwhile it goes on: two of one id would be in each other's files.
    if (!held.closing || supervisor.members.size > 0 || this.#held.get(id) !== held) return
    this.#held.delete(id)
    supervisor.close()
    if (this.#held.size === 0) this.#shutdown.disarm()
    // A deploy may bring it back at once; another Node-RED shall find what is still being written.
    if (!this.#shutdown.begun) held.lock?.release()
    await this.#files.settled(LAST_WRITES_MS)
    held.lock?.release()
  }

  /** Those of this name, or all. */
  #named(name: string | undefined): Supervisor[] {
    return this.#all().filter((supervisor) => name === undefined || supervisor.name === name)
  }

  /** Those of them that keep a queue to the database. */
  #keepers(name: string | undefined): Supervisor[] {
    return this.#named(name).filter(({ processor }) => processor.ref !== undefined)
  }

  #all(): Supervisor[] {
    return [...this.#held.values()].map(({ supervisor }) => supervisor)
  }

  /** Whoever reads devices keeps what it has gathered; whoever was only asked something has nothing to keep. */
  #abandon(): void {
    this.#inspections.killNow()
    const all = this.#all()
    leaveToReaper(all.flatMap((supervisor) => supervisor.abandon()))
    // At the end, since it waits for the disk.
    for (const { journal } of all) journal.writeNow()
  }
}

/** Without a lock the work goes on: it keeps two from using one folder, which is rare, and is not to be had everywhere. */
function lockFolder(folder: string, log: SupervisorLog): FolderLock | undefined {
  try {
    return new FolderLock(folder)
  } catch (error) {
    if (error instanceof Fault && error.code === FOLDER_IN_USE) throw error
    log.warn(`${folder} cannot be locked (${messageOf(error)}): see that no other Node-RED uses it`)
    return undefined
  }
}

type Target = { member: Member; supervisor: Supervisor }

/** There is one fleet in a Node-RED. */
export const fleet = new Supervisors((text) => console.error(`[collectors] ${text}`))
