// Where the next frame begins in a stream in which other bytes may lie between the frames: a CR LF behind each answer, what a gateway
// keeps its connections alive with.

import type { Codec } from './codec'
import type { NextFrame } from './next-frame'
import type { Request, Violation } from './request'

/** `next` begins behind the skipped bytes; `reason` says why none begins at the first of them. */
export type FoundFrame = { readonly skipped: number; readonly next: NextFrame; readonly reason?: Violation }

type Frames = Pick<Codec, 'nextFrame' | 'isStray'>

export function findFrame(
  frames: Frames,
  incoming: Buffer,
  { asked, mayBeData }: { asked: Request | undefined; mayBeData: boolean },
): FoundFrame {
  let reason: Violation | undefined
  for (let at = 0; at < incoming.length; at++) {
    const next = frames.nextFrame(incoming.subarray(at), asked)
    const isSkipped = next.kind === 'violation' && frames.isStray(incoming.readUInt8(at), mayBeData)
    if (!isSkipped) return { skipped: at, next, ...(reason && { reason }) }
    reason ??= next
  }
  return { skipped: incoming.length, next: { kind: 'incomplete' }, ...(reason && { reason }) }
}
