// The messages of a status-broadcast node. A flow may change what it gets, so everything in them is a copy.

import type { CommandResult } from '../../lib/contract/command'
import type { ProcessEvent } from '../../lib/contract/process-event'
import { type ProcessRow, type Summary, summarize } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'

/** Output 1. */
export type StatusMessage = {
  topic: 'processes'
  payload: ProcessRow[]
  /** Of the rows in the payload. */
  summary: Summary
  /** Name of the supervisor -> its way into the database; without those that keep no history. */
  processor: Record<string, ProcessorStatus>
  /** Whether this node takes commands. */
  control: boolean
}

/** Output 2. */
export type EventMessage = { topic: string; payload: ProcessEvent }

/** `msg.command` of the answer to a command, and of the message that a Catch node gets when it failed. */
export type CommandReport = { command: string; name?: string; results: CommandResult[] }

export function statusMessage(
  rows: readonly ProcessRow[],
  processors: Record<string, ProcessorStatus>,
  control: boolean,
): StatusMessage {
  const payload = structuredClone([...rows])
  return { topic: 'processes', payload, summary: summarize(rows), processor: structuredClone(processors), control }
}

export function eventMessage(event: ProcessEvent): EventMessage {
  return { topic: event.name, payload: structuredClone(event) }
}
