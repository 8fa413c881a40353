// What stands below the nodes in the editor: Node-RED tells it over the editor's own WebSocket, with what was told before.

import { asRecord } from '../../lib/contract/parse'
import type { NodeRed } from './node-red'

export type Shown = { fill?: string; shape?: string; text?: string }

/** Waits until the status below a node is as wanted. */
export async function statusWhen(
  nodeRed: NodeRed,
  id: string,
  wanted: (shown: Shown) => boolean,
  timeoutMs = 10_000,
): Promise<Shown> {
  const socket = new WebSocket(`${nodeRed.url.replace('http', 'ws')}/comms`)
  let last: Shown | undefined
  try {
    return await new Promise((done, failed) => {
      const late = () => failed(new Error(`the status of ${id} did not become so; it is ${JSON.stringify(last)}`))
      const timer = setTimeout(late, timeoutMs)
      socket.addEventListener('error', () => failed(new Error('the WebSocket of the editor failed')))
      socket.addEventListener('open', () => socket.send(JSON.stringify({ subscribe: 'status/#' })))
      socket.addEventListener('message', ({ data }) => {
        for (const shown of statusesIn(String(data), `status/${id}`)) {
          last = shown
          if (!wanted(shown)) continue
          clearTimeout(timer)
          done(shown)
        }
      })
    })
  } finally {
    socket.close()
  }
}

function statusesIn(packet: string, topic: string): Shown[] {
  const messages: unknown = JSON.parse(packet)
  if (!Array.isArray(messages)) return []
  return messages.flatMap((message) => {
    const told = asRecord(message)
    return told?.topic === topic ? [asRecord(told.data) ?? {}] : []
  })
}
