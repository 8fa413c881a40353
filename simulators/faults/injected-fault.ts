// Everything that a simulated device can be told to do wrong, whatever its protocol.

import { asCount, asOneOf, asRecord, asText } from '../../lib/contract/parse'

/** How often it strikes before it is over; absent = until the faults are changed. */
type Limited = { times?: number }

/** `reset-at-connect`: the connection is reset as soon as it is made. */
export type ConnectFault = Limited & { kind: 'reset-at-connect' }

/**
 * `silent`            the request is taken and never answered
 * `reset-at-request`  the connection is reset when its request of this number (from 1) arrives
 */
export type RequestFault = Limited & ({ kind: 'silent' } | { kind: 'reset-at-request'; request: number })

/**
 * `delay`           replies come this much later and in order, as from a device that does one thing at a time
 * `split`           the reply comes in segments of so many bytes, with pauses between them
 * `reset-in-reply`  the connection is reset after so many bytes of the reply
 * `join`            replies are kept back until there are so many, which then come in one segment
 * `repeat`          the reply comes so many times, in one segment
 * `garbage`         meaningless bytes come before the reply or instead of it
 * `corrupt`         the reply is made wrong in a way of its protocol
 */
export type ReplyFault = Limited &
  (
    | { kind: 'delay'; ms: number }
    | { kind: 'split'; bytes: number; gapMs: number }
    | { kind: 'reset-in-reply'; afterBytes: number }
    | { kind: 'join'; replies: number }
    | { kind: 'repeat'; copies: number }
    | { kind: 'garbage'; place: 'before' | 'instead'; bytes: number }
    | { kind: 'corrupt'; what: string }
  )

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
  if (!record || !fault || Object.values(fault).includes(Number.NaN)) return undefined
  if (record.times === undefined) return fault
  const times = asCount(record.times)
  return times ? { ...fault, times } : undefined
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
      return { kind: record.kind }
    case 'reset-at-request':
      return { kind: record.kind, request: count('request') }
    case 'delay':
      return { kind: record.kind, ms: count('ms', WAIT_MAX_MS) }
    case 'split':
      return { kind: record.kind, bytes: count('bytes') || Number.NaN, gapMs: count('gapMs', WAIT_MAX_MS) }
    case 'reset-in-reply':
      return { kind: record.kind, afterBytes: count('afterBytes') }
    case 'join':
      return { kind: record.kind, replies: count('replies') }
    case 'repeat':
      return { kind: record.kind, copies: count('copies', 1000) }
    case 'garbage': {
      const place = asOneOf(record.place, ['before', 'instead'])
      return place && { kind: record.kind, place, bytes: count('bytes', GARBAGE_MAX) }
    }
    case 'corrupt': {
      const what = asText(record.what, 100)
      return what === undefined ? undefined : { kind: record.kind, what }
    }
    default:
      return undefined
  }
}
