// Built-in types (OPC 10000-6, 5.1.2) as they stand in bytes, in the form in which values.ts takes them.

import { refuseDeeper } from '../limits'
import { nodeText } from '../node-ids'
import type { Sample, WireValue } from '../session'
import { dateOfTicks } from '../times'
import { readBody } from './body'
import { type Bytes, Malformed } from './bytes'

/** The highest number of a built-in type. */
const BUILT_IN_MAX = 25

/** Parts of a DataValue (5.2.2.17) and of a DiagnosticInfo (5.2.2.12) that are there. */
const DATA_VALUE = { value: 1, status: 2, sourceTime: 4, serverTime: 8, sourcePicoseconds: 16, serverPicoseconds: 32 }
const DIAGNOSTICS = { symbolicId: 1, namespace: 2, text: 4, locale: 8, additional: 16, status: 32, inner: 64 }
/** Parts of a LocalizedText (5.2.2.14). */
const LOCALIZED = { locale: 1, text: 2 }
/** Encoding of a Variant (5.2.2.16). */
const VARIANT = { type: 0x3f, hasDimensions: 0x40, isArray: 0x80 }

export type StatusName = (code: number) => string

/** Throws Malformed, or a Refusal for what is larger or nested deeper than a value may be. */
export function readBuiltIn(bytes: Bytes, type: number, statusName: StatusName, depth = 0): unknown {
  switch (type) {
    case 0:
      return null
    case 1:
      return bytes.boolean()
    case 2:
      return bytes.int8()
    case 3:
      return bytes.uint8()
    case 4:
      return bytes.int16()
    case 5:
      return bytes.uint16()
    case 6:
      return bytes.int32()
    case 7:
      return bytes.uint32()
    case 8:
      return bytes.int64()
    case 9:
      return bytes.uint64()
    case 10:
      return bytes.float()
    case 11:
      return bytes.double()
    case 12:
    case 16:
      return bytes.string() ?? null
    case 13:
      return dateOfTicks(bytes.int64()) ?? null
    case 14:
      return bytes.guid()
    case 15:
      return bytes.byteString() ?? null
    case 17:
      return nodeText(bytes.nodeId()) ?? null
    case 18:
      return nodeText(bytes.expandedNodeId()) ?? null
    case 19:
      return statusName(bytes.uint32())
    case 20:
      return { namespaceIndex: bytes.uint16(), name: bytes.string() ?? null }
    case 21:
      return { text: readLocalizedText(bytes) ?? null }
    case 22:
      return readBody(bytes)
    case 23:
      return readDataValue(bytes, statusName, depth + 1)
    case 24:
      return readVariant(bytes, statusName, depth + 1)
    case 25:
      skipDiagnostics(bytes, depth + 1)
      return null
    default:
      throw new Malformed(`there is no built-in type ${type}`)
  }
}

/** undefined = null. */
export function readLocalizedText(bytes: Bytes): string | undefined {
  const parts = bytes.uint8()
  if (parts & LOCALIZED.locale) bytes.string()
  return parts & LOCALIZED.text ? bytes.string() : undefined
}

function readDataValue(bytes: Bytes, statusName: StatusName, depth: number): Sample {
  const parts = bytes.uint8()
  const value = parts & DATA_VALUE.value ? readVariant(bytes, statusName, depth) : undefined
  const code = parts & DATA_VALUE.status ? bytes.uint32() : 0
  const sourceTime = parts & DATA_VALUE.sourceTime ? dateOfTicks(bytes.int64()) : undefined
  if (parts & DATA_VALUE.sourcePicoseconds) bytes.uint16()
  if (parts & DATA_VALUE.serverTime) bytes.int64()
  if (parts & DATA_VALUE.serverPicoseconds) bytes.uint16()
  return { code, status: statusName(code), value, sourceTime: sourceTime?.getTime() }
}

function readVariant(bytes: Bytes, statusName: StatusName, depth: number): WireValue {
  refuseDeeper(depth)
  const encoding = bytes.uint8()
  const type = encoding & VARIANT.type
  if (type > BUILT_IN_MAX) throw new Malformed(`there is no built-in type ${type}`)
  if ((encoding & VARIANT.isArray) === 0) {
    return { type, isArray: false, dimensions: undefined, data: readBuiltIn(bytes, type, statusName, depth) }
  }
  const length = bytes.arrayLength()
  const data = Array.from({ length: length ?? 0 }, () => readBuiltIn(bytes, type, statusName, depth))
  const dimensions = encoding & VARIANT.hasDimensions ? readDimensions(bytes) : undefined
  return { type, isArray: true, dimensions, data: length === undefined ? null : data }
}

export function readDimensions(bytes: Bytes): number[] | undefined {
  const count = bytes.arrayLength()
  return count === undefined ? undefined : Array.from({ length: count }, () => bytes.int32())
}

/** Nothing that a tag could hold. */
function skipDiagnostics(bytes: Bytes, depth: number): void {
  refuseDeeper(depth)
  const parts = bytes.uint8()
  for (const part of [DIAGNOSTICS.symbolicId, DIAGNOSTICS.namespace, DIAGNOSTICS.locale, DIAGNOSTICS.text]) {
    if (parts & part) bytes.int32()
  }
  if (parts & DIAGNOSTICS.additional) bytes.string()
  if (parts & DIAGNOSTICS.status) bytes.uint32()
  if (parts & DIAGNOSTICS.inner) skipDiagnostics(bytes, depth + 1)
}
