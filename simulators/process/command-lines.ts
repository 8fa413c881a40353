// The inside of a simulated device in a process of its own: one JSON object a line on stdin is a command, answered on
// stdout by a line with the same `id`. It ends when stdin is closed.

import { createInterface } from 'node:readline'
import { messageOf } from '../../lib/contract/fault'
import { asRecord } from '../../lib/contract/parse'

type Obedience<C> = {
  /** undefined for what is not a command. */
  parse(input: unknown): C | undefined
  /** What it answers; throws what there is to say against it. */
  run(command: C): Promise<object>
}

/** @param ready said first; whoever started the process waits for it */
export async function obeyLines<C>(ready: object, obedience: Obedience<C>): Promise<void> {
  say({ type: 'ready', pid: process.pid, ...ready })
  for await (const line of createInterface({ input: process.stdin })) say(await answer(line, obedience))
}

async function answer<C>(line: string, { parse, run }: Obedience<C>): Promise<object> {
  let id: unknown
  try {
    const input: unknown = JSON.parse(line)
    id = asRecord(input)?.id
    const command = parse(input)
    if (!command) return { id, ok: false, error: 'not a command' }
    return { id, ok: true, ...(await run(command)) }
  } catch (error) {
    return { id, ok: false, error: messageOf(error) }
  }
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
