// Whether a device misses requests that come right after an answer: what the requests so far have shown. Pure.

/** Pauses between an answer and the next request that are tried one after the other, ms. */
const PAUSES_MS = [0, 110, 250, 550] as const
/** Requests that were missed at once and answered later, before that is more than bad luck. */
const EVIDENCE = 3

export type Pacing = {
  /** Index of the pause that is kept. */
  readonly pause: number
  /** Requests that came sooner than the next longer pause and were missed; none of those was answered since. */
  readonly missed: ReadonlySet<string>
  readonly misses: number
  /** Answers to requests that came later than that. */
  readonly answers: number
  /** Those of them to a request that had been missed. */
  readonly recovered: number
}

export type PacingEvent = {
  /** Tells requests apart. */
  readonly request: string
  /** From the last answer to this request, ms; undefined for the first one on a connection. */
  readonly afterMs: number | undefined
  readonly isAnswered: boolean
}

const nothing = { missed: new Set<string>(), misses: 0, answers: 0, recovered: 0 } as const
export const NO_PAUSE: Pacing = { pause: 0, ...nothing }

export function pauseMs({ pause }: Pacing): number {
  return PAUSES_MS[pause] ?? 0
}

export function step(pacing: Pacing, { request, afterMs, isAnswered }: PacingEvent): Pacing {
  const next = PAUSES_MS[pacing.pause + 1]
  if (next === undefined) return pacing
  const isSoon = afterMs !== undefined && afterMs < next
  // it hears what comes so soon
  if (isSoon && isAnswered) return pacing.misses === 0 ? pacing : { pause: pacing.pause, ...nothing }
  if (isSoon) {
    return decided({ ...pacing, missed: new Set([...pacing.missed, request]), misses: pacing.misses + 1 })
  }
  if (!isAnswered || pacing.misses === 0) return pacing
  const recovered = pacing.recovered + (pacing.missed.has(request) ? 1 : 0)
  return decided({ ...pacing, answers: pacing.answers + 1, recovered })
}

/** Either the same request again and again, or several requests of which only those that come late are answered. */
function decided(pacing: Pacing): Pacing {
  const { pause, missed, misses, answers, recovered } = pacing
  const isPlain = misses >= EVIDENCE && answers >= EVIDENCE - 1 && missed.size > 1
  return recovered >= EVIDENCE || isPlain ? { pause: pause + 1, ...nothing } : pacing
}

/** What an operator should know after this step; undefined if it is nothing new. */
export function newsOf(before: Pacing, after: Pacing): string | undefined {
  if (after.pause === before.pause) return undefined
  return `the device misses requests that come right after an answer: requestDelay = ${pauseMs(after)}`
}
