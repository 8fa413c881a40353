// Whether a PLC can be asked for points picked at random (command 0403): some servers close the connection at it, leave it
// unanswered or refuse it with any code. What is found out holds for all connections of a process. A PLC that is off is no proof:
// each failure counts only when a batch has been answered after it.

export type RandomReads =
  /** Blocks are read in batches; before the next cycle a batch and then one point at random are asked for. */
  | ({ readonly kind: 'on-trial' } & Record)
  | ({ readonly kind: 'in-use' } & Record)
  /** Random reads worked before and fail now: blocks are read in batches until random reads are tried again. */
  | ({ readonly kind: 'set-aside' } & Record)
  /** Random reads have never worked: blocks are read in batches for the life of the process. */
  | { readonly kind: 'given-up' }

type Record = {
  /** Requests at random in a row that ended without an answer, with a batch answered after each. */
  readonly failures: number
  /** The last request at random ended without an answer, and none to a batch has come since. */
  readonly isBroken: boolean
  /** A block of the plan has been answered in this process. */
  readonly isProven: boolean
  /** What the blocks of this cycle came to: one that was answered counts. */
  readonly inCycle: 'nothing' | 'refused' | 'answered'
  /** How often random reads were set aside since a block was answered. */
  readonly timesAside: number
}

export type RandomEvent =
  | 'batch-answered'
  /** The single point of the trial. */
  | 'point-answered'
  /** A block of the plan, at random. */
  | 'block-answered'
  /** The same after blocks were answered: for its addresses, or because the PLC is another one, or set otherwise. */
  | 'block-refused'
  | 'cycle-ended'
  /** A request at random was left unanswered, or the connection ended at it. */
  | 'broken'
  /** It is not known, or not in this form: asking for other points changes nothing. */
  | 'refused'
  /** Another connection, so maybe another PLC. */
  | 'reconnected'
  /** What was set aside is to be tried again. */
  | 'retry-due'

export const UNTRIED: RandomReads = {
  kind: 'on-trial',
  failures: 0,
  isBroken: false,
  isProven: false,
  inCycle: 'nothing',
  timesAside: 0,
}
export const GIVEN_UP: RandomReads = { kind: 'given-up' }

/** A datagram may be lost, and a PLC be switched off at that moment. */
const FAILURES_MAX = 2
/** What has worked is set aside later. */
const PROVEN_FAILURES_MAX = 4
/** The first and the last time for which they are set aside. */
const ASIDE_FIRST_MS = 60_000
const ASIDE_LAST_MS = 600_000

export function step(reads: RandomReads, event: RandomEvent): RandomReads {
  if (reads.kind === 'given-up') return reads
  if (reads.kind === 'set-aside') {
    // one more failure is enough
    return event === 'retry-due' ? { ...reads, kind: 'on-trial', failures: PROVEN_FAILURES_MAX - 1 } : reads
  }
  switch (event) {
    case 'batch-answered': {
      if (!reads.isBroken) return reads
      const failed = { ...reads, failures: reads.failures + 1, isBroken: false }
      return failed.failures >= (reads.isProven ? PROVEN_FAILURES_MAX : FAILURES_MAX) ? ended(failed) : failed
    }
    case 'point-answered':
      return { ...reads, kind: 'in-use', isBroken: false }
    case 'block-answered': {
      const { failures, isProven, inCycle, timesAside } = reads
      if (failures + timesAside === 0 && isProven && inCycle === 'answered') return reads
      return { ...reads, failures: 0, isBroken: false, isProven: true, inCycle: 'answered', timesAside: 0 }
    }
    case 'block-refused':
      return reads.inCycle === 'nothing' ? { ...reads, inCycle: 'refused' } : reads
    case 'cycle-ended':
      // a single point shows whether it is for what was asked for
      return { ...reads, kind: reads.inCycle === 'refused' ? 'on-trial' : reads.kind, inCycle: 'nothing' }
    case 'broken':
      return { ...reads, kind: 'on-trial', isBroken: true }
    case 'refused':
      return ended(reads)
    case 'reconnected':
      return { ...reads, kind: 'on-trial' }
    case 'retry-due':
      return reads
  }
}

function ended(reads: Record): RandomReads {
  if (!reads.isProven) return GIVEN_UP
  return { ...reads, kind: 'set-aside', isBroken: false, inCycle: 'nothing', timesAside: reads.timesAside + 1 }
}

/** How long random reads are set aside before they are tried again. */
export function asideMs({ timesAside }: Pick<Record, 'timesAside'>): number {
  return Math.min(ASIDE_FIRST_MS * 2 ** (timesAside - 1), ASIDE_LAST_MS)
}
