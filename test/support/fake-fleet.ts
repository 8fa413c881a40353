// A process table without processes: tests set its rows, tell its events and decide how commands end.

import type { Command, CommandResult } from '../../lib/contract/command'
import type { ProcessEvent } from '../../lib/contract/process-event'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { Fleet, LogLine, TableListener } from '../../nodes/collector-supervisor/face'

export class FakeFleet implements Fleet {
  readonly commands: { command: Command; supervisorId: string | undefined }[] = []
  readonly logLines = new Map<string, LogLine[]>()
  readonly listeners = new Set<TableListener>()
  /** How a command ends; unless set, everything succeeds. */
  outcome: ((command: Command) => CommandResult[] | Promise<CommandResult[]>) | undefined
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

  tell(event: ProcessEvent): void {
    for (const listener of this.listeners) listener.event?.(event)
  }

  rows(): ProcessRow[] {
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

  supervisors(): Map<string, string> {
    return this.#supervisors
  }
}
