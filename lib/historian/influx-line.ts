// A reading as line protocol of InfluxDB, by the Point of its client, which escapes names and texts. Not done by Point:
// it writes integers above 2^53 with wrong digits, leaves out what is empty or not escapable without a word, and writes
// `\n` for a line break in a name, which no server reads back. So whatever it cannot carry is refused here.

import { Point } from '@influxdata/influxdb-client'
import type { TagKind, Value } from '../contract/batch'
import { checkPointText } from '../contract/point-text'
import type { Source } from '../contract/readings'
import { type Reading, singleFields } from './reading'

const KIND_NAMES: Record<TagKind, string> = {
  number: 'a number',
  boolean: 'true or false',
  integer: 'an integer of 64 bits',
  unsigned: 'an unsigned integer',
  any: 'a value',
}

/** Where servers differ. */
export type Dialect = {
  /** A whole number from 0 on is an integer to InfluxDB 1, which knows no others. */
  unsigned: 'u' | 'i'
  /** VictoriaMetrics keeps no texts, and takes a line break in one for the end of the line: what follows would be a line. */
  lineBreaks: 'keep' | 'leave-out'
}
/** The lines of one reading: the same series and time in each, so that they are one point again. */
export type Lines = { ok: true; lines: string[] } | { ok: false; reason: string; column?: string }

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }
const UINT64 = { min: 0n, max: 2n ** 64n - 1n }
/** InfluxDB keeps nanoseconds in 64 bits: years 1677 to 2262. */
const TIME_MAX_MS = 9_223_372_036_853

export function linesOf({ source, time, clockSteps, fields }: Reading, dialect: Dialect): Lines {
  const problems = problemsOf(source)
  const timestamp = nanoseconds(time, clockSteps)
  if (problems.whole !== undefined) return { ok: false, reason: problems.whole }
  if (timestamp === undefined) return { ok: false, reason: `the time ${time} ms is outside of what a database holds` }
  const points: Points = { plain: newPoint(source, timestamp), breaking: undefined }
  if (problems.fields.size > 0) {
    for (const { column } of fields) {
      const problem = problems.fields.get(column.name)
      if (problem !== undefined) return { ok: false, reason: problem, column: column.name }
    }
  }
  for (const { column, value } of singleFields(fields)) {
    const text = fieldValue(column.kind, value, dialect)
    if (text === undefined) {
      return {
        ok: false,
        reason: `tag "${column.name}": ${shown(value)} cannot be written as ${KIND_NAMES[column.kind]}`,
        column: column.name,
      }
    }
    if (column.kind === 'any' && text.includes('\n')) {
      if (dialect.lineBreaks === 'leave-out') continue
      points.breaking ??= newPoint(source, timestamp)
      points.breaking.fields[column.name] = text
    } else points.plain.fields[column.name] = text
  }
  const lines = [points.plain, points.breaking].map((point) => point?.toLineProtocol())
  return { ok: true, lines: lines.filter((line) => line !== undefined) }
}

/** `breaking`: texts with line breaks, apart as long as it is not known what the server makes of them. */
type Points = { plain: Point; breaking: Point | undefined }

function newPoint(source: Source, timestamp: string): Point {
  const point = new Point(source.measurement).timestamp(timestamp)
  for (const [key, value] of Object.entries(source.pointTags)) point.tag(key, value)
  return point.tag('collector', source.collector).tag('type', source.type)
}

type Problems = { whole: string | undefined; fields: ReadonlyMap<string, string> }
/** All readings of a message have one source: it is looked at once. */
const problemsBySource = new WeakMap<Source, Problems>()

function problemsOf(source: Source): Problems {
  const known = problemsBySource.get(source)
  if (known) return known
  const problems = { whole: problemOfSeries(source), fields: problemsOfFields(source) }
  problemsBySource.set(source, problems)
  return problems
}

function problemOfSeries({ measurement, collector, pointTags }: Source): string | undefined {
  const checks = [
    { part: 'measurement', text: measurement, name: `measurement "${measurement}"` },
    { part: 'tag-value', text: collector, name: `reader "${collector}"` },
    ...Object.entries(pointTags).flatMap(
      ([key, value]) =>
        [
          { part: 'tag-key', text: key, name: `point tag "${key}"` },
          { part: 'tag-value', text: value, name: `value of point tag "${key}"` },
        ] as const,
    ),
  ] as const
  for (const { part, text, name } of checks) {
    const problem = checkPointText(part, text)
    if (problem !== undefined) return `${name} ${problem}`
  }
  return undefined
}

function problemsOfFields({ columns }: Source): ReadonlyMap<string, string> {
  const problems = new Map<string, string>()
  for (const { name } of columns) {
    const problem = checkPointText('field-key', name)
    if (problem !== undefined) problems.set(name, `tag "${name}" ${problem}`)
  }
  return problems
}

/** Digits of ns since the epoch, `steps` of them added; a number could not hold them. */
export function nanoseconds(ms: number, steps: number): string | undefined {
  if (!(Math.abs(ms) <= TIME_MAX_MS)) return undefined
  const whole = Math.floor(ms)
  const rest = Math.floor((ms - whole) * 1e6) + steps
  if (whole > 0 && rest < 1e6) return `${whole}${String(rest).padStart(6, '0')}`
  return String(BigInt(whole) * 1_000_000n + BigInt(rest))
}

/** As it stands behind the equals sign; undefined for what that kind cannot be. */
function fieldValue(kind: TagKind, value: Value, { unsigned }: Dialect): string | undefined {
  switch (kind) {
    case 'number':
      return floatValue(value)
    case 'boolean':
      return value === true || value === 1 ? 'T' : value === false || value === 0 ? 'F' : undefined
    case 'integer':
      return wholeValue(value, INT64, 'i')
    case 'unsigned':
      return unsigned === 'u' ? wholeValue(value, UINT64, 'u') : wholeValue(value, { ...INT64, min: 0n }, 'i')
    case 'any':
      if (typeof value === 'number') return floatValue(value)
      if (typeof value === 'boolean') return value ? 'T' : 'F'
      return textValue(typeof value === 'string' ? value : JSON.stringify(value))
    default:
      return kind satisfies never
  }
}

function floatValue(value: Value): string | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined
}

function wholeValue(value: Value, { min, max }: { min: bigint; max: bigint }, suffix: 'i' | 'u'): string | undefined {
  const whole = toWhole(value)
  return whole !== undefined && whole >= min && whole <= max ? `${whole}${suffix}` : undefined
}

function toWhole(value: Value): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined
}

function textValue(text: string): string | undefined {
  return new Point().stringField('text', text).fields.text
}

function shown(value: Value): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  const plain = typeof value === 'number' ? String(value) : text
  return plain.length > 50 ? `${plain.slice(0, 50)}...` : plain
}
