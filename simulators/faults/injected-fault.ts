// Everything that a simulated device can be told to do wrong, whatever its protocol.

import { asCount, asOneOf, asRecord, asText } from '../../lib/contract/parse'

type Limited = {
  /** How often it strikes before it is over; absent = until the faults are changed. */
  times?: number
  /** It strikes every second, third ... time; absent = every time. */
  every?: number
  /** Only what is asked of this unit (station) of the device. */
  unit?: number
}

/** `reset-at-connect`: the connection is reset as soon as it is made. */
export type ConnectFault = Limited & { kind: 'reset-at-connect' }

/**
 * `silent`            the request is taken and never answered; with `every`, a link that loses messages
 * `reset-at-request`  the connection is reset when its request of this number (from 1) arrives
 */
export type RequestFault = Limited & ({ kind: 'silent' } | { kind: 'reset-at-request'; request: number })

/**
 * `delay`           the device takes this long for a reply and does one thing at a time: what is asked meanwhile waits,
 *                   and replies come in order. Each unit is such a device.
 * `latency`         every reply is under way so long, however many are: the replies to old requests come steadily
 * `split`           the reply comes in segments (datagrams) of so many bytes, with pauses between them
 * `reset-in-reply`  the connection is reset after so many bytes of the reply; without a connection the reply ends there
 * `join`            replies are kept back until there are so many, which then come in one segment
 * `reorder`         a reply is kept back until the next one has been sent
 * `repeat`          the reply comes so many times, in one segment
 * `duplicate`       the reply comes once more, so much later
 * `echo`            the request comes back before the reply, as from an adapter that hears itself
 * `garbage`         meaningless bytes come before the reply, behind it (an oversized datagram) or instead of it
 * `noise`           meaningless bytes come so long after the reply, by themselves
 * `corrupt`         the reply is made wrong in a way of its protocol
 */
export type ReplyFault = Limited &
  (
    | { kind: 'delay'; ms: number }
    | { kind: 'latency'; ms: number }
    | { kind: 'split'; bytes: number; gapMs: number }
    | { kind: 'reset-in-reply'; afterBytes: number }
    | { kind: 'join'; replies: number }
    | { kind: 'reorder' }
    | { kind: 'repeat'; copies: number }
    | { kind: 'duplicate'; afterMs: number }
    | { kind: 'echo' }
    | { kind: 'garbage'; place: GarbagePlace; bytes: number }
    | { kind: 'noise'; bytes: number; afterMs: number }
    | { kind: 'corrupt'; what: string }
  )

const garbagePlaces = ['before', 'after', 'instead'] as const
type GarbagePlace = (typeof garbagePlaces)[number]

export type InjectedFault = ConnectFault | RequestFault | ReplyFault

export function isConnectFault(fault: InjectedFault): fault is ConnectFault {
  return fault.kind === 'reset-at-connect'
}
export function isRequestFault(fault: InjectedFault): fault is RequestFault {
  return fault.kind === 'silent' || fault.kind === 'reset-at-request'
}
export function isReplyFault(fault: InjectedFault): fault is ReplyFault {
  return !isConnectFault(fault) && !isRequestFault(fault)
}

const GARBAGE_MAX = 64 * 1024 * 1024
const WAIT_MAX_MS = 3_600_000
const COUNT_MAX = 1_000_000

/** undefined for anything that is not a fault. */
export function parseInjectedFault(input: unknown): InjectedFault | undefined {
  const record = asRecord(input)
  const fault = record && parseKind(record)
  const limits = record && parseLimits(record)
  if (!fault || !limits || Object.values(fault).includes(Number.NaN)) return undefined
  return { ...fault, ...limits }
}

function parseLimits(record: Record<string, unknown>): Limited | undefined {
  const limits: Limited = {}
  for (const name of ['times', 'every', 'unit'] as const) {
    if (record[name] === undefined) continue
    const value = asCount(record[name])
    if (value === undefined || (value === 0 && name !== 'unit')) return undefined
    limits[name] = value
  }
  return limits
}

/** NaN stands where a number is missing or out of range. */
function parseKind(record: Record<string, unknown>): InjectedFault | undefined {
  const count = (name: string, max = COUNT_MAX): number => {
    const value = asCount(record[name])
    return value === undefined || value > max ? Number.NaN : value
  }
  switch (record.kind) {
    case 'reset-at-connect':
    case 'silent':
    case 'reorder':
    case 'echo':
      return { kind: record.kind }
    case 'reset-at-request':
      return { kind: record.kind, request: count('request') }
    case 'delay':
    case 'latency':
      return { kind: record.kind, ms: count('ms', WAIT_MAX_MS) }
    case 'split':
      return { kind: record.kind, bytes: count('bytes') || Number.NaN, gapMs: count('gapMs', WAIT_MAX_MS) }
    case 'reset-in-reply':
      return { kind: record.kind, afterBytes: count('afterBytes') }
    case 'join':
      return { kind: record.kind, replies: count('replies') }
    case 'repeat':
      return { kind: record.kind, copies: count('copies', 1000) }
    case 'duplicate':
      return { kind: record.kind, afterMs: count('afterMs', WAIT_MAX_MS) }
    case 'garbage': {
      const place = asOneOf(record.place, garbagePlaces)
      return place && { kind: record.kind, place, bytes: count('bytes', GARBAGE_MAX) }
    }
    case 'noise':
      return { kind: record.kind, bytes: count('bytes', GARBAGE_MAX), afterMs: count('afterMs', WAIT_MAX_MS) }
    case 'corrupt': {
      const what = asText(record.what, 100)
      return what === undefined ? undefined : { kind: record.kind, what }
    }
    default:
      return undefined
  }
}
