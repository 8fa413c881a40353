// The properties of a modbus-in node and of its tags. Units: interval and timeout in ms, maxRegisters and maxGap in registers,
// baudRate in bits a second.

import {
  choice,
  flag,
  type Infer,
  type Parsed,
  type Problem,
  parseFields,
  text,
  whole,
} from '../../lib/contract/fields'
import { checkHasTags, meaningFields, readerFields, tagFields, tagList } from '../../lib/contract/reader-fields'
import { describeType } from '../../lib/contract/word-rules'
import { wordOrders, wordTypes } from '../../lib/contract/word-types'
import { checkAddress, checkUnitId } from './addresses'
import { checkTags, REGISTERS_MAX, registersAsked } from './tag-rules'

/** In the order of the CSV columns. */
export const modbusTagFields = {
  name: tagFields.name,
  address: { ...tagFields.address, check: checkAddress },
  type: choice(wordTypes),
  order: choice(wordOrders),
  scale: tagFields.scale,
  offset: tagFields.offset,
  unit: tagFields.unit,
  deadband: tagFields.deadband,
  length: tagFields.length,
  /** '' = the node's. */
  unitId: text({ maxLength: 10, check: checkUnitId }),
  ...meaningFields,
  charset: tagFields.charset,
  /** Registers that the device has at one address: it answers so many for each address that is asked for. */
  width: whole({ default: 1, min: 1, max: 4 }),
}
export type ModbusTag = Infer<typeof modbusTagFields>

export const transports = ['tcp', 'rtu-over-tcp', 'udp', 'rtu', 'ascii', 'ascii-over-tcp'] as const
export type Transport = (typeof transports)[number]

/** Over a serial line of this computer. */
export function isLine(transport: Transport): boolean {
  return transport === 'rtu' || transport === 'ascii'
}

export const modbusFields = {
  ...readerFields,
  transport: choice(transports),
  /** Of every transport but rtu. */
  host: text({ maxLength: 255 }),
  port: whole({ default: 502, min: 1, max: 65_535 }),
  unitId: whole({ default: 1, min: 0, max: 255 }),
  /** The four of a serial line, as `transport` rtu has it: `/dev/ttyUSB0`, `COM3`. */
  serialPort: text({ maxLength: 255 }),
  baudRate: whole({ default: 9600, min: 50, max: 4_000_000 }),
  dataBits: whole({ default: 8, min: 7, max: 8 }),
  stopBits: whole({ default: 1, min: 1, max: 2 }),
  parity: choice(['none', 'even', 'odd']),
  /** The most registers one request asks for; of bits 16 times as many. The protocol allows 125 (V1.1b3, 6.3). */
  maxRegisters: whole({ default: REGISTERS_MAX, min: 1, max: REGISTERS_MAX }),
  /** Registers without a tag that are read over rather than sending another request; of bits 16 times as many, as many bytes. */
  maxGap: whole({ default: 10, min: 0, max: 124 }),
  /** `blocks`: neighbouring tags in one request; `tag`: a request for each. */
  grouping: choice(['blocks', 'tag']),
  /** `ignore`: an answer may have any transaction id (gateways that count by themselves). */
  transactionId: choice(['check', 'ignore']),
  /** `any`: an answer may come from any unit id. */
  answerUnit: choice(['check', 'any']),
  /** ms from connecting to the first request. */
  connectDelay: whole({ default: 0, min: 0, max: 60_000 }),
  /** ms from an answer to the next request. */
  requestDelay: whole({ default: 0, min: 0, max: 60_000 }),
  /** The connection is closed after each cycle, for devices that serve one client at a time. */
  closeAfterCycle: flag(false),
  /** How often a request that got no answer is sent again in the same cycle, if there is time. */
  retries: whole({ default: 1, min: 0, max: 10 }),
  tags: tagList(modbusTagFields, checkTags),
}
export type ModbusConfig = Infer<typeof modbusFields>

/** Flow JSON or the supervisor's message -> configuration, with the rules that concern several properties at once. */
export function parseModbusConfig(input: unknown): Parsed<ModbusConfig> {
  const parsed = parseFields(modbusFields, input)
  if (!parsed.ok) return parsed
  const problems = [...checkHasTags(parsed.value.tags), ...checkTarget(parsed.value)]
  const tooFew = checkMaxRegisters(parsed.value)
  if (tooFew !== undefined) problems.push({ path: 'maxRegisters', message: tooFew })
  return problems.length === 0 ? parsed : { ok: false, problems }
}

/** Where the device is: each transport has its own property for it. */
export function checkTarget({
  transport,
  host,
  serialPort,
}: Pick<ModbusConfig, 'transport' | 'host' | 'serialPort'>): Problem[] {
  const [path, value] = isLine(transport) ? ['serialPort', serialPort] : ['host', host]
  return value.trim() === '' ? [{ path, message: 'must not be empty' }] : []
}

/** The rule that concerns the node and its tags together: a value is never read with two requests. */
export function checkMaxRegisters({
  maxRegisters,
  tags,
}: {
  maxRegisters: number
  tags: readonly Pick<ModbusTag, 'name' | 'address' | 'type' | 'length'>[]
}): string | undefined {
  const tooLong = tags.find((tag) => registersAsked(tag) > maxRegisters)
  return tooLong && `must be at least ${registersAsked(tooLong)}: tag "${tooLong.name}" is ${describeType(tooLong)}`
}
