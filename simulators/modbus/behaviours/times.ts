// Answers that are slow, late, lost, cut into pieces, cut short or doubled, and requests that come too soon behind one.

import type { Habit } from '../../faults/character'
import type { Step } from '../../faults/reply-script'
import type { TimeBehaviour } from './behaviour'
import { type Nature, Occasions } from './nature'

/** @param chance from [0, 1) */
export function timeNature(behaviour: TimeBehaviour, chance: () => number): Nature {
  switch (behaviour.kind) {
    case 'slow':
      return sending((steps) => [{ do: 'wait', ms: behaviour.ms }, ...steps])
    case 'uneven': {
      const { fromMs, toMs } = behaviour
      return sending((steps) => [{ do: 'wait', ms: fromMs + chance() * (toMs - fromMs) }, ...steps])
    }
    case 'late-at-times': {
      const occasions = new Occasions(behaviour.everyMs)
      return sending((steps, nowMs) =>
        occasions.take(nowMs) ? [{ do: 'wait', ms: behaviour.ms }, ...steps] : [...steps],
      )
    }
    case 'loses-answers':
      return sending((steps) => (chance() * 100 < behaviour.percent ? [] : [...steps]))
    case 'pieces':
      return sending((steps) =>
        steps.flatMap((step) => (step.do === 'send' ? cut(step.bytes, behaviour.bytes) : [step])),
      )
    case 'cuts':
      return sending((steps) =>
        steps.map((step) => (step.do === 'send' ? { ...step, bytes: step.bytes.subarray(0, behaviour.bytes) } : step)),
      )
    case 'pause': {
      const { afterBytes, ms } = behaviour
      return sending((steps) =>
        steps.flatMap((step): Step[] => {
          if (step.do !== 'send' || step.bytes.length <= afterBytes) return [step]
          const [first, second] = [step.bytes.subarray(0, afterBytes), step.bytes.subarray(afterBytes)]
          return [
            { do: 'send', bytes: first },
            { do: 'wait', ms },
            { do: 'send', bytes: second },
          ]
        }),
      )
    }
    case 'duplicates':
      return sending((steps) => {
        const sent = steps.flatMap((step) => (step.do === 'send' ? [step.bytes] : []))
        if (sent.length === 0) return [...steps]
        return [...steps, { do: 'postpone', ms: behaviour.afterMs }, { do: 'send', bytes: Buffer.concat(sent) }]
      })
    case 'deaf-after-answer':
      return { client: () => deaf(behaviour.ms) }
  }
}

function sending(send: (steps: readonly Step[], nowMs: number) => Step[]): Nature {
  return { client: () => ({ send }) }
}

/** A wait between the pieces, so that they do not meet again on the way. */
function cut(bytes: Buffer, size: number): Step[] {
  const steps: Step[] = []
  for (let from = 0; from < bytes.length; from += size) {
    if (from > 0) steps.push({ do: 'wait', ms: 1 })
    steps.push({ do: 'send', bytes: bytes.subarray(from, from + size) })
  }
  return steps
}

function deaf(ms: number): Habit {
  let sentMs = Number.NEGATIVE_INFINITY
  return {
    hears: (nowMs) => nowMs - sentMs >= ms,
    sent: (nowMs) => {
      sentMs = nowMs
    },
  }
}
