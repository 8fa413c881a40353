// The readings of a claim, sorted by what is known before the database is asked: most go as they are, some it is known to refuse.

import type { Claim, Part } from './claim'
import type { Horizon } from './horizon'
import { atReadTime, type Field } from './reading'
import type { Suspects } from './suspects'

export type Sorted = {
  clean: Part[]
  /** Fields that it has refused before: written apart from all others. */
  suspect: Part[]
  /** Fields whose type it was found to refuse within the last minute. */
  refused: { part: Part; reason: string }[]
  /** Older than what it keeps. */
  old: { part: Part; reason: string }[]
  /** Of those that are `clean`: the samples whose source time is older than that, with the time of their reading now. */
  moved: number
}

export type Known = { horizon: Horizon; suspects: Suspects; keptMs: number | undefined }

export function sortParts(
  claim: Claim,
  parts: readonly Part[],
  known: Known,
  now: { ms: number; wallMs: number },
): Sorted {
  const sorted: Sorted = { clean: [], suspect: [], refused: [], old: [], moved: 0 }
  for (const one of parts) {
    const { part, reason, isMoved } = inTime(claim, one, known, now)
    if (isMoved) sorted.moved += part.reading.fields.length
    if (reason !== undefined) sorted.old.push({ part, reason })
    else sortFields(claim, part, known.suspects, now.ms, sorted)
  }
  return sorted
}

/** With a time that the database keeps, if it has any such. */
export function inTime(
  claim: Claim,
  part: Part,
  { horizon, keptMs = Number.POSITIVE_INFINITY }: Pick<Known, 'horizon' | 'keptMs'>,
  now: { ms: number; wallMs: number },
): { part: Part; reason?: string; isMoved: boolean } {
  const { reading } = part
  const refusal = horizon.against(reading.time, now.ms)
  const isOutlived = reading.time < now.wallMs - keptMs
  const read = refusal !== undefined || isOutlived ? atReadTime(reading) : undefined
  if (read && horizon.against(read.time, now.ms) === undefined) return { part: claim.moved(part, read), isMoved: true }
  return { part, isMoved: false, ...(refusal !== undefined && { reason: refusal }) }
}

function sortFields(claim: Claim, part: Part, suspects: Suspects, nowMs: number, sorted: Sorted): void {
  if (suspects.size === 0) {
    sorted.clean.push(part)
    return
  }
  const isSuspect = (field: Field): boolean => suspects.has(part.reading, field)
  const [clean, suspect] = claim.sever(part, isSuspect)
  if (clean) sorted.clean.push(clean)
  if (!suspect) return
  for (const single of claim.singles(suspect)) {
    const [field] = single.reading.fields
    const reason = field && suspects.refusedNow(single.reading, field, nowMs)
    if (reason === undefined) sorted.suspect.push(single)
    else sorted.refused.push({ part: single, reason })
  }
}
