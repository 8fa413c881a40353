// How the writing of some readings ended.

import type { Verdict } from './sink'

/** `written`: each reading is written or refused for good; otherwise the claim holds what is left. */
export type Outcome =
  | { kind: 'written' }
  | { kind: 'stopped' }
  /** Something is refused, and what it is will be looked for later. */
  | { kind: 'set-aside'; reason: string }
  | Extract<Verdict, { kind: 'later' | 'blocked' }>

/** Something in a write is at fault. */
export type NotTaken = Extract<Verdict, { kind: 'refused' | 'too-old' | 'too-large' }>

export const WRITTEN: Outcome = { kind: 'written' }

/** What can still be done is done also after something was set aside. */
export async function inTurn(steps: readonly (() => Promise<Outcome>)[]): Promise<Outcome> {
  let outcome = WRITTEN
  for (const step of steps) {
    const next = await step()
    if (next.kind !== 'written' && next.kind !== 'set-aside') return next
    if (next.kind === 'set-aside') outcome = next
  }
  return outcome
}

export function isNotTaken(answer: Outcome | NotTaken): answer is NotTaken {
  return answer.kind === 'refused' || answer.kind === 'too-old' || answer.kind === 'too-large'
}
