// Connections that are closed, reset, not answered at first, forgotten, or given to somebody else.

import type { Habit } from '../../faults/character'
import { closingAfterAnswer } from '../../faults/closing-after-answer'
import type { Manners } from '../../faults/manners'
import type { Behaviour, ConnectionBehaviour } from './behaviour'
import type { Nature } from './nature'

export function connectionNature(behaviour: ConnectionBehaviour): Nature {
  switch (behaviour.kind) {
    case 'closes-after-answer':
      return closingAfterAnswer
    case 'resets-old':
      return {
        client: (connectedMs) => ({
          send: (steps, nowMs) => (nowMs - connectedMs >= behaviour.ms ? [{ do: 'reset' }] : steps),
        }),
      }
    case 'swallows-at-first':
      return { client: (connectedMs) => ({ hears: (nowMs) => nowMs - connectedMs >= behaviour.ms }) }
    case 'dead-if-early':
      return { client: (connectedMs) => offended(connectedMs + behaviour.ms) }
    case 'reboots': {
      const { atMs, silentMs, swallowMs } = behaviour
      const backMs = atMs + silentMs
      const isForgotten = (connectedMs: number, nowMs: number) => connectedMs < backMs && nowMs >= atMs
      return {
        client: (connectedMs) => ({
          hears: (nowMs) =>
            !isForgotten(connectedMs, nowMs) && (connectedMs < atMs || nowMs - connectedMs >= swallowMs),
        }),
      }
    }
    case 'rival':
      return rival(behaviour)
    case 'closes-idle':
    case 'one-client':
    case 'keeps-place':
      return {}
  }
}

/** Some of these are how a proxy treats its clients anyway. */
export function mannersOf(behaviours: readonly Behaviour[]): Manners {
  const manners: Manners = {}
  for (const behaviour of behaviours) {
    if (behaviour.kind === 'closes-idle') manners.idleCloseMs = behaviour.ms
    if (behaviour.kind === 'one-client') Object.assign(manners, { clientsMax: 1, turnAway: behaviour.turnAway })
    if (behaviour.kind === 'keeps-place') {
      Object.assign(manners, { clientsMax: 1, turnAway: behaviour.turnAway, holdPlaceMs: behaviour.holdMs })
    }
  }
  return manners
}

function offended(patientFromMs: number): Habit {
  let isDead = false
  return {
    hears: (nowMs) => {
      isDead ||= nowMs < patientFromMs
      return !isDead
    },
  }
}

function rival({ holdMs, turnAway }: Extract<ConnectionBehaviour, { kind: 'rival' }>): Nature {
  let untilMs = Number.NEGATIVE_INFINITY
  return {
    turnsAway: (nowMs) => (nowMs < untilMs ? turnAway : undefined),
    gone: (nowMs) => {
      untilMs = nowMs + holdMs
    },
  }
}
