// A process table without processes: tests set its rows, tell its events and decide how commands end.

import type { Command, CommandResult } from '../../lib/contract/command'
import type { HistoryAnswer, HistoryQuery } from '../../lib/contract/history-query'
import type { ProcessEvent } from '../../lib/contract/process-event'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import type { CertificateDecision, CertificatesOf } from '../../nodes/collector-supervisor/certificates'
import type { DeadLetter, DeadLetterGroup, DeadLetterScope } from '../../nodes/collector-supervisor/dead-letters'
import type { Fleet, LogLine, TableListener } from '../../nodes/collector-supervisor/face'
import type { JournalPage, JournalQuery } from '../../nodes/collector-supervisor/journal-page'

export class FakeFleet implements Fleet {
  readonly commands: { command: Command; supervisorId: string | undefined }[] = []
  readonly logLines = new Map<string, LogLine[]>()
  readonly listeners = new Set<TableListener>()
  /** How a command ends; unless set, everything succeeds. */
  outcome: ((command: Command) => CommandResult[] | Promise<CommandResult[]>) | undefined
  readonly processorStatuses: Record<string, ProcessorStatus> = {}
  /** What these answer; unless set there is nothing. */
  letters: (scope: DeadLetterScope, max: number) => Promise<DeadLetter[]> = async () => []
  groups: (scope: DeadLetterScope) => Promise<DeadLetterGroup[]> = async () => []
  moved: (scope: DeadLetterScope, how: 'requeue' | 'discard') => Promise<number> = async () => 0
  past: (query: HistoryQuery, gone: AbortSignal) => Promise<HistoryAnswer> = async ({ collector, from, to }) => {
    return { collector, from, to, series: [] }
  }
  events: (query: JournalQuery) => Promise<JournalPage> = async () => ({ events: [], next: null })
  certificateLists: Record<string, CertificatesOf> = {}
  decided: (decision: CertificateDecision) => Promise<string> = async () => 'done'
  readonly #rows = new Map<string, ProcessRow>()
  readonly #supervisors = new Map([
    ['s1', 'Line A'],
    ['s2', 'Line B'],
  ])

  constructor(...rows: ProcessRow[]) {
    for (const row of rows) this.#rows.set(row.name, row)
  }

  /** Adds rows or changes them, and tells all listeners. */
  set(...rows: ProcessRow[]): void {
    for (const row of rows) this.#rows.set(row.name, row)
    for (const listener of this.listeners) listener.rows?.(rows, [])
  }

  remove(...names: string[]): void {
    for (const name of names) this.#rows.delete(name)
    for (const listener of this.listeners) listener.rows?.([], names)
  }

  /** The way into the database of a supervisor, by name, and tells all listeners. */
  setProcessor(supervisor: string, status: ProcessorStatus): void {
    this.processorStatuses[supervisor] = status
    for (const listener of this.listeners) listener.processor?.(supervisor, status)
  }

  tell(event: ProcessEvent): void {
    for (const listener of this.listeners) listener.event?.(event)
  }

  /** How often somebody wanted all rows. */
  asked = 0

  /** Name of a supervisor -> why it cannot work. */
  readonly problems = new Map<string, string>()

  supervisorProblem(name: string): string | undefined {
    return this.problems.get(name)
  }

  rows(): ProcessRow[] {
    this.asked += 1
    return [...this.#rows.values()]
  }

  row(name: string): ProcessRow | undefined {
    return this.#rows.get(name)
  }

  subscribe(listener: TableListener): { snapshot: ProcessRow[]; unsubscribe(): void } {
    this.listeners.add(listener)
    return { snapshot: this.rows(), unsubscribe: () => void this.listeners.delete(listener) }
  }

  async command(command: Command, supervisorId?: string): Promise<CommandResult[]> {
    this.commands.push({ command, supervisorId })
    if (this.outcome) return this.outcome(command)
    if (!('name' in command)) return this.rows().map(({ name }) => ({ name, success: true }))
    if (this.#rows.has(command.name)) return [{ name: command.name, success: true }]
    return [{ name: command.name, success: false, error: 'there is no such process', code: 'not-found' }]
  }

  logs(name: string): LogLine[] | undefined {
    return this.#rows.has(name) ? (this.logLines.get(name) ?? []) : undefined
  }

  processors(): Record<string, ProcessorStatus> {
    return this.processorStatuses
  }

  deadLetters(scope: DeadLetterScope, max: number): Promise<DeadLetter[]> {
    return this.letters(scope, max)
  }

  deadLetterGroups(scope: DeadLetterScope): Promise<DeadLetterGroup[]> {
    return this.groups(scope)
  }

  moveDeadLetters(scope: DeadLetterScope, how: 'requeue' | 'discard'): Promise<number> {
    return this.moved(scope, how)
  }

  history(query: HistoryQuery, gone: AbortSignal): Promise<HistoryAnswer> {
    return this.past(query, gone)
  }

  journal(query: JournalQuery): Promise<JournalPage> {
    return this.events(query)
  }

  async certificates(supervisor?: string): Promise<Record<string, CertificatesOf>> {
    const lists = Object.entries(this.certificateLists)
    return Object.fromEntries(lists.filter(([name]) => supervisor === undefined || name === supervisor))
  }

  decideCertificate(decision: CertificateDecision): Promise<string> {
    return this.decided(decision)
  }

  supervisors(): Map<string, string> {
    return this.#supervisors
  }
}
