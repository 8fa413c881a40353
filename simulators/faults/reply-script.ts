// What is done with a reply under faults: pure. The passage carries it out.

import type { ReplyFault } from './injected-fault'

export type Step =
  | { do: 'wait'; ms: number }
  /** What follows happens so much later, and the device goes on meanwhile. */
  | { do: 'postpone'; ms: number }
  /** In one segment. */
  | { do: 'send'; bytes: Buffer }
  | { do: 'reset' }
  /** The connection ends in good order. */
  | { do: 'close' }

/** What earlier replies left behind. */
export type Held = {
  /** For the beginning of the next segment, and how many replies that is. */
  joined: Buffer
  replies: number
  /** For a segment of its own, behind the next one. */
  overtaken: Buffer | undefined
}

export const NOTHING_HELD: Held = { joined: Buffer.alloc(0), replies: 0, overtaken: undefined }

/** The ways in which a reply of a protocol can be wrong, by name. */
export type Corruptions = { readonly [what: string]: (reply: Buffer) => Buffer }

export type Exchange = { request: Buffer; reply: Buffer }

/** Faults of different kinds add up, in the order in which they stand in here. */
export function scriptReply(
  { request, reply }: Exchange,
  faults: readonly ReplyFault[],
  held: Held,
  corruptions: Corruptions,
): { steps: Step[]; held: Held } {
  const find = <K extends ReplyFault['kind']>(kind: K) =>
    faults.find((fault): fault is Extract<ReplyFault, { kind: K }> => fault.kind === kind)

  const latency = find('latency')
  const steps: Step[] = latency ? [{ do: 'postpone', ms: latency.ms }] : []
  if (find('echo')) steps.push({ do: 'send', bytes: request })

  let bytes = reply
  for (const fault of faults) if (fault.kind === 'corrupt') bytes = corruptions[fault.what]?.(bytes) ?? bytes
  for (const fault of faults) if (fault.kind === 'garbage') bytes = besides(bytes, fault)
  const repeat = find('repeat')
  if (repeat) bytes = Buffer.concat(Array.from({ length: repeat.copies }, () => bytes))
  const join = find('join')
  if (join && held.replies + 1 < join.replies) {
    const joined = Buffer.concat([held.joined, bytes])
    return { steps, held: { ...held, joined, replies: held.replies + 1 } }
  }
  bytes = Buffer.concat([held.joined, bytes])
  if (find('reorder') && held.overtaken === undefined) return { steps, held: { ...NOTHING_HELD, overtaken: bytes } }

  const delay = find('delay')
  if (delay) steps.push({ do: 'wait', ms: delay.ms })
  const reset = find('reset-in-reply')
  const sent = reset ? bytes.subarray(0, reset.afterBytes) : bytes
  const split = find('split')
  steps.push(...segments(sent, split ?? { bytes: sent.length, gapMs: 0 }))
  if (held.overtaken) steps.push({ do: 'send', bytes: held.overtaken })
  if (reset) steps.push({ do: 'reset' })
  const duplicate = find('duplicate')
  if (duplicate) steps.push({ do: 'wait', ms: duplicate.afterMs }, { do: 'send', bytes: sent })
  const noise = find('noise')
  if (noise) steps.push({ do: 'wait', ms: noise.afterMs }, { do: 'send', bytes: garbageOf(noise.bytes) })
  return { steps, held: NOTHING_HELD }
}

function besides(reply: Buffer, { place, bytes }: Extract<ReplyFault, { kind: 'garbage' }>): Buffer {
  const garbage = garbageOf(bytes)
  if (place === 'instead') return garbage
  return Buffer.concat(place === 'before' ? [garbage, reply] : [reply, garbage])
}

function segments(bytes: Buffer, { bytes: size, gapMs }: { bytes: number; gapMs: number }): Step[] {
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
