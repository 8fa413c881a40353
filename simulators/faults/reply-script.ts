// What is done with a reply under faults: pure. The proxy carries it out.

import type { ReplyFault } from './injected-fault'

export type Step =
  | { do: 'wait'; ms: number }
  /** In one segment. */
  | { do: 'send'; bytes: Buffer }
  /** Keep it for the segment of a later reply. */
  | { do: 'hold'; bytes: Buffer }
  | { do: 'reset' }

/** The ways in which a reply of a protocol can be wrong, by name. */
export type Corruptions = { readonly [what: string]: (reply: Buffer) => Buffer }

/**
 * Faults of different kinds add up, in the order: corrupt, garbage, repeat, join, delay, then split or reset.
 * @param held what earlier replies left behind for this segment, and how many replies that is
 */
export function scriptReply(
  reply: Buffer,
  faults: readonly ReplyFault[],
  held: { bytes: Buffer; replies: number },
  corruptions: Corruptions,
): Step[] {
  const find = <K extends ReplyFault['kind']>(kind: K) =>
    faults.find((fault): fault is Extract<ReplyFault, { kind: K }> => fault.kind === kind)

  let bytes = reply
  for (const fault of faults) if (fault.kind === 'corrupt') bytes = corruptions[fault.what]?.(bytes) ?? bytes
  const garbage = find('garbage')
  if (garbage) bytes = Buffer.concat([garbageOf(garbage.bytes), garbage.place === 'before' ? bytes : Buffer.alloc(0)])
  const repeat = find('repeat')
  if (repeat) bytes = Buffer.concat(Array.from({ length: repeat.copies }, () => bytes))
  const join = find('join')
  if (join && held.replies + 1 < join.replies) return [{ do: 'hold', bytes }]
  bytes = Buffer.concat([held.bytes, bytes])

  const delay = find('delay')
  const steps: Step[] = delay ? [{ do: 'wait', ms: delay.ms }] : []
  const reset = find('reset-in-reply')
  const sent = reset ? bytes.subarray(0, reset.afterBytes) : bytes
  const split = find('split')
  steps.push(...(split ? segments(sent, split.bytes, split.gapMs) : [{ do: 'send' as const, bytes: sent }]))
  if (reset) steps.push({ do: 'reset' })
  return steps
}

function segments(bytes: Buffer, size: number, gapMs: number): Step[] {
  const steps: Step[] = []
  for (let from = 0; from < bytes.length; from += size) {
    if (from > 0) steps.push({ do: 'wait', ms: gapMs })
    steps.push({ do: 'send', bytes: bytes.subarray(from, from + size) })
  }
  return steps
}

/** Always the same bytes, without an obvious pattern (a linear congruential generator). */
export function garbageOf(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = 0x2545f491
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}
