// The work of a process that looks at the file of the durable queue on behalf of another one: it reads all of it, whatever that
// takes, since it serves nobody else.

import type { Control } from '../child/control'
import type { Work } from '../child/main'
import type { Inspect } from '../contract/control'
import { Fault, messageOf } from '../contract/fault'
import { parseQueueWitnessConfig, type QueueFinding } from '../contract/queue-damage'
import { refusalOf } from '../contract/refusal'
import { Queue } from '../queue/queue'

export function queueWitness(inspect: Inspect, control: Control): Work {
  const config = parseQueueWitnessConfig(inspect.config)
  if (!config) throw new Fault('config', 'configuration', 'it is not said which file is to be looked at')
  const end = new AbortController()
  return {
    async run() {
      control.ready()
      const { signal } = end
      if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    },
    stop: () => end.abort(),
    obey: (order) => {
      if (order.type !== 'query') return
      try {
        control.result(order.id, true, lookAt(config.path))
      } catch (thrown) {
        control.result(order.id, false, refusalOf(new Fault('link', 'failed', messageOf(thrown))))
      }
    },
  }
}

/** Throws where the file cannot be looked at, which says nothing about it. */
function lookAt(path: string): QueueFinding {
  // The ways by which messages go in and out are tried first: that is quick.
  return { damage: Queue.damageOf(path, 'tables') ?? Queue.damageOf(path, 'deep') ?? null }
}
