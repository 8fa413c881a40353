// A read that proves something by being answered: its answer can be taken for the one to no other request.

import type { Sent } from './outstanding'
import { type Asked, dataBytesOf, isBitFunction, parseAsked, rtuFrame } from './rtu'

const BITS_PER_BYTE = 8
/** Lengths to choose from. */
const OTHER_READS = 8

/** What tells answers apart. */
type Shape = Pick<Sent, 'unit' | 'functionCode' | 'dataBytes'>

export type KnownReads = {
  /** Those that were answered lately, the latest one last. */
  readonly recent: readonly Sent[]
  /** The unit says everything once: one of them may be asked for again. */
  readonly mayRepeat: boolean
  /** Whether such an answer may be to a request that is outstanding. */
  isAmbiguous(shape: Shape): boolean
}

/**
 * With another function or number of data bytes than anything that is waited for, since an earlier probe may be lost, too: a read that
 * was answered lately, else one at the same place, where something may be missing.
 */
export function otherRead(
  { unit, functionCode, address, count, width = 1 }: Asked,
  { recent, mayRepeat, isAmbiguous }: KnownReads,
): Buffer {
  const asked = dataBytesOf({ functionCode, count, width })
  const known = recent.findLast((sent) => {
    if (sent.unit !== unit || dataBytesOf({ ...parseAsked(sent.frame), width }) !== sent.dataBytes) return false
    return (sent.functionCode !== functionCode || sent.dataBytes !== asked) && !isAmbiguous(sent)
  })
  if (known && mayRepeat) return known.frame
  const bytesOf = (candidate: number): number => dataBytesOf({ functionCode, count: candidate, width })
  const lastUse = (candidate: number): number =>
    recent.findLastIndex((sent) => sent.functionCode === functionCode && sent.dataBytes === bytesOf(candidate))
  const step = isBitFunction(functionCode) ? BITS_PER_BYTE : 1
  const others = Array.from({ length: OTHER_READS }, (_, index) => 1 + index * step)
    .filter((candidate) => bytesOf(candidate) !== asked)
    // a copy of what was said long ago does not come any more
    .sort((one, other) => lastUse(one) - lastUse(other))
  const free = others.find((candidate) => !isAmbiguous({ unit, functionCode, dataBytes: bytesOf(candidate) }))
  return rtuFrame(unit, functionCode, address, free ?? others[0] ?? 1)
}
