// Read cycles as the messages that go into the flow, in the three ways a user may choose (`emit`). Pure, apart from the
// memory of what was sent last.

import type { TagColumn, Value } from '../../lib/contract/batch'
import type { Delivery } from './inbox'

export type FlowMessage = {
  topic: string
  payload: Record<string, Value | null> | Value | null
  /** Only the tags that are not good, with the reason. */
  quality: Record<string, string>
  /** ms since the epoch */
  timestamp: number
  /** Tags whose values were read in an earlier cycle (tag property `every`), with the time of that, ms since the epoch. */
  times?: Record<string, number>
}

export type Emit = 'cycle' | 'change' | 'tag'

/** What was sent last for each tag, by name. */
export type Sent = Map<string, { value: Value | null; reason: string | undefined }>

/** `deadbands` by tag name: a number that moved by no more than this has not changed. */
export function flowMessages(
  emit: Emit,
  reader: string,
  delivery: Delivery,
  sent: Sent,
  deadbands: ReadonlyMap<string, number>,
): FlowMessage[] {
  switch (emit) {
    case 'cycle':
      return [wholeCycle(reader, delivery)]
    case 'change': {
      const message = changedTags(reader, delivery, sent, deadbands)
      return message ? [message] : []
    }
    case 'tag':
      return delivery.tags.flatMap((tag, column) =>
        delivery.batch.held?.has(column) ? [] : [oneTag(reader, delivery, tag, column)],
      )
    default:
      return emit satisfies never
  }
}

function wholeCycle(topic: string, { batch, tags }: Delivery): FlowMessage {
  const payload: Record<string, Value | null> = {}
  const quality: Record<string, string> = {}
  for (let column = 0; column < tags.length; column++) {
    const tag = tags[column]
    if (tag) payload[tag.name] = tagValue(batch.values[column], tag)
  }
  for (const [column, reason] of batch.bad) {
    const tag = tags[column]
    if (tag) quality[tag.name] = reason
  }
  const message = { topic, payload, quality, timestamp: batch.time }
  return batch.held ? { ...message, times: timesOf(batch.held, tags) } : message
}

function timesOf(held: ReadonlyMap<number, number>, tags: readonly TagColumn[]): Record<string, number> {
  const times: Record<string, number> = {}
  for (const [column, time] of held) {
    const tag = tags[column]
    if (tag) times[tag.name] = time
  }
  return times
}

function changedTags(
  topic: string,
  { batch, tags }: Delivery,
  sent: Sent,
  deadbands: ReadonlyMap<string, number>,
): FlowMessage | undefined {
  const payload: Record<string, Value | null> = {}
  const quality: Record<string, string> = {}
  let changed = false
  tags.forEach((tag, column) => {
    const value = tagValue(batch.values[column], tag)
    const reason = batch.bad.get(column)
    const last = sent.get(tag.name)
    if (last && last.reason === reason && !hasChanged(last.value, value, deadbands.get(tag.name) ?? 0)) return
    changed = true
    // what goes into the flow is the flow's: a function node may change an array that it was given
    sent.set(tag.name, { value: typeof value === 'object' ? structuredClone(value) : value, reason })
    payload[tag.name] = value
    if (reason !== undefined) quality[tag.name] = reason
  })
  return changed ? { topic, payload, quality, timestamp: batch.time } : undefined
}

function oneTag(reader: string, { batch }: Delivery, tag: TagColumn, column: number): FlowMessage {
  const reason = batch.bad.get(column)
  return {
    topic: `${reader}/${tag.name}`,
    payload: tagValue(batch.values[column], tag),
    quality: reason === undefined ? {} : { [tag.name]: reason },
    timestamp: batch.sourceTimes.get(column) ?? batch.time,
  }
}

/** Columns of booleans travel as 0 and 1, unless they are arrays. */
function tagValue(value: Value | null | undefined, tag: TagColumn): Value | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'object') return value
  return tag.kind === 'boolean' ? value === 1 || value === true : value
}

/**
 * Compared with what was sent last, not with the reading before: a slow drift gets through. An array has changed when one of
 * its elements has.
 */
export function hasChanged(last: Value | null, value: Value | null, deadband: number): boolean {
  if (typeof last === 'number' && typeof value === 'number') return Math.abs(value - last) > deadband
  if (Array.isArray(last) && Array.isArray(value)) {
    return last.length !== value.length || value.some((part, at) => hasChanged(last[at] ?? null, part, deadband))
  }
  if (deadband > 0 && (typeof last === 'string' || typeof value === 'string')) {
    const [from, to] = [toWhole(last), toWhole(value)]
    if (from !== undefined && to !== undefined) return distance(from, to) > BigInt(Math.floor(deadband))
  }
  if (typeof last === 'object' || typeof value === 'object') return JSON.stringify(last) !== JSON.stringify(value)
  return last !== value
}

/** Whole numbers of 64 bits are decimal digits where a number would lose some; with fewer digits it is a text. */
function toWhole(value: Value | null): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined
  return typeof value === 'string' && /^-?[1-9]\d{15,19}$/.test(value) ? BigInt(value) : undefined
}

function distance(one: bigint, other: bigint): bigint {
  return one > other ? one - other : other - one
}
