// Data types of OPC UA itself that are encoded as a built-in type (OPC 10000-3, 8; OPC 10000-6, 5.1.2), so that nobody has to be asked.

import type { NodeRef } from '../node-ids'
import type { TypeDescription } from './description'

/** Built-in types end before these abstract ones, whose values come as a Variant: Number, Integer, UInteger. */
const VARIANT = 24
const ABSTRACT_NUMBERS = new Set([26, 27, 28])
const DIAGNOSTIC_INFO = 25
const ENUMERATION = 29

// biome-ignore format: a table, one line a built-in type
const SUBTYPES: readonly [builtIn: number, types: readonly number[]][] = [
  [7, [288, 289, 17588, 20998, 31917]], // UInt32: IntegerId, Counter, Index, VersionTime, Handle
  [9, [11737]], // UInt64: BitFieldMaskDataType
  [11, [290]], // Double: Duration
  [12, [291, 292, 295, 12877, 12878, 12879, 12880, 12881, 23751, 24263, 31918]], // String: NumericRange, Time, LocaleId, NormalizedString ...
  [13, [293, 294]], // DateTime: Date, UtcTime
  [15, [30, 2000, 2001, 2002, 2003, 16307]], // ByteString: Image and its formats, AudioDataType
  [17, [388]], // NodeId: SessionAuthenticationToken
]
const builtInOf = new Map(SUBTYPES.flatMap(([builtIn, types]) => types.map((type) => [type, builtIn] as const)))

/** undefined for all that have to be asked for. */
export function simpleType({ namespace, id }: NodeRef): TypeDescription | undefined {
  if (namespace !== 0 || id.kind !== 'numeric' || id.value === 0) return undefined
  if (ABSTRACT_NUMBERS.has(id.value)) return { kind: 'simple', type: VARIANT }
  if (id.value === ENUMERATION) return { kind: 'enumeration', texts: undefined }
  const type = id.value <= DIAGNOSTIC_INFO ? id.value : builtInOf.get(id.value)
  return type === undefined ? undefined : { kind: 'simple', type }
}
