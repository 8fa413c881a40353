// The properties that every reader has, whatever its protocol, and those that every tag has.

import { checkBound } from './bounds'
import { NAME_MAX_LENGTH } from './command'
import { choice, type Infer, list, map, number, type Problem, type TagProblem, text, whole } from './fields'
import { MESSAGE_MAX_BYTES, TAGS_MAX } from './limits'
import { checkNoValue } from './no-value'
import { checkPointText, checkWritable } from './point-text'
import { checkScaleFrom } from './scale-from'
import { checkTexts } from './value-texts'

/** Names that would be lost or do harm as a key of msg.payload or in a line of the database. */
export function checkTagName(name: string): string | undefined {
  if (name === '__proto__' || name === 'constructor' || name === 'prototype') return `"${name}" cannot be a tag's name`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'has a control character'
  return checkWritable(name)
}

function checkPointTags(tags: Record<string, string>): string | undefined {
  for (const [key, value] of Object.entries(tags)) {
    const problem = checkPointText('tag-key', key) ?? checkPointText('tag-value', value)
    if (problem !== undefined) return `${key}: ${problem}`
  }
  return undefined
}

/** The name of a reader is its key in the process table, in URLs and topics. */
export function checkReaderName(name: string): string | undefined {
  if (name === '.' || name === '..') return `"${name}" cannot be a reader's name: no URL can hold it`
  return checkTagName(name)
}

export const charsets = ['', 'utf-8', 'latin1', 'gbk', 'shift_jis'] as const
export type Charset = (typeof charsets)[number]

/** Whose time a value is stored with: the source's where that is known and sane, or always the reading's. */
export const timeSources = ['source', 'reading'] as const

/** What a number means: the tag columns of every reader, in the order of the CSV. */
export const meaningFields = {
  /** Raw numbers, before scaling, that mean "no value": `0x8000, 65535, NaN`; `0x` = the bits in the tag's order. */
  noValue: text({ maxLength: 500, check: checkNoValue }),
  /** Bounds of the scaled value, '' = none: a value outside is bad. */
  min: text({ maxLength: 50, check: checkBound }),
  max: text({ maxLength: 50, check: checkBound }),
  /** A register or tag that the value is multiplied by: `10^<address or tag>`, `*<address or tag>`; without a sign 10^. */
  scaleFrom: text({ maxLength: 500, check: checkScaleFrom }),
  /** The tag is read in every n-th cycle. */
  every: whole({ default: 1, min: 1, max: 1_000_000 }),
  /** Texts that are told instead of numbers: `0=off;1=on`. */
  texts: text({ maxLength: 10_000, check: checkTexts }),
}

export const tagFields = {
  name: text({ required: true, maxLength: 200, check: checkTagName }),
  address: text({ required: true, maxLength: 500 }),
  scale: number({ default: 1 }),
  offset: number({ default: 0 }),
  unit: text({ maxLength: 50 }),
  /** A change of at most this much is no change (emit "change"). */
  deadband: number({ default: 0, min: 0 }),
  /** Elements of an array, bytes of a string, characters of stringh and stringl. */
  length: whole({ default: 1, min: 1, max: 10_000 }),
  ...meaningFields,
  /** Of a string; '' = UTF-8, and Latin-1 where that is beyond doubt. */
  charset: choice(charsets),
}

export const readerFields = {
  name: text({ required: true, maxLength: NAME_MAX_LENGTH, check: checkReaderName }),
  supervisor: text({ required: true }),
  /** ms from the start of a cycle to the start of the next. */
  interval: number({ default: 1000, min: 10, max: 86_400_000 }),
  /** ms to wait for an answer of the device. */
  timeout: number({ default: 1000, min: 10, max: 600_000 }),
  emit: choice(['cycle', 'change', 'tag']),
  /** '' = the name of the reader. */
  measurement: text({
    check: (measurement) => (measurement === '' ? undefined : checkPointText('measurement', measurement)),
  }),
  pointTags: map({ check: checkPointTags }),
  autoStart: choice(['inherit', 'true', 'false']),
  time: choice(timeSources),
}

/** The `tags` property of a reader whose tags have these fields: names must be unique, and there must be at least one. */
export function tagList<F extends Pick<typeof tagFields, 'name' | 'address' | 'unit'>>(
  item: F,
  checkAll?: (tags: Infer<F>[]) => TagProblem[],
) {
  return list(item, {
    maxItems: TAGS_MAX,
    checkAll: (tags) => [...duplicateNames(tags), ...tooLongNames(tags), ...(checkAll?.(tags) ?? [])],
  })
}

/** A problem for every tag whose name an earlier one has. */
export function duplicateNames(tags: { name: string }[]): TagProblem[] {
  const firstIndex = new Map<string, number>()
  const problems: TagProblem[] = []
  tags.forEach(({ name }, index) => {
    const first = firstIndex.get(name)
    if (first === undefined) firstIndex.set(name, index)
    else problems.push({ index, field: 'name', message: `"${name}" is also the name of tag ${first + 1}` })
  })
  return problems
}

/** What a tag takes in the message that tells the names, besides its name and unit, and the comma behind it; bytes. */
const COLUMN_BYTES = JSON.stringify({ name: '', unit: '', kind: 'unsigned' }).length + 1
/** What is left of the message is for the rest of it. */
const COLUMNS_BYTES_MAX = MESSAGE_MAX_BYTES - 64 * 1024

/** All names and units go through the queues in one message: a problem for the first tag that does not fit any more. */
export function tooLongNames(tags: { name: string; unit: string }[]): TagProblem[] {
  const encoder = new TextEncoder()
  let bytes = 0
  const index = tags.findIndex(({ name, unit }) => {
    bytes += COLUMN_BYTES + encoder.encode(JSON.stringify(name + unit)).length
    return bytes > COLUMNS_BYTES_MAX
  })
  if (index === -1) return []
  const message = `the names of the tags up to here take all the room there is: shorten them, or make it ${Math.ceil(tags.length / index)} readers`
  return [{ index, field: 'name', message }]
}

/** A reader without tags reads nothing: said in the editor and at runtime. */
export function checkHasTags(tags: readonly unknown[]): Problem[] {
  return tags.length === 0 ? [{ path: 'tags', message: 'the tag list is empty: add at least one tag' }] : []
}
