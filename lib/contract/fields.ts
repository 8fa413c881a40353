// A node's properties, declared once. From one table of fields come the TypeScript type (Infer), Node-RED's defaults
// (defaultsOf), the check in editor, runtime and child (parseFields), the form rows, the tag table's columns and the CSV header.

import { asRecord } from './parse'

type Base<T> = {
  /** What a node that never set it has. */
  default: T
  /** Looks at one parsed value; a text says what is wrong with it. */
  check?(value: T): string | undefined
  /** Lives in Node-RED's credentials, never in the flow file. */
  secret?: boolean
}
export type TextField = Base<string> & { kind: 'text'; required: boolean; maxLength: number }
export type NumberField = Base<number> & { kind: 'number'; min: number; max: number; whole: boolean }
export type ChoiceField<T extends string = string> = Base<T> & { kind: 'choice'; choices: readonly T[] }
export type FlagField = Base<boolean> & { kind: 'flag' }
/** text -> text, e.g. additional tags of a measurement. */
export type MapField = Base<Record<string, string>> & { kind: 'map' }
export type ListField<F extends Fields = Fields> = {
  kind: 'list'
  default: []
  item: F
  maxItems: number
  /** Looks at the whole list; problems are named by the index of the item. */
  checkAll?(items: Infer<F>[]): { index: number; field: string; message: string }[]
}
export type Field = TextField | NumberField | ChoiceField | FlagField | MapField | ListField
export type Fields = { [name: string]: Field }

// biome-ignore format: one line a kind
export type InferField<F> =
  F extends ListField<infer I> ? Infer<I>[]
  : F extends ChoiceField<infer T> ? T
  : F extends TextField ? string
  : F extends NumberField ? number
  : F extends FlagField ? boolean
  : F extends MapField ? Record<string, string>
  : never
export type Infer<F extends Fields> = { -readonly [K in keyof F]: InferField<F[K]> }

export function text(options: Partial<Omit<TextField, 'kind'>> = {}): TextField {
  return { kind: 'text', default: '', required: false, maxLength: 1000, ...options }
}
export function number(options: Partial<Omit<NumberField, 'kind'>> & { default: number }): NumberField {
  return { kind: 'number', min: -Number.MAX_VALUE, max: Number.MAX_VALUE, whole: false, ...options }
}
export function whole(options: Partial<Omit<NumberField, 'kind' | 'whole'>> & { default: number }): NumberField {
  return number({ ...options, whole: true })
}
/** The first choice is the default, unless another is named. */
export function choice<const T extends string>(choices: readonly [T, ...T[]], standard?: NoInfer<T>): ChoiceField<T> {
  return { kind: 'choice', choices, default: standard ?? choices[0] }
}
export function flag(standard: boolean): FlagField {
  return { kind: 'flag', default: standard }
}
export function map(options: Pick<MapField, 'check'> = {}): MapField {
  return { kind: 'map', default: {}, ...options }
}
export function list<F extends Fields>(
  item: F,
  options: Pick<ListField<F>, 'checkAll'> & { maxItems?: number } = {},
): ListField<F> {
  return { kind: 'list', default: [], item, maxItems: 100_000, ...options }
}

/** Where something is wrong and what: `path` like `port` or `tags[3].address`. */
export type Problem = { path: string; message: string }
/** What a check of a whole tag list says: which tag, and which of its columns. */
export type TagProblem = { index: number; field: string; message: string }
export type Parsed<T> = { ok: true; value: T } | { ok: false; problems: Problem[] }

/**
 * Flow JSON, editor form or IPC message -> configuration. Absent properties take their default, numbers may be typed
 * as text, unknown properties are left out. Collects all problems instead of stopping at the first.
 */
export function parseFields<F extends Fields>(fields: F, input: unknown): Parsed<Infer<F>> {
  const problems: Problem[] = []
  const value = parseRecord(fields, input, '', problems)
  // The one cast of this file: parseRecord has filled exactly the keys of `fields`, each by its own parser.
  return problems.length === 0 ? { ok: true, value: value as Infer<F> } : { ok: false, problems }
}

/** One property, for the editor's validate functions: a text says what is wrong. */
export function checkField(field: Field, input: unknown): string | undefined {
  const problems: Problem[] = []
  parseField(field, input, '', problems)
  const [first] = problems
  if (!first) return undefined
  return first.path === '' ? first.message : `${first.path}: ${first.message}`
}

/** Node-RED's `defaults` values of the fields that are no secrets. */
export function defaultsOf(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, field]) => !('secret' in field && field.secret))
      .map(([name, field]) => [name, field.default]),
  )
}

/** All problems in one sentence, for a status or a log line. */
export function describeProblems(problems: readonly Problem[]): string {
  const shown = problems.slice(0, 3).map(({ path, message }) => `${path}: ${message}`)
  const more = problems.length - shown.length
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '')
}

function parseRecord(fields: Fields, input: unknown, at: string, problems: Problem[]): Record<string, unknown> {
  const record = asRecord(input)
  if (!record) problems.push({ path: at, message: 'expected an object' })
  const parsed: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    parsed[name] = parseField(field, record?.[name], at === '' ? name : `${at}.${name}`, problems)
  }
  return parsed
}

function parseField(field: Field, input: unknown, path: string, problems: Problem[]): unknown {
  const refuse = (message: string | undefined): void => {
    if (message !== undefined) problems.push({ path, message })
  }
  switch (field.kind) {
    case 'text': {
      const value = typeof input === 'number' ? String(input) : (input ?? field.default)
      if (typeof value !== 'string') refuse('expected a text')
      else if (field.required && value.trim() === '') refuse('must not be empty')
      else if (value.length > field.maxLength) refuse(`is longer than ${field.maxLength} characters`)
      else refuse(field.check?.(value))
      return value
    }
    case 'number': {
      const value = toNumber(input, field.default)
      if (value === undefined) refuse(`${JSON.stringify(input)} is not a number`)
      else if (field.whole && !Number.isInteger(value)) refuse(`${value} is not a whole number`)
      else if (value < field.min || value > field.max) refuse(`${value} is not within ${rangeOf(field)}`)
      else refuse(field.check?.(value))
      return value
    }
    case 'choice': {
      const value = input === undefined || input === '' ? field.default : String(input)
      if (!field.choices.includes(value)) refuse(`${JSON.stringify(input)} is not one of ${listed(field.choices)}`)
      else refuse(field.check?.(value))
      return value
    }
    case 'flag': {
      const value = input === undefined || input === '' ? field.default : input
      if (value !== true && value !== false && value !== 'true' && value !== 'false') refuse('expected true or false')
      return value === true || value === 'true'
    }
    case 'map':
      return parseMap(field, input, refuse)
    case 'list':
      return parseList(field, input, path, problems)
    default:
      return field satisfies never
  }
}

/** Of texts that are none, what to do instead is said. */
function listed(choices: readonly string[]): string {
  const named = choices.filter((choice) => choice !== '').join(', ')
  return choices.includes('') ? `${named}; choose one of them, or leave it empty` : named
}

function parseMap(field: MapField, input: unknown, refuse: (message: string | undefined) => void): unknown {
  const record = input === undefined || input === '' ? field.default : asRecord(input)
  const pairs = record && Object.entries(record)
  const texts = pairs?.filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  if (!texts || texts.length !== pairs?.length) refuse('expected pairs of texts')
  else refuse(field.check?.(Object.fromEntries(texts)))
  return record ?? {}
}

function parseList(field: ListField, input: unknown, path: string, problems: Problem[]): unknown[] {
  const items: unknown = input ?? field.default
  if (!Array.isArray(items)) {
    problems.push({ path, message: 'expected a list' })
    return []
  }
  if (items.length > field.maxItems) {
    problems.push({ path, message: `has ${items.length} entries, the limit is ${field.maxItems}` })
    return []
  }
  const before = problems.length
  const parsed = items.map((item, index) => parseRecord(field.item, item, `${path}[${index}]`, problems))
  if (problems.length === before && field.checkAll) {
    // Every item has passed its own fields, so it is what the list's check expects.
    for (const { index, field: name, message } of field.checkAll(parsed as Infer<Fields>[])) {
      problems.push({ path: `${path}[${index}].${name}`, message })
    }
  }
  return parsed
}

function toNumber(input: unknown, standard: number): number | undefined {
  if (input === undefined || input === '') return standard
  const value = typeof input === 'string' && input.trim() !== '' ? Number(input) : input
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function rangeOf({ min, max }: NumberField): string {
  if (max === Number.MAX_VALUE) return `${min} and above`
  return `${min} to ${max}`
}
