// What a simulated device in a process of its own can be told, one JSON object a line, and what it answers.

import { asCount, asOneOf, asRecord } from '../../lib/contract/parse'
import { wordOrders, wordTypes } from '../../lib/contract/word-types'
import { type InjectedFault, parseInjectedFault } from '../faults/injected-fault'
import { AREAS, type Area, EXCEPTION_CODES, type Point, type Range, type Refusal } from './memory'
import type { ModbusDevice } from './modbus-device'
import { parseWave } from './waves'

export type DeviceCommand =
  | { command: 'faults'; faults: InjectedFault[] }
  | { command: 'set'; area: Area; address: number; values: number[] }
  | { command: 'get'; area: Area; address: number; count: number }
  | { command: 'place'; points: Point[] }
  | { command: 'limit'; area: Area; ranges: Range[] }
  | { command: 'limit-registers'; count: number }
  | { command: 'refuse'; refusals: Refusal[] }
  | { command: 'offline' | 'online' | 'reset-clients' | 'status' }

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
    case 'place': {
      const points = listOf(record?.points, parsePoint)
      return points && { command, points }
    }
    case 'refuse': {
      const refusals = listOf(record?.refusals, parseRefusal)
      return refusals && { command, refusals }
    }
    case 'limit-registers': {
      const count = asCount(record?.count)
      return count === undefined ? undefined : { command, count }
    }
    case 'set':
    case 'get':
    case 'limit':
      return parseMemoryCommand(command, asOneOf(record?.area, AREAS), record ?? {})
    default:
      return undefined
  }
}

/** Throws a RangeError for addresses, values and corruptions that do not exist. */
export async function runDeviceCommand(device: ModbusDevice, command: DeviceCommand): Promise<DeviceAnswer> {
  const { memory } = device
  switch (command.command) {
    case 'faults':
      device.faults.set(command.faults)
      return {}
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
      memory.limitRegisters(command.count)
      return {}
    case 'refuse':
      memory.refuse(command.refusals)
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
      return command satisfies never
  }
}

function parseMemoryCommand(
  command: 'set' | 'get' | 'limit',
  area: Area | undefined,
  record: Record<string, unknown>,
): DeviceCommand | undefined {
  if (!area) return undefined
  if (command === 'limit') {
    const ranges = listOf(record.ranges, parseRange)
    return ranges && { command, area, ranges }
  }
  const address = asCount(record.address)
  if (address === undefined) return undefined
  if (command === 'set') {
    const values = listOf(record.values, asCount)
    return values && { command, area, address, values }
  }
  const count = asCount(record.count)
  return count === undefined ? undefined : { command, area, address, count }
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

function listOf<T>(input: unknown, parse: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(input)) return undefined
  const parsed = input.map(parse)
  return parsed.every((item) => item !== undefined) ? parsed : undefined
}
