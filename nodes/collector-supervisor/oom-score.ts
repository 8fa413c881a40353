// When memory ends, Linux kills the process with the highest score: a child of the supervisor before Node-RED itself.

import { readFileSync, writeFileSync } from 'node:fs'

/** proc(5), oom_score_adj: in thousandths of the memory that may be used, from -1000 (never) to 1000. */
const SCORE_MAX = 1000
/**
 * How much worse off a child is than Node-RED: as if it used four fifths of the memory more. While the one that was killed is still
 * about to end, the kernel may kill another one at once. That must not be Node-RED, even if it is the largest process by far.
 */
export const CHILD_PENALTY = 800

/** Where Node-RED is protected itself, a child is not. */
export function childScore(ownScore: number): number {
  return Math.min(SCORE_MAX, Math.max(ownScore, 0) + CHILD_PENALTY)
}

/** Raising a score needs no rights, as long as the process has the same user. Elsewhere than on Linux nothing happens. */
export function raiseOomScore(pid: number): void {
  if (process.platform !== 'linux') return
  try {
    const ownScore = Number(readFileSync('/proc/self/oom_score_adj', 'utf8'))
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(childScore(ownScore)))
  } catch {
    // The process has just ended, or /proc is not to be written here: the kernel decides without us.
  }
}
