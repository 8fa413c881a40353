// What happened to processes, as a flow hears of it by a status-broadcast node.

import { asRecord } from '../../lib/contract/parse'
import type { ProcessEvent, StatusEvent } from '../../lib/contract/process-event'
import { TAB } from './flows'
import type { FlowNode, NodeRed } from './node-red'

const TOPIC = 'event'

/** Records every event. */
export function eventNodes(): FlowNode[] {
  return [
    { id: 'broadcast', type: 'status-broadcast', z: TAB, x: 1, y: 1, interval: 0, wires: [[], ['as-event']] },
    {
      id: 'as-event',
      type: 'function',
      z: TAB,
      x: 1,
      y: 1,
      func: `return { topic: "${TOPIC}", payload: msg.payload }`,
      outputs: 1,
      wires: [['record']],
    },
  ]
}

/** The transitions of one process so far, oldest first. */
export function eventsOf(nodeRed: NodeRed, name: string): StatusEvent[] {
  return allEventsOf(nodeRed, name).filter((event) => event.kind === 'status')
}

/** What else is told of it, too. */
export function allEventsOf(nodeRed: NodeRed, name: string): ProcessEvent[] {
  return nodeRed
    .recorded(TOPIC)
    .map(({ payload }) => payload as ProcessEvent)
    .filter((event) => asRecord(event)?.name === name)
}

/** Waits for an event of the process, from now on or from an index of `eventsOf`. */
export async function eventWhen(
  nodeRed: NodeRed,
  name: string,
  wanted: (event: StatusEvent) => boolean,
  { from = eventsOf(nodeRed, name).length, timeoutMs = 20_000 } = {},
): Promise<StatusEvent> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const events = eventsOf(nodeRed, name).slice(from)
    const found = events.find(wanted)
    if (found) return found
    if (performance.now() > deadline) throw new Error(`no such event of ${name}; there are ${JSON.stringify(events)}`)
    await new Promise((done) => setTimeout(done, 20))
  }
}
