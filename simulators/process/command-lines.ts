// The inside of a simulated device in a process of its own: one JSON object a line on stdin is a command, answered on
// stdout by a line with the same `id`. It ends when stdin is closed.

import { createInterface } from 'node:readline'
import { messageOf } from '../../lib/contract/fault'
import { asRecord } from '../../lib/contract/parse'

/** @param ready said first; whoever started the process waits for it */
export async function obeyLines(ready: object, obey: (command: unknown) => Promise<object>): Promise<void> {
  say({ type: 'ready', pid: process.pid, ...ready })
  for await (const line of createInterface({ input: process.stdin })) say(await answer(line, obey))
}

async function answer(line: string, obey: (command: unknown) => Promise<object>): Promise<object> {
  let id: unknown
  try {
    const input: unknown = JSON.parse(line)
    id = asRecord(input)?.id
    return { id, ok: true, ...(await obey(input)) }
  } catch (error) {
    return { id, ok: false, error: messageOf(error) }
  }
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
