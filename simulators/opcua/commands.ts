// What a simulated OPC UA device in a process of its own can be told, one JSON object a line, and what it answers.

import { asOneOf, asRecord } from '../../lib/contract/parse'
import type { DeviceCensus } from './census'
import {
  type DeviceSettings,
  parseSettingsChange,
  SERVER_STATES,
  type SettingsChange,
  type StateName,
} from './device-settings'
import type { OpcuaDevice } from './opcua-device'
import { parseName, parseTexts } from './parse-part'
import { type Place, parsePlace } from './plant'
import { parseSetting, type Setting } from './point'
import { libraryLog } from './quiet'
import { parseTreatment, type Treatment } from './unruly-server'
import { parseWireMood, type WireMood } from './wire'

export type DeviceCommand =
  | { command: 'set'; name: string; setting: Setting }
  | { command: 'appear'; place: Place }
  | { command: 'vanish'; name: string }
  | { command: 'users'; users: DeviceSettings['users'] }
  /** Without a treatment: as it should be again. */
  | { command: 'treat'; service: string; treatment?: Treatment }
  | { command: 'wire'; mood: WireMood }
  | { command: 'state'; state: StateName }
  | { command: 'power-on' | 'restart'; change?: SettingsChange }
  | { command: PlainCommand }

const PLAIN = [
  'trust-rejected',
  'silence-subscriptions',
  'starve-subscriptions',
  'delete-subscriptions',
  'kill-sessions',
  'reset-clients',
  'offline',
  'online',
  'power-off',
  'census',
  'log',
] as const
type PlainCommand = (typeof PLAIN)[number]

/** `count`: how many it struck. */
export type DeviceAnswer = {
  count?: number
  census?: DeviceCensus
  log?: readonly string[]
}

/** undefined for anything that is not a command. */
export function parseDeviceCommand(input: unknown): DeviceCommand | undefined {
  const record = asRecord(input) ?? {}
  const { command } = record
  const name = parseName(record.name)
  switch (command) {
    case 'set': {
      const setting = parseSetting(record.setting)
      return name === undefined || !setting ? undefined : { command, name, setting }
    }
    case 'appear': {
      const place = parsePlace(record.place)
      return place && { command, place }
    }
    case 'vanish':
      return name === undefined ? undefined : { command, name }
    case 'users': {
      const users = parseTexts(record.users)
      return users && { command, users }
    }
    case 'treat': {
      const service = parseName(record.service)
      const treatment = parseTreatment(record.treatment)
      if (service === undefined || (record.treatment !== undefined && !treatment)) return undefined
      return { command, service, treatment }
    }
    case 'wire': {
      const mood = parseWireMood(record.mood)
      return mood && { command, mood }
    }
    case 'state': {
      const state = asOneOf(record.state, SERVER_STATES)
      return state && { command, state }
    }
    case 'power-on':
    case 'restart': {
      const change = parseSettingsChange(record.change ?? {})
      return change && { command, change }
    }
    default: {
      const plain = asOneOf(command, PLAIN)
      return plain && { command: plain }
    }
  }
}

/** Throws for names, values and states that do not exist. */
export async function runDeviceCommand(device: OpcuaDevice, command: DeviceCommand): Promise<DeviceAnswer> {
  switch (command.command) {
    case 'set':
      device.set(command.name, command.setting)
      return {}
    case 'appear':
      device.appear(command.place)
      return {}
    case 'vanish':
      device.vanish(command.name)
      return {}
    case 'users':
      device.setUsers(command.users)
      return {}
    case 'treat':
      device.treat(command.service, command.treatment)
      return {}
    case 'wire':
      device.behave(command.mood)
      return {}
    case 'state':
      device.setState(command.state)
      return {}
    case 'power-on':
      await device.powerOn(command.change)
      return {}
    case 'restart':
      await device.restart(command.change)
      return {}
    default:
      return runPlainCommand(device, command.command)
  }
}

async function runPlainCommand(device: OpcuaDevice, command: PlainCommand): Promise<DeviceAnswer> {
  switch (command) {
    case 'trust-rejected':
      return { count: await device.trustRejected() }
    case 'silence-subscriptions':
      return { count: device.silenceSubscriptions() }
    case 'starve-subscriptions':
      device.starveSubscriptions()
      return {}
    case 'delete-subscriptions':
      return { count: device.deleteSubscriptions() }
    case 'kill-sessions':
      return { count: device.killSessions() }
    case 'reset-clients':
      device.resetClients()
      return {}
    case 'offline':
      await device.goOffline()
      return {}
    case 'online':
      await device.comeBack()
      return {}
    case 'power-off':
      await device.powerOff()
      return {}
    case 'census':
      return { census: device.census() }
    case 'log':
      return { log: libraryLog() }
    default:
      return command satisfies never
  }
}
