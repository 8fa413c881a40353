// The built-in types of OPC UA (Part 6, 5.1.2) and how their values are written in JSON, in commands and in tests.

import { coerceNodeId, DataType, LocalizedText, QualifiedName, StatusCode, StatusCodes } from 'node-opcua-client'
import { asNumber, asRecord, asText } from '../../lib/contract/parse'

export const BUILTIN_TYPES = [
  'Boolean',
  'SByte',
  'Byte',
  'Int16',
  'UInt16',
  'Int32',
  'UInt32',
  'Int64',
  'UInt64',
  'Float',
  'Double',
  'String',
  'DateTime',
  'Guid',
  'ByteString',
  'XmlElement',
  'LocalizedText',
  'QualifiedName',
  'StatusCode',
  'NodeId',
] as const
export type BuiltinType = (typeof BUILTIN_TYPES)[number]

/**
 * JSON's own values, and
 * `Int64` `UInt64`  decimal digits
 * `Float` `Double`  also "NaN", "Infinity" and "-Infinity"
 * `DateTime`        ISO 8601
 * `ByteString`      base64
 * `LocalizedText`   { locale, text }
 * `QualifiedName`   { namespaceIndex, name }
 * `StatusCode`      its name, or its number
 * `NodeId`          "ns=1;s=..."
 */
export type Spoken = boolean | number | string | null | { readonly [field: string]: Spoken }

const WHOLE: { readonly [type in BuiltinType]?: readonly [min: number, max: number] } = {
  SByte: [-0x80, 0x7f],
  Byte: [0, 0xff],
  Int16: [-0x8000, 0x7fff],
  UInt16: [0, 0xffff],
  Int32: [-0x80000000, 0x7fffffff],
  UInt32: [0, 0xffffffff],
}
const TEXT_MAX = 16 * 1024 * 1024
const NOT_NUMBERS = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY }

/** One value as node-opcua holds it. Throws a RangeError for what the type cannot hold. */
export function builtinValue(type: BuiltinType, spoken: unknown): unknown {
  const value = heldValue(type, spoken)
  if (value === undefined) throw new RangeError(`${JSON.stringify(spoken)} is no ${type}`)
  return value
}

/** node-opcua's number of the type. */
export function dataTypeOf(type: BuiltinType): DataType {
  return DataType[type]
}

/** Whether it can follow a wave: the numbers that a double holds without loss. */
export function canMove(type: BuiltinType): boolean {
  return type in WHOLE || type === 'Float' || type === 'Double'
}

/** A value on its way that does not fit wraps around, as counters in devices do. */
export function wrapped(type: BuiltinType, value: number): number {
  const range = WHOLE[type]
  if (!range) return value
  const [min, max] = range
  const span = max - min + 1
  return ((((Math.round(value) - min) % span) + span) % span) + min
}

/** The last 16 bits of a number are info bits (Part 4, 7.39). Throws a RangeError for what is no status code. */
export function statusOf(spoken: string | number): StatusCode {
  if (typeof spoken === 'string') {
    const named = Object.entries(StatusCodes).find(([name]) => name === spoken)?.[1]
    if (named) return named
    throw new RangeError(`${spoken} is no status code`)
  }
  const base = Object.values(StatusCodes).find(({ value }) => value === (spoken & 0xffff0000) >>> 0)
  if (!base) throw new RangeError(`0x${spoken.toString(16)} is no status code`)
  const info = spoken & 0xffff
  return info === 0 ? base : StatusCode.makeStatusCode(base, info)
}

function heldValue(type: BuiltinType, spoken: unknown): unknown {
  switch (type) {
    case 'Boolean':
      return typeof spoken === 'boolean' ? spoken : undefined
    case 'SByte':
    case 'Byte':
    case 'Int16':
    case 'UInt16':
    case 'Int32':
    case 'UInt32': {
      const whole = asNumber(spoken, ...(WHOLE[type] ?? []))
      return Number.isInteger(whole) ? whole : undefined
    }
    case 'Int64':
    case 'UInt64':
      return wide(type, spoken)
    case 'Float':
    case 'Double':
      return asNumber(spoken) ?? Object.entries(NOT_NUMBERS).find(([name]) => name === spoken)?.[1]
    case 'String':
    case 'XmlElement':
      return spoken === null ? null : asText(spoken, TEXT_MAX)
    case 'DateTime': {
      const date = new Date(asText(spoken, 40) ?? Number.NaN)
      return Number.isNaN(date.getTime()) ? undefined : date
    }
    case 'Guid':
      return typeof spoken === 'string' && /^[\dA-F]{8}(-[\dA-F]{4}){3}-[\dA-F]{12}$/i.test(spoken) ? spoken : undefined
    case 'ByteString':
      if (spoken === null) return null
      return typeof spoken === 'string' ? Buffer.from(spoken, 'base64') : undefined
    case 'LocalizedText': {
      const record = asRecord(spoken)
      const [locale, text] = [asText(record?.locale ?? null, 100), asText(record?.text ?? null, TEXT_MAX)]
      return record && new LocalizedText({ locale, text })
    }
    case 'QualifiedName': {
      const record = asRecord(spoken)
      const namespaceIndex = asNumber(record?.namespaceIndex, 0, 0xffff)
      return record && new QualifiedName({ namespaceIndex, name: asText(record.name, TEXT_MAX) })
    }
    case 'StatusCode':
      return typeof spoken === 'string' || typeof spoken === 'number' ? statusOf(spoken) : undefined
    case 'NodeId':
      return typeof spoken === 'string' ? coerceNodeId(spoken) : undefined
    default:
      return type satisfies never
  }
}

/** node-opcua's 64-bit numbers are pairs of unsigned halves, the high one first. */
function wide(type: 'Int64' | 'UInt64', spoken: unknown): [high: number, low: number] | undefined {
  if (typeof spoken !== 'string' || !/^-?\d{1,20}$/.test(spoken)) return undefined
  const value = BigInt(spoken)
  const wrapped = type === 'Int64' ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)
  if (wrapped !== value) return undefined
  const bits = BigInt.asUintN(64, value)
  return [Number(bits >> 32n), Number(bits & 0xffffffffn)]
}
