// What a program uses: the process table, or the way into the database, as it is now and as it changes.

import type { Command, CommandResult } from '../contract/command'
import type { MonitorMessage } from '../contract/monitor'
import type { ProcessEvent } from '../contract/process-event'
import type { ProcessRow } from '../contract/process-row'
import type { ProcessorStatus } from '../contract/processor-status'
import { protocolsFor, type StreamName, streamUrl } from './address'
import { type ClientState, Line, type LineListener, type Socket, type Timers } from './line'
import { Orders } from './orders'
import { Sequence } from './sequence'

export type WatchOptions = {
  /** Of Node-RED's editor, with httpAdminRoot if there is one: `http://gateway:1880/admin`. */
  url: string
  /** Access token of a Node-RED user, where adminAuth is on; a function is asked at each attempt. */
  token?: string | (() => string | undefined)
  /** Failed attempts after which it gives up; absent = never. */
  maxRetries?: number
  /** Where there is no global WebSocket, or another one is wanted. */
  openSocket?: (url: string, protocols: string[]) => Socket
}

/** For tests: time and chance. */
export type Surroundings = { timers: Timers; chance(): number }

export type ProcessListener = {
  state?(state: ClientState): void
  /** Rows that came or changed, names of those that went; after a (new) connection all rows. */
  rows?(changed: readonly ProcessRow[], removed: readonly string[]): void
  event?(event: ProcessEvent): void
}

export type ProcessorListener = {
  state?(state: ClientState): void
  /** By supervisor, all of them. */
  status?(status: Readonly<Record<string, ProcessorStatus>>): void
}

export interface Watch {
  readonly state: ClientState
  /** Nothing is told any more, and nothing is left open. Twice without harm. */
  close(): void
}

export interface ProcessWatch extends Watch {
  /** As last heard; true while `state` is `connected`. */
  rows(): ProcessRow[]
  row(name: string): ProcessRow | undefined
  /** Resolves when it is done, with one result for each process. Rejects with a CommandError. */
  command(command: Command): Promise<CommandResult[]>
}

export interface ProcessorWatch extends Watch {
  status(): Readonly<Record<string, ProcessorStatus>>
}

/** Follows the process table. Throws a TypeError for an address that is none. */
export function watchProcesses(
  options: WatchOptions,
  listener: ProcessListener = {},
  surroundings = REAL,
): ProcessWatch {
  const known = new Map<string, ProcessRow>()
  const orders = new Orders(surroundings.timers)
  const sequence = new Sequence()

  const take = (changed: readonly ProcessRow[], removed: readonly string[]): void => {
    for (const row of changed) known.set(row.name, row)
    for (const name of removed) known.delete(name)
    listener.rows?.(changed, removed)
  }
  const hear = (message: MonitorMessage): void => {
    if (message.type === 'command_result' || message.type === 'error') {
      orders.hear(message)
      return
    }
    if (sequence.look(message) === 'gap') line.send({ type: 'get_status' })
    if (message.type === 'process_event') listener.event?.(message.data)
    else if (message.type === 'process_status_update') take(message.data, message.removed)
    else if (message.type === 'process_status') {
      const names = new Set(message.data.map(({ name }) => name))
      take(
        message.data,
        [...known.keys()].filter((name) => !names.has(name)),
      )
    }
  }
  const line = lineTo(options, 'processes', surroundings, {
    state: (state) => {
      if (state !== 'connected') orders.lost()
      listener.state?.(state)
    },
    message: hear,
  })
  return {
    get state() {
      return line.state
    },
    rows: () => [...known.values()],
    row: (name) => known.get(name),
    command: (command) => orders.give(command, (request) => line.send(request)),
    close: () => {
      line.close()
      orders.lost()
    },
  }
}

/** Follows the way into the database of all supervisors. Throws a TypeError for an address that is none. */
export function watchProcessor(
  options: WatchOptions,
  listener: ProcessorListener = {},
  surroundings = REAL,
): ProcessorWatch {
  const sequence = new Sequence()
  let known: Record<string, ProcessorStatus> = {}
  const line = lineTo(options, 'processor-status', surroundings, {
    state: (state) => listener.state?.(state),
    message: (message) => {
      if (message.type !== 'processor_status' && message.type !== 'processor_status_update') return
      if (sequence.look(message) === 'gap') line.send({ type: 'get_status' })
      const removed = message.type === 'processor_status_update' ? message.removed : []
      const base = message.type === 'processor_status' ? {} : known
      const all = Object.entries({ ...base, ...message.data })
      known = Object.fromEntries(all.filter(([name]) => !removed.includes(name)))
      listener.status?.(known)
    },
  })
  return {
    get state() {
      return line.state
    },
    status: () => known,
    close: () => line.close(),
  }
}

function lineTo(
  { url, token, maxRetries = Infinity, openSocket = openGlobal }: WatchOptions,
  stream: StreamName,
  { timers, chance }: Surroundings,
  listener: LineListener,
): Line {
  const target = streamUrl(url, stream)
  const tokenNow = () => (typeof token === 'function' ? token() : token)
  return new Line({ open: () => openSocket(target, protocolsFor(tokenNow())), maxRetries, timers, chance }, listener)
}

function openGlobal(url: string, protocols: string[]): Socket {
  return new WebSocket(url, protocols)
}

const REAL: Surroundings = {
  timers: {
    after: (ms, then) => {
      const timer = setTimeout(then, ms)
      return () => clearTimeout(timer)
    },
  },
  chance: Math.random,
}
