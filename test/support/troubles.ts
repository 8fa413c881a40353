// What can happen to a device, whatever it speaks.

import type { InjectedFault } from '../../simulators/faults/injected-fault'
import { TIMEOUT_MS } from './fault-lane'
import type { Trouble } from './trouble'

export function fault(title: string, ...faults: InjectedFault[]): Trouble {
  return {
    title,
    begin: ({ device }) => {
      device.faults.set(faults)
      // Some only strike a new connection.
      if (faults.some(({ kind }) => kind === 'reset-at-connect' || kind === 'reset-at-request')) device.resetClients()
    },
  }
}

export function corruptions(names: Iterable<string>): Trouble[] {
  return Array.from(names, (what) => fault(`corrupts its answers: ${what}`, { kind: 'corrupt', what }))
}

export const off: Trouble = { title: 'is switched off', begin: ({ device }) => device.goOffline() }
export const silent = fault('takes requests and never answers', { kind: 'silent' })
/** An answer that comes when the next one is waited for, or much later. */
export const late = [
  fault('answers a little too late', { kind: 'delay', ms: 1.3 * TIMEOUT_MS }),
  fault('answers much too late', { kind: 'delay', ms: 5 * TIMEOUT_MS }),
  fault('is far away', { kind: 'latency', ms: 1.3 * TIMEOUT_MS }),
  fault('is always five timeouts late', { kind: 'latency', ms: 5 * TIMEOUT_MS }),
]
export const lateOnce = fault('answers too late once', { kind: 'latency', ms: 1.3 * TIMEOUT_MS, times: 1 })
export const cutOff = fault('ends in the middle of every answer', { kind: 'reset-in-reply', afterBytes: 5 })
export const garbage = fault('sends garbage instead of answers', { kind: 'garbage', place: 'instead', bytes: 300 })
export const garbageBefore = fault('sends garbage before every answer', { kind: 'garbage', place: 'before', bytes: 40 })
export const garbageBehind = fault('sends garbage behind every answer', {
  kind: 'garbage',
  place: 'after',
  bytes: 1400,
})
export const resets = [
  fault('resets every connection', { kind: 'reset-at-connect' }),
  fault('resets at every request', { kind: 'reset-at-request', request: 1 }),
]
export const megabytes = fault('sends megabytes of garbage', {
  kind: 'garbage',
  place: 'instead',
  bytes: 4 * 2 ** 20,
})
export const unplugged: Trouble = {
  title: 'is on a line that is unplugged',
  begin: ({ line }) => line?.unplug(),
  end: ({ line }) => line?.plug(),
}
export const joined = fault('sends two answers in one segment', { kind: 'join', replies: 2 })
export const lossy = fault('loses every third request', { kind: 'silent', every: 3 })
/** Only where answers say which request they belong to: nobody could tell them apart on a serial line, where a unit keeps the order. */
export const overtaking = fault('answers in the wrong order', { kind: 'reorder' })
export const noisy = fault('is on a noisy line', { kind: 'noise', bytes: 7, afterMs: 3 })
export const inTwoDatagrams = fault('needs two datagrams for an answer', { kind: 'split', bytes: 9, gapMs: 2 })

export const slow = fault('takes its time', { kind: 'delay', ms: 30 })
export const byteByByte = fault('answers byte by byte', { kind: 'split', bytes: 1, gapMs: 2 })
export const repeating = fault('says everything three times', { kind: 'repeat', copies: 3 })
export const doubling = fault('says everything again a little later', { kind: 'duplicate', afterMs: 10 })
/** From the start; an adapter that begins to do it later costs an answer. */
export const hearsItself = fault('is behind an adapter that hears itself', { kind: 'echo' })
export const hearsItselfNow = { ...hearsItself, title: 'is behind another adapter now, one that hears itself' }
