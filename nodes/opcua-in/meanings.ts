// What a tag says of the numbers of its node: scale and offset, numbers that are no value, bounds and texts.

import { columnFinishes, type Finish, finishOf } from '../../lib/collector/finish'
import { type Bounds, parseBounds } from '../../lib/contract/bounds'
import { Fault } from '../../lib/contract/fault'
import {
  type NoValue,
  type NoValueMatcher,
  type NumberForm,
  noValueMatcher,
  noValueReason,
  parseNoValue,
} from '../../lib/contract/no-value'
import { type ScaleReference, scaledColumns } from '../../lib/contract/scale-from'
import { parseTexts, type ValueTexts } from '../../lib/contract/value-texts'
import type { OpcuaTag } from './fields'

export type Meaning = {
  readonly scale: number
  readonly offset: number
  /** Why one of these, as the library has numbers of that built-in type, is no value; absent = every number is one. */
  nothing?(type: number, parts: readonly unknown[]): string | undefined
  /** Of a value that another tag scales these come after that. */
  readonly bounds?: Bounds | undefined
  readonly texts?: ValueTexts | undefined
}

type MeaningTag = Pick<OpcuaTag, 'name' | 'scale' | 'offset' | 'noValue' | 'min' | 'max' | 'texts' | 'scaleFrom'>

/** The columns have been checked. Throws a `config` Fault for those that were not. */
export function meaningOf({ name, scale, offset, noValue, min, max, texts, scaleFrom }: MeaningTag): Meaning {
  const entries = checked(name, parseNoValue(noValue))
  const nothing = entries.length === 0 ? undefined : nothingIn(entries)
  const isScaled = scaleFrom.trim() !== ''
  return {
    scale,
    offset,
    ...(nothing && { nothing }),
    bounds: isScaled ? undefined : parseBounds({ min, max }),
    texts: isScaled || texts.trim() === '' ? undefined : checked(name, parseTexts(texts)),
  }
}

function checked<T extends object>(name: string, parsed: T | { problem: string }): T {
  if ('problem' in parsed) throw new Fault('config', 'tag-invalid', `tag "${name}": ${parsed.problem}`)
  return parsed
}

/** `sources` are columns that others are multiplied by: they are numbers, whatever texts the server has for them. */
export type Scales = { readonly finish: Finish; readonly sources: ReadonlySet<number> }

/** Values of all tags are there in every reading, so nothing else has to be read for a scale. */
export function scalesOf(tags: readonly OpcuaTag[]): Scales {
  const everyTime = tags.map((tag) => ({ ...tag, every: 1 }))
  const { scales } = scaledColumns(everyTime, ({ name }, { from }: ScaleReference) => {
    throw new Fault('config', 'tag-invalid', `tag "${name}": there is no tag "${from}" to scale by`)
  })
  const sources = new Set([...scales.values()].map(({ from }) => from))
  return { finish: finishOf(columnFinishes(tags, scales), tags.length), sources }
}

/** Built-in types of numbers (OPC 10000-6, 5.1.2). */
const forms: ReadonlyMap<number, NumberForm> = new Map([
  [2, { bits: 8, kind: 'signed' }],
  [3, { bits: 8, kind: 'unsigned' }],
  [4, { bits: 16, kind: 'signed' }],
  [5, { bits: 16, kind: 'unsigned' }],
  [6, { bits: 32, kind: 'signed' }],
  [7, { bits: 32, kind: 'unsigned' }],
  [8, { bits: 64, kind: 'signed' }],
  [9, { bits: 64, kind: 'unsigned' }],
  [10, { bits: 32, kind: 'float' }],
  [11, { bits: 64, kind: 'float' }],
])

function nothingIn(entries: readonly NoValue[]): NonNullable<Meaning['nothing']> {
  const matchers = new Map<number, NoValueMatcher>()
  return (type, parts) => {
    const form = forms.get(type)
    if (!form) return undefined
    const match = matchers.get(type) ?? noValueMatcher(entries, form)
    matchers.set(type, match)
    for (const [index, part] of parts.entries()) {
      const bits = bitsOf(part, form)
      const found = bits && match(bits.high, bits.low, typeof part === 'number' ? part : undefined)
      if (found === undefined) continue
      return parts.length === 1 ? noValueReason(found) : `element [${index}]: ${noValueReason(found)}`
    }
    return undefined
  }
}

const scratch = new DataView(new ArrayBuffer(8))

/** The library's 64-bit numbers are pairs of unsigned halves, the high one first. */
function bitsOf(part: unknown, { bits, kind }: NumberForm): { high: number; low: number } | undefined {
  if (Array.isArray(part)) {
    const [high, low]: unknown[] = part
    return typeof high === 'number' && typeof low === 'number' ? { high: high >>> 0, low: low >>> 0 } : undefined
  }
  if (typeof part === 'bigint') scratch.setBigUint64(0, BigInt.asUintN(64, part))
  else if (typeof part !== 'number') return undefined
  else if (kind !== 'float') return { high: 0, low: (bits === 32 ? part : part & (2 ** bits - 1)) >>> 0 }
  else if (bits === 64) scratch.setFloat64(0, part)
  else {
    scratch.setFloat32(0, part)
    return { high: 0, low: scratch.getUint32(0) }
  }
  return { high: scratch.getUint32(0), low: scratch.getUint32(4) }
}
