// A line of the journal: an event, or a mark of its supervisor, as JSON with a checksum, so that a damaged line is known for what it is. Pure.

import { crc32 } from 'node:zlib'
import { asOneOf, asRecord, asText } from '../../lib/contract/parse'
import { type ProcessEvent, parseProcessEvent } from '../../lib/contract/process-event'

/** `begin`, `end`: of the supervisor, in order; `exit`: Node-RED's process ended with the supervisor still at work. */
const MARKS = ['begin', 'end', 'exit'] as const
/** `time`: ISO 8601. */
export type Mark = { mark: (typeof MARKS)[number]; time: string }

/**
 * `isSealed`: it has a checksum, which earlier versions did not write. `foreign`: intact, and nothing that this version knows.
 * `damaged`: it cannot be read.
 */
export type Line =
  | { kind: 'event'; event: ProcessEvent; isSealed: boolean }
  | { kind: 'mark'; mark: Mark }
  | { kind: 'foreign' }
  | { kind: 'damaged' }

/** The checksum is the last property, of the text without it. */
const SEAL = /,"crc32":(\d{1,10})\}$/

/** Between two line breaks: where one of them is damaged, or what stands before it was cut, this costs no other line. */
export function lineOf(record: ProcessEvent | Mark): string {
  const json = JSON.stringify(record)
  return `\n${json.slice(0, -1)},"crc32":${crc32(json)}}\n`
}

/** `text`: without a line break, and not empty. */
export function readLine(text: string): Line {
  const seal = SEAL.exec(text)
  if (!seal) {
    const event = parseProcessEvent(jsonOf(text))
    return event ? { kind: 'event', event, isSealed: false } : { kind: 'damaged' }
  }
  const json = `${text.slice(0, seal.index)}}`
  if (Number(seal[1]) !== crc32(json)) return { kind: 'damaged' }
  const content = jsonOf(json)
  const event = parseProcessEvent(content)
  if (event) return { kind: 'event', event, isSealed: true }
  const mark = parseMark(content)
  return mark ? { kind: 'mark', mark } : { kind: 'foreign' }
}

function parseMark(content: unknown): Mark | undefined {
  const record = asRecord(content)
  const mark = asOneOf(record?.mark, MARKS)
  const time = asText(record?.time, 100)
  return mark && time !== undefined ? { mark, time } : undefined
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
