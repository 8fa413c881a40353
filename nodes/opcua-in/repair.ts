// What is done about a subscription that tells nothing: one step after the other, each with its time to take effect.

import type { Standing } from './watchdog'

/** `asked`: Publish was asked anew. `renewed`: the subscription was made anew. Until when that may take effect, ms. */
export type Stage = { kind: 'well' } | { kind: 'asked' | 'renewed'; text: string; untilMs: number }
export type Step = 'none' | 'recovered' | 'ask' | 'renew' | 'give-up'

export const WELL: Stage = { kind: 'well' }

const SILENT = 'the server has stopped sending'
const STARVED = 'the server sends no values any more, though it says that it is there'

/** @param ended why the server has ended the subscription; undefined = it has not */
export function nextStep(stage: Stage, standing: Standing, ended: string | undefined, nowMs: number): Step {
  if (ended !== undefined) return stage.kind === 'renewed' ? 'give-up' : 'renew'
  if (standing === 'well') return stage.kind === 'well' ? 'none' : 'recovered'
  if (stage.kind === 'well') return standing === 'waiting' ? 'none' : 'ask'
  if (nowMs < stage.untilMs) return 'none'
  return stage.kind === 'asked' ? 'renew' : 'give-up'
}

/** Why values need not be true any more. */
export function describeTrouble(standing: Standing, ended: string | undefined): string | undefined {
  if (ended !== undefined) return `the server has ended the subscription (${ended})`
  return standing === 'silent' ? SILENT : standing === 'starved' ? STARVED : undefined
}

export function describeStep(step: 'ask' | 'renew' | 'give-up', standing: Standing, ended: string | undefined): string {
  const trouble = describeTrouble(standing, ended) ?? SILENT
  switch (step) {
    case 'ask':
      return `${trouble}: asking it anew`
    case 'renew':
      return ended === undefined ? `${trouble}, also when asked: subscribing anew` : `${trouble}: subscribing anew`
    default:
      return `${trouble}, though subscribed anew: connecting anew`
  }
}
