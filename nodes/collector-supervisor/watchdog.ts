// Is a running process alive, does it get on with its work, does it keep within its memory? Pure.

import type { Event } from './machine-state'

/** A child beats this often, ms. */
export const HEARTBEAT_MS = 2_000
/** Silent for longer than this, it hangs. Seven beats: a long garbage collection or a synchronous parse is no hang. */
export const HEARTBEAT_LIMIT_MS = 15_000
/** Two beats are missing: whether it still is what it last said is not known any more. */
export const UNHEARD_MS = 2.5 * HEARTBEAT_MS
/** When Node-RED itself was blocked, its children are judged again only after this. */
export const GRACE_AFTER_BLOCK_MS = 15_000
/** A tick later than this means that Node-RED itself was blocked or suspended. */
export const LATE_TICK_MS = 2_000
export const TICK_MS = 1_000
/** No finished cycle for this long while the link is up: stalled. */
export const PROGRESS_LIMIT_MIN_MS = 60_000
export const PROGRESS_LIMIT_INTERVALS = 10
/** Soft limit this often in a row, or this much above it once. */
export const MEMORY_SAMPLES = 3
export const MEMORY_HARD_FACTOR = 1.5
/** A child whose own event loop is this late at the 99th percentile, for this long, is of no use. */
export const LOOP_DELAY_LIMIT_MS = 5_000
export const LOOP_DELAY_LIMIT_FOR_MS = 60_000
/** No reading for this long, and at least so many intervals: what is shown as good is no longer known to be. */
export const SILENCE_MIN_MS = 3_000
export const SILENCE_INTERVALS = 3
/** Malformed or foreign messages a minute. */
export const BABBLE_LIMIT = 100
const BABBLE_WINDOW_MS = 60_000
/** More than its share of a channel, for this long without a pause: nobody is the better for what it says. */
export const FLOOD_LIMIT_MS = 10_000
const FLOOD_PAUSE_MS = 1_000

/** What a child may flood. */
export type Channel = 'output' | 'control channel'

export type Watch = {
  lastBeatAt: number
  cycles: number
  lastProgressAt: number
  /** Since when the loop delay is over its limit. */
  laggingSince: number | undefined
  memoryOver: number
  babble: { since: number; count: number }
  flood: { channel: Channel; since: number; lastAt: number } | undefined
}

export type Verdict = Omit<Event & { type: 'misbehaved' }, 'type'>

/** A process that has just become ready. */
export function newWatch(now: number): Watch {
  const babble = { since: now, count: 0 }
  return {
    lastBeatAt: now,
    cycles: 0,
    lastProgressAt: now,
    laggingSince: undefined,
    memoryOver: 0,
    babble,
    flood: undefined,
  }
}

export function onBeat(watch: Watch, beat: { cycles: number; loopDelayMs: number }, now: number): Watch {
  const lagging = beat.loopDelayMs > LOOP_DELAY_LIMIT_MS
  return {
    ...watch,
    lastBeatAt: now,
    cycles: beat.cycles,
    lastProgressAt: beat.cycles === watch.cycles ? watch.lastProgressAt : now,
    laggingSince: lagging ? (watch.laggingSince ?? now) : undefined,
  }
}

export function onMemory(watch: Watch, memoryMb: number, limitMb: number): Watch {
  return { ...watch, memoryOver: limitMb > 0 && memoryMb > limitMb ? watch.memoryOver + 1 : 0 }
}

export function onBabble(watch: Watch, now: number): Watch {
  const { since, count } = watch.babble
  const babble = now - since > BABBLE_WINDOW_MS ? { since: now, count: 1 } : { since, count: count + 1 }
  return { ...watch, babble }
}

/** It said more than its share just now. */
export function onFlood(watch: Watch, channel: Channel, now: number): Watch {
  const { flood } = watch
  const goesOn = flood?.channel === channel && now - flood.lastAt <= FLOOD_PAUSE_MS
  return { ...watch, flood: { channel, since: goesOn ? flood.since : now, lastAt: now } }
}

/** It has been silent for longer than any process that gets on. */
export function isOverdue({ lastBeatAt }: Watch, now: number): boolean {
  return now - lastBeatAt > HEARTBEAT_LIMIT_MS
}

/** Nobody can say how it is: it may have been stopped, or be busy with something that takes long. */
export function isUnheard({ lastBeatAt }: Watch, now: number): boolean {
  return now - lastBeatAt > UNHEARD_MS
}

/** Node-RED was blocked: what looks like silence may be our own deafness, so everybody gets time to be heard. */
export function forgive(watch: Watch, now: number): Watch {
  const lastBeatAt = Math.max(watch.lastBeatAt, now + GRACE_AFTER_BLOCK_MS - HEARTBEAT_LIMIT_MS)
  return { ...watch, lastBeatAt, lastProgressAt: Math.max(watch.lastProgressAt, now), laggingSince: undefined }
}

export function judge(
  watch: Watch,
  now: number,
  facts: { connected: boolean; intervalMs: number; memoryMb: number; memoryLimitMb: number },
): Verdict | undefined {
  if (isOverdue(watch, now)) {
    return { reason: `hangs: no heartbeat for ${HEARTBEAT_LIMIT_MS / 1000} s`, how: 'quick', afterwards: 'crashed' }
  }
  const progressLimitMs = Math.max(PROGRESS_LIMIT_MIN_MS, PROGRESS_LIMIT_INTERVALS * facts.intervalMs)
  if (facts.connected && now - watch.lastProgressAt > progressLimitMs) {
    const seconds = Math.round(progressLimitMs / 1000)
    return {
      reason: `stalled: connected, but no read cycle finished for ${seconds} s`,
      how: 'graceful',
      afterwards: 'crashed',
    }
  }
  if (watch.babble.count > BABBLE_LIMIT) {
    return {
      reason: `sent more than ${BABBLE_LIMIT} malformed messages within a minute`,
      how: 'quick',
      afterwards: 'crashed',
    }
  }
  return judgeFlood(watch) ?? judgeMemory(watch, facts) ?? judgeLag(watch, now)
}

function judgeFlood({ flood }: Watch): Verdict | undefined {
  if (!flood || flood.lastAt - flood.since < FLOOD_LIMIT_MS) return undefined
  const reason = `floods its ${flood.channel} for more than ${FLOOD_LIMIT_MS / 1000} s`
  return { reason, how: 'quick', afterwards: 'crashed' }
}

function judgeMemory(watch: Watch, facts: { memoryMb: number; memoryLimitMb: number }): Verdict | undefined {
  if (facts.memoryLimitMb === 0) return undefined
  const size = `${Math.round(facts.memoryMb)} MB, the limit is ${facts.memoryLimitMb} MB`
  if (facts.memoryMb > facts.memoryLimitMb * MEMORY_HARD_FACTOR) {
    return { reason: `memory: ${size}`, how: 'kill', afterwards: 'recycle' }
  }
  if (watch.memoryOver >= MEMORY_SAMPLES) return { reason: `memory: ${size}`, how: 'graceful', afterwards: 'recycle' }
  return undefined
}

function judgeLag(watch: Watch, now: number): Verdict | undefined {
  if (watch.laggingSince === undefined || now - watch.laggingSince < LOOP_DELAY_LIMIT_FOR_MS) return undefined
  const reason = `its event loop is more than ${LOOP_DELAY_LIMIT_MS / 1000} s late`
  return { reason, how: 'graceful', afterwards: 'recycle' }
}

/** The longest a reader may go without a reading before its tags are shown as bad, ms. */
export function silenceLimit(intervalMs: number): number {
  return Math.max(SILENCE_MIN_MS, SILENCE_INTERVALS * intervalMs)
}
