// The properties of a modbus-in node and of its tags. Units: interval and timeout in ms, maxRegisters and maxGap in registers,
// baudRate in bits a second.

import { choice, type Infer, type Parsed, type Problem, parseFields, text, whole } from '../../lib/contract/fields'
import { checkHasTags, readerFields, tagFields, tagList } from '../../lib/contract/reader-fields'
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
}
export type ModbusTag = Infer<typeof modbusTagFields>

export const transports = ['tcp', 'rtu-over-tcp', 'udp', 'rtu'] as const
export type Transport = (typeof transports)[number]

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
  const [path, value] = transport === 'rtu' ? ['serialPort', serialPort] : ['host', host]
  return value.trim() === '' ? [{ path, message: 'must not be empty' }] : []
}

/** The rule that concerns the node and its tags together: a value is never read with two requests. */
export function checkMaxRegisters({
  maxRegisters,
  tags,
}: Pick<ModbusConfig, 'maxRegisters' | 'tags'>): string | undefined {
  const tooLong = tags.find((tag) => registersAsked(tag) > maxRegisters)
  return tooLong && `must be at least ${registersAsked(tooLong)}: tag "${tooLong.name}" is ${describeType(tooLong)}`
}
