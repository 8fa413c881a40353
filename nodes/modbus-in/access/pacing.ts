// Whether a device misses requests that come right after an answer: what the requests so far have shown. Pure.

/** Pauses between an answer and the next request that are tried one after the other, ms. */
const PAUSES_MS = [0, 110, 250, 550] as const
/** Requests that were missed, or answered, before that is more than chance. */
const EVIDENCE = 3
/** So many times more misses start the next trials when no pause has helped. */
const VAIN_FACTOR = 4

export type Pacing = {
  /** Index of the pause that has helped. */
  readonly pause: number
  /** Index of the pause that is tried now. */
  readonly trial: number | undefined
  /** Requests that came sooner than the next longer pause and were missed, none of which was answered so soon. */
  readonly misses: number
  /** Answers to requests that came later than that. */
  readonly answers: number
  /** The requests that were answered then and not missed: their answers prove nothing in a trial. */
  readonly heard: ReadonlySet<string>
  /** Requests of the trial: those that were missed, and those that were answered and had never been before. */
  readonly failed: number
  readonly helped: number
  /** Index of a pause that has helped, while it is seen whether requests are missed without it again. */
  readonly candidate: number | undefined
  /** How often no pause has helped, or one that was not needed. */
  readonly vain: number
}

export type PacingEvent = {
  /** Tells requests apart. */
  readonly request: string
  /** From the last answer to this request, ms; undefined for the first one on a connection. */
  readonly afterMs: number | undefined
  readonly isAnswered: boolean
}

const nothing = { trial: undefined, misses: 0, answers: 0, heard: new Set<string>(), failed: 0, helped: 0 } as const
export const NO_PAUSE: Pacing = { pause: 0, vain: 0, candidate: undefined, ...nothing }

export function pauseMs({ pause, trial = pause }: Pacing): number {
  return PAUSES_MS[trial] ?? 0
}

/** An answer came, if late: the request was not missed. */
export function heard({ pause, vain, candidate }: Pacing): Pacing {
  return { pause, vain: vain + (candidate === undefined ? 0 : 1), candidate: undefined, ...nothing }
}

export function step(pacing: Pacing, event: PacingEvent): Pacing {
  return pacing.trial === undefined ? watched(pacing, event) : tried(pacing, pacing.trial, event)
}

function watched(pacing: Pacing, { request, afterMs, isAnswered }: PacingEvent): Pacing {
  const { pause, misses } = pacing
  const nextMs = PAUSES_MS[pause + 1]
  if (nextMs === undefined) return pacing
  const isSoon = afterMs !== undefined && afterMs < nextMs
  // it hears what comes so soon
  if (isSoon && isAnswered) return misses === 0 && pacing.candidate === undefined ? pacing : heard(pacing)
  if (isSoon) return decided({ ...pacing, misses: misses + 1, heard: without(pacing.heard, request) })
  if (!isAnswered || misses === 0) return pacing
  return decided({ ...pacing, answers: pacing.answers + 1, heard: new Set([...pacing.heard, request]) })
}

function decided(pacing: Pacing): Pacing {
  const { pause, vain, candidate, misses, answers } = pacing
  if (candidate !== undefined) {
    return misses < EVIDENCE ? pacing : { pause: candidate, vain, candidate: undefined, ...nothing }
  }
  if (answers < EVIDENCE - 1 || misses < EVIDENCE * VAIN_FACTOR ** vain) return pacing
  return { ...pacing, trial: pause + 1 }
}

/** Only requests that came after this pause, and before the next longer one, say something of it. */
function tried(pacing: Pacing, trial: number, { request, afterMs = 0, isAnswered }: PacingEvent): Pacing {
  const { pause, vain } = pacing
  const isProof = afterMs >= (PAUSES_MS[trial] ?? 0) && afterMs < (PAUSES_MS[trial + 1] ?? Number.POSITIVE_INFINITY)
  if (!isProof || (isAnswered && pacing.heard.has(request))) return pacing
  const helped = pacing.helped + (isAnswered ? 1 : 0)
  const failed = pacing.failed + (isAnswered ? 0 : 1)
  if (helped >= EVIDENCE) return { pause, vain, candidate: trial, ...nothing }
  if (failed < EVIDENCE) return { ...pacing, helped, failed }
  if (trial + 1 < PAUSES_MS.length) return { ...pacing, trial: trial + 1, helped: 0, failed: 0 }
  return { pause, vain: vain + 1, candidate: undefined, ...nothing }
}

function without(requests: ReadonlySet<string>, request: string): ReadonlySet<string> {
  return requests.has(request) ? new Set([...requests].filter((other) => other !== request)) : requests
}

/** What an operator should know after this step; undefined if it is nothing new. */
export function newsOf(before: Pacing, after: Pacing): string | undefined {
  if (after.pause === before.pause) return undefined
  return `the device misses requests that come right after an answer: requestDelay = ${pauseMs(after)}`
}
