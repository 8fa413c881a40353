// What a simulated PLC in a process of its own can be told, one JSON object a line, and what it answers.

import { asCount, asOneOf, asRecord } from '../../lib/contract/parse'
import { wordTypes } from '../../lib/contract/word-types'
import { type InjectedFault, parseInjectedFault } from '../faults/injected-fault'
import { type Manners, parseManners } from '../faults/manners'
import { parseWave } from '../modbus/waves'
import { listOf } from '../process/list'
import type { DeviceName } from './devices'
import type { MelsecDevice } from './melsec-device'
import { asDeviceName, type PlcMemory, type Point, type Refusal } from './memory'
import type { Span } from './ranges'

/** `port` is the place of a port in the order in which they were opened, from 0; if absent it is said of all. */
export type PlcCommand =
  | { command: 'faults'; faults: InjectedFault[]; port?: number }
  | { command: 'clients'; manners: Manners; port?: number }
  | { command: 'reset-clients'; port?: number }
  | MemoryCommand
  | { command: 'lock'; locked: boolean }
  | { command: 'processing'; ms: number }
  | { command: 'offline' | 'online' | 'status' }

type MemoryCommand =
  | { command: 'set'; device: DeviceName; number: number; values: number[] }
  | { command: 'get'; device: DeviceName; number: number; count: number }
  | { command: 'place'; points: Point[] }
  | { command: 'limit'; device: DeviceName; ranges: Span[] }
  | { command: 'refuse'; refusals: Refusal[] }

/** Of one port. */
export type PortStatus = { port: number; requests: number; connections: number; clients: number }
/** `status` has `ports`, `get` has `values`, all others nothing. */
export type PlcAnswer = { ports?: PortStatus[]; values?: number[] }

const PROCESSING_MAX_MS = 3_600_000

/** undefined for anything that is not a command. */
export function parsePlcCommand(input: unknown): PlcCommand | undefined {
  const record = asRecord(input)
  const command = record?.command
  if (!record) return undefined
  switch (command) {
    case 'offline':
    case 'online':
    case 'status':
      return { command }
    case 'lock':
      return typeof record.locked === 'boolean' ? { command, locked: record.locked } : undefined
    case 'processing': {
      const ms = asCount(record.ms)
      return ms === undefined || ms > PROCESSING_MAX_MS ? undefined : { command, ms }
    }
    case 'faults':
    case 'clients':
    case 'reset-clients':
      return parsePortCommand(command, record)
    default:
      return parseMemoryCommand(command, record)
  }
}

/** Throws a RangeError for ports, numbers, values and corruptions that do not exist. */
export async function runPlcCommand(plc: MelsecDevice, command: PlcCommand): Promise<PlcAnswer> {
  switch (command.command) {
    case 'faults':
      for (const port of portsOf(plc, command.port)) port.faults.set(command.faults)
      return {}
    case 'clients':
      for (const port of portsOf(plc, command.port)) port.manners = command.manners
      return {}
    case 'reset-clients':
      for (const port of portsOf(plc, command.port)) port.resetClients()
      return {}
    case 'lock':
      plc.lock(command.locked)
      return {}
    case 'processing':
      plc.takeTime(command.ms)
      return {}
    case 'offline':
      await plc.goOffline()
      return {}
    case 'online':
      await plc.comeBack()
      return {}
    case 'status':
      return {
        ports: plc.ports.map(({ port, requests, connections, clients }) => ({ port, requests, connections, clients })),
      }
    default:
      return changeMemory(plc.memory, command)
  }
}

function portsOf(plc: MelsecDevice, at: number | undefined): MelsecDevice['ports'] {
  if (at === undefined) return plc.ports
  const port = plc.ports[at]
  if (!port) throw new RangeError(`the PLC has ${plc.ports.length} ports`)
  return [port]
}

function changeMemory(memory: PlcMemory, command: MemoryCommand): PlcAnswer {
  switch (command.command) {
    case 'set':
      memory.set(command.device, command.number, ...command.values)
      return {}
    case 'get':
      return { values: memory.get(command.device, command.number, command.count) }
    case 'place':
      memory.place(...command.points)
      return {}
    case 'limit':
      memory.limitTo(command.device, command.ranges)
      return {}
    case 'refuse':
      memory.refuse(command.refusals)
      return {}
    default:
      return command satisfies never
  }
}

function parsePortCommand(
  command: 'faults' | 'clients' | 'reset-clients',
  record: Record<string, unknown>,
): PlcCommand | undefined {
  const port = record.port === undefined ? undefined : asCount(record.port)
  if (record.port !== undefined && port === undefined) return undefined
  const at = port === undefined ? {} : { port }
  if (command === 'reset-clients') return { command, ...at }
  if (command === 'clients') {
    const manners = parseManners(record.manners)
    return manners && { command, manners, ...at }
  }
  const faults = listOf(record.faults, parseInjectedFault)
  return faults && { command, faults, ...at }
}

function parseMemoryCommand(command: unknown, record: Record<string, unknown>): MemoryCommand | undefined {
  const device = asDeviceName(record.device)
  const number = asCount(record.number)
  switch (command) {
    case 'set': {
      const values = listOf(record.values, asCount)
      return device && number !== undefined && values ? { command, device, number, values } : undefined
    }
    case 'get': {
      const count = asCount(record.count)
      return device && number !== undefined && count !== undefined ? { command, device, number, count } : undefined
    }
    case 'place': {
      const points = listOf(record.points, parsePoint)
      return points && { command, points }
    }
    case 'limit': {
      const ranges = listOf(record.ranges, parseSpan)
      return device && ranges && { command, device, ranges }
    }
    case 'refuse': {
      const refusals = listOf(record.refusals, parseRefusal)
      return refusals && { command, refusals }
    }
    default:
      return undefined
  }
}

function parsePoint(input: unknown): Point | undefined {
  const record = asRecord(input)
  const device = asDeviceName(record?.device)
  const number = asCount(record?.number)
  const type = asOneOf(record?.type, wordTypes)
  const wave = parseWave(record?.wave)
  return device && number !== undefined && type && wave ? { device, number, type, wave } : undefined
}

function parseSpan(input: unknown): Span | undefined {
  if (!Array.isArray(input) || input.length !== 2) return undefined
  const [first, last] = input.map(asCount)
  return first === undefined || last === undefined ? undefined : [first, last]
}

function parseRefusal(input: unknown): Refusal | undefined {
  const record = asRecord(input)
  const device = asDeviceName(record?.device)
  const number = asCount(record?.number)
  const count = asCount(record?.count)
  if (!device || number === undefined || count === undefined) return undefined
  if (record?.endCode === undefined) return { device, number, count }
  const endCode = asCount(record.endCode)
  return endCode && endCode <= 0xffff ? { device, number, count, endCode } : undefined
}
