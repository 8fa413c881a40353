// Whether a PLC can be asked for points picked at random (command 0403): some servers close the connection at it, leave it
// unanswered or refuse it with any code. What is found out holds for all connections of a process. A PLC that is off is no proof:
// each failure counts only when a batch has been answered after it.

export type RandomReads =
  /** Blocks are read in batches; before the next cycle a batch and then one point at random are asked for. */
  | ({ readonly kind: 'on-trial' } & Record)
  | ({ readonly kind: 'in-use' } & Record)
  /** For the life of the process. */
  | { readonly kind: 'given-up' }

type Record = {
  /** Requests at random in a row that ended without an answer, with a batch answered after each. */
  readonly failures: number
  /** The last request at random ended without an answer, and none to a batch has come since. */
  readonly isBroken: boolean
  /** A block of the plan has been answered in this process. */
  readonly isProven: boolean
}

export type RandomEvent =
  | 'batch-answered'
  /** The single point of the trial. */
  | 'point-answered'
  /** A block of the plan, at random. */
  | 'block-answered'
  /** A request at random was left unanswered, or the connection ended at it. */
  | 'broken'
  /** It is not known, or not in this form: asking for other points changes nothing. */
  | 'refused'
  /** Another connection, so maybe another PLC. */
  | 'reconnected'

export const UNTRIED: RandomReads = { kind: 'on-trial', failures: 0, isBroken: false, isProven: false }
export const GIVEN_UP: RandomReads = { kind: 'given-up' }

/** A datagram may be lost, and a PLC be switched off at that moment. */
const FAILURES_MAX = 2
/** What has worked is given up later. */
const PROVEN_FAILURES_MAX = 4

export function step(reads: RandomReads, event: RandomEvent): RandomReads {
  if (reads.kind === 'given-up') return reads
  switch (event) {
    case 'batch-answered': {
      if (!reads.isBroken) return reads
      const failures = reads.failures + 1
      if (failures >= (reads.isProven ? PROVEN_FAILURES_MAX : FAILURES_MAX)) return GIVEN_UP
      return { ...reads, failures, isBroken: false }
    }
    case 'point-answered':
      return { ...reads, kind: 'in-use', isBroken: false }
    case 'block-answered':
      return reads.failures === 0 && reads.isProven ? reads : { ...reads, failures: 0, isBroken: false, isProven: true }
    case 'broken':
      return { ...reads, kind: 'on-trial', isBroken: true }
    case 'refused':
      return GIVEN_UP
    case 'reconnected':
      return { ...reads, kind: 'on-trial' }
  }
}
