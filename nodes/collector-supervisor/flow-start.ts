// The moment when all nodes of the flows exist. One listener for all readers: Node-RED's event bus warns of more than ten.

import type { NodeAPI } from 'node-red'

type Events = NodeAPI['events']

const waiting = new WeakMap<Events, Set<() => void>>()

/** Calls once, at the next start of the flows; the function returned cancels it. */
export function onceFlowsStarted(events: Events, call: () => void): () => void {
  const calls = waiting.get(events) ?? listen(events)
  calls.add(call)
  return () => calls.delete(call)
}

function listen(events: Events): Set<() => void> {
  const calls = new Set<() => void>()
  waiting.set(events, calls)
  events.on('flows:started', () => {
    // One that waits again waits for the next start.
    const due = [...calls]
    calls.clear()
    for (const call of due) call()
  })
  return calls
}
