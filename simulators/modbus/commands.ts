// What a simulated device in a process of its own can be told, one JSON object a line, and what it answers.

import { asCount, asOneOf, asRecord } from '../../lib/contract/parse'
import { wordOrders, wordTypes } from '../../lib/contract/word-types'
import { type InjectedFault, parseInjectedFault } from '../faults/injected-fault'
import { type Manners, parseManners } from '../faults/manners'
import { listOf } from '../process/list'
import {
  AREAS,
  type Area,
  BUSY_CODES,
  type Busy,
  type DeviceMemory,
  EXCEPTION_CODES,
  LIMIT_CODES,
  type LimitCode,
  type Point,
  type Range,
  type Refusal,
} from './memory'
import type { ModbusDevice } from './modbus-device'
import { DIAGNOSTICS, type Diagnostics } from './station'
import { parseWave } from './waves'

const UNIT_MAX = 255

/** What concerns memory may name a unit, which has one of its own from then on. */
export type DeviceCommand =
  | { command: 'faults'; faults: InjectedFault[] }
  | (OfUnit & MemoryCommand)
  | { command: 'clients'; manners: Manners }
  | { command: 'diagnostics'; how: Diagnostics }
  | { command: 'offline' | 'online' | 'reset-clients' | 'status' }

type OfUnit = { unit?: number }
type MemoryCommand =
  | { command: 'set'; area: Area; address: number; values: number[] }
  | { command: 'get'; area: Area; address: number; count: number }
  | { command: 'place'; points: Point[] }
  | { command: 'limit'; area: Area; ranges: Range[] }
  | { command: 'limit-registers' | 'limit-bits'; count: number; code?: LimitCode }
  | { command: 'refuse'; refusals: Refusal[] }
  /** Without `busy` never. */
  | { command: 'busy'; busy?: Busy }

/** Of `status`; `get` has `values`, all others nothing. */
export type DeviceStatus = { port: number; requests: number; connections: number; clients: number }
export type DeviceAnswer = Partial<DeviceStatus> & { values?: number[] }

/** undefined for anything that is not a command. */
export function parseDeviceCommand(input: unknown): DeviceCommand | undefined {
  const record = asRecord(input)
  const command = record?.command
  switch (command) {
    case 'offline':
    case 'online':
    case 'reset-clients':
    case 'status':
      return { command }
    case 'faults': {
      const faults = listOf(record?.faults, parseInjectedFault)
      return faults && { command, faults }
    }
    case 'clients': {
      const manners = parseManners(record?.manners)
      return manners && { command, manners }
    }
    case 'diagnostics': {
      const how = asOneOf(record?.how, DIAGNOSTICS)
      return how && { command, how }
    }
    default: {
      const parsed = record && parseMemoryCommand(command, record)
      if (!parsed || record.unit === undefined) return parsed
      const unit = asCount(record.unit)
      return unit === undefined || unit > UNIT_MAX ? undefined : { ...parsed, unit }
    }
  }
}

/** Throws a RangeError for addresses, values and corruptions that do not exist. */
export async function runDeviceCommand(device: ModbusDevice, command: DeviceCommand): Promise<DeviceAnswer> {
  switch (command.command) {
    case 'faults':
      device.faults.set(command.faults)
      return {}
    case 'clients':
      device.treatClients(command.manners)
      return {}
    case 'diagnostics':
      device.diagnose(command.how)
      return {}
    case 'offline':
      await device.goOffline()
      return {}
    case 'online':
      await device.comeBack()
      return {}
    case 'reset-clients':
      device.resetClients()
      return {}
    case 'status': {
      const { port, requests, connections, clients } = device
      return { port, requests, connections, clients }
    }
    default:
      return changeMemory(command.unit === undefined ? device.memory : device.unit(command.unit), command)
  }
}

function changeMemory(memory: DeviceMemory, command: MemoryCommand): DeviceAnswer {
  switch (command.command) {
    case 'set':
      memory.set(command.area, command.address, ...command.values)
      return {}
    case 'get':
      return { values: memory.get(command.area, command.address, command.count) }
    case 'place':
      memory.place(...command.points)
      return {}
    case 'limit':
      memory.limitTo(command.area, command.ranges)
      return {}
    case 'limit-registers':
      memory.limitRegisters(command.count, command.code)
      return {}
    case 'limit-bits':
      memory.limitBits(command.count, command.code)
      return {}
    case 'refuse':
      memory.refuse(command.refusals)
      return {}
    case 'busy':
      memory.busy(command.busy)
      return {}
    default:
      return command satisfies never
  }
}

function parseMemoryCommand(command: unknown, record: Record<string, unknown>): MemoryCommand | undefined {
  const area = asOneOf(record.area, AREAS)
  const address = asCount(record.address)
  const count = asCount(record.count)
  switch (command) {
    case 'set': {
      const values = listOf(record.values, asCount)
      return area && address !== undefined && values ? { command, area, address, values } : undefined
    }
    case 'get':
      return area && address !== undefined && count !== undefined ? { command, area, address, count } : undefined
    case 'place': {
      const points = listOf(record.points, parsePoint)
      return points && { command, points }
    }
    case 'limit': {
      const ranges = listOf(record.ranges, parseRange)
      return area && ranges && { command, area, ranges }
    }
    case 'limit-registers':
    case 'limit-bits': {
      const code = LIMIT_CODES.find((known) => known === record.code)
      if (count === undefined || (record.code !== undefined && !code)) return undefined
      return { command, count, ...(code && { code }) }
    }
    case 'refuse': {
      const refusals = listOf(record.refusals, parseRefusal)
      return refusals && { command, refusals }
    }
    case 'busy': {
      if (record.busy === undefined) return { command }
      const busy = parseBusy(record.busy)
      return busy && { command, busy }
    }
    default:
      return undefined
  }
}

function parseBusy(input: unknown): Busy | undefined {
  const requests = asCount(asRecord(input)?.requests)
  const quietMs = asCount(asRecord(input)?.quietMs)
  const code = BUSY_CODES.find((known) => known === asRecord(input)?.code)
  return requests === undefined || quietMs === undefined || !code ? undefined : { requests, code, quietMs }
}

function parseRange(input: unknown): Range | undefined {
  const address = asCount(asRecord(input)?.address)
  const count = asCount(asRecord(input)?.count)
  return address === undefined || count === undefined ? undefined : { address, count }
}

function parseRefusal(input: unknown): Refusal | undefined {
  const range = parseRange(input)
  const area = asOneOf(asRecord(input)?.area, AREAS)
  const code = EXCEPTION_CODES.find((known) => known === asRecord(input)?.code)
  return range && area && code ? { ...range, area, code } : undefined
}

function parsePoint(input: unknown): Point | undefined {
  const record = asRecord(input)
  const area = asOneOf(record?.area, AREAS)
  const address = asCount(record?.address)
  const type = asOneOf(record?.type, wordTypes)
  const order = asOneOf(record?.order ?? '', wordOrders)
  const wave = parseWave(record?.wave)
  if (area === undefined || address === undefined || type === undefined || order === undefined || !wave)
    return undefined
  return { area, address, type, order, wave }
}
