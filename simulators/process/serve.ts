// A simulator in a process of its own: one JSON line on stdout tells when it is ready; then each line on stdin is a command,
// answered by a line with the same `id`, until stdin is closed.

import { createInterface } from 'node:readline'
import { messageOf } from '../../lib/contract/fault'
import { asRecord } from '../../lib/contract/parse'

/** @param run undefined for what is no command; what it throws is the answer */
export async function serveCommands(
  ready: object,
  run: (input: unknown) => Promise<object> | undefined,
): Promise<void> {
  say({ type: 'ready', ...ready, pid: process.pid })
  for await (const line of createInterface({ input: process.stdin })) say(await answerTo(line, run))
}

/** Runs the simulator's `main`: an error at the start goes to stderr, and the process ends with 1. */
export function runMain(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`)
    process.exitCode = 1
  })
}

async function answerTo(line: string, run: (input: unknown) => Promise<object> | undefined): Promise<object> {
  let id: unknown
  try {
    const input: unknown = JSON.parse(line)
    id = asRecord(input)?.id
    const answer = await run(input)
    return answer ? { id, ok: true, ...answer } : { id, ok: false, error: 'not a command' }
  } catch (error) {
    return { id, ok: false, error: messageOf(error) }
  }
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
